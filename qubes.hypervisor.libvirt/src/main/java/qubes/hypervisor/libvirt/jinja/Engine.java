package qubes.hypervisor.libvirt.jinja;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.el.JinjavaProcessors;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.Context.Library;
import com.hubspot.jinjava.interpret.InterpreterFactory;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.Importable;
import com.hubspot.jinjava.lib.expression.ExpressionStrategy;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.lib.tag.EndTag;
import com.hubspot.jinjava.tree.output.RenderedOutputNode;
import com.hubspot.jinjava.tree.parse.ExpressionToken;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import jinjava.de.odysseus.el.ExpressionFactoryImpl;
import jinjava.de.odysseus.el.tree.TreeStore;
import jinjava.de.odysseus.el.tree.impl.Cache;
import jinjava.javax.el.ExpressionFactory;

/** jinjava, set up to mean what Jinja2 means and to reach nothing but what it is given. */
final class Engine extends Jinjava {
    private static final int MAX_OUTPUT = 1 << 20;
    private static final int MAX_ELEMENTS = 20_000;
    private static final int EXPRESSIONS = 1_000;

    private final ExpressionFactory expressions =
            new ExpressionFactoryImpl(
                    new TreeStore(new Syntax(), new Cache(EXPRESSIONS)), new Syntax.Conversion());

    private Engine() {
        super(config());
        Context context = getGlobalContext();
        Tags.all().forEach(context::registerTag);
        Builtins.filters().forEach(context::registerFilter);
    }

    static Engine create() {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // jinjava finds its own classes by name, through this loader
        thread.setContextClassLoader(Engine.class.getClassLoader());
        try {
            return new Engine();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    String renderNamed(
            String template,
            Map<String, Object> variables,
            Function<String, Optional<String>> loader) {
        Context context = new Scope(getGlobalContextCopy(), getGlobalConfig().getDisabled());
        context.setDynamicVariableResolver(Engine::missing);
        context.setExpressionStrategy(new Escaping());
        Rendering rendering = new Rendering(this, context, getGlobalConfig(), loader);
        define(context, "range", Builtins::range);
        define(context, "super", arguments -> rendering.blocks().above());
        variables.forEach(
                (name, value) -> {
                    if (value instanceof Callable callable) {
                        define(context, name, callable);
                    } else {
                        context.put(name, Values.of(value));
                    }
                });
        try (var current = JinjavaInterpreter.closeablePushCurrent(rendering).get()) {
            return rendering.run(template);
        }
    }

    private static void define(Context context, String name, Callable callable) {
        context.addGlobalMacro(new TemplateFunction(name, callable, context));
    }

    private static Object missing(String name) {
        return name.equals("none") || name.equals("None") ? None.NONE : Undefined.variable(name);
    }

    @Override
    public ExpressionFactory getExpressionFactory() {
        return expressions;
    }

    private static JinjavaConfig config() {
        return JinjavaConfig.newBuilder()
                .withNestedInterpretationEnabled(false)
                .withElResolver(new Resolver())
                .withDisabled(disabled())
                .withInterperterFactory(new Factory())
                .withProcessors(
                        JinjavaProcessors.newBuilder()
                                .withNodePreProcessor(
                                        (node, rendering) -> ((Rendering) rendering).enter(node))
                                .build())
                .withLegacyOverrides(
                        LegacyOverrides.newBuilder()
                                .withEvaluateMapKeys(true)
                                .withIterateOverMapKeys(true)
                                .withUseNaturalOperatorPrecedence(true)
                                .withParseWhitespaceControlStrictly(true)
                                .withAllowAdjacentTextNodes(true)
                                .withUseTrimmingForNotesAndExpressions(true)
                                .withKeepNullableLoopValues(true)
                                .build())
                .withMaxOutputSize(MAX_OUTPUT)
                .withMaxStringLength(MAX_OUTPUT)
                .withMaxListSize(MAX_ELEMENTS)
                .withMaxMapSize(MAX_ELEMENTS)
                // for filters that are not here; jinjava's own would load a module for nothing
                .withObjectMapper(new ObjectMapper())
                .build();
    }

    /** All that jinjava brings but what {@link Builtins} lists. */
    private static Map<Library, Set<String>> disabled() {
        Context all = new Context();
        return Map.of(
                Library.FILTER, others(all.getAllFilters(), Builtins.FILTERS),
                Library.TAG, others(all.getAllTags(), Builtins.TAGS),
                Library.FUNCTION, others(all.getAllFunctions(), Set.of(":namespace")));
    }

    private static Set<String> others(Collection<? extends Importable> all, Set<String> wanted) {
        return all.stream()
                .filter(one -> !(one instanceof EndTag))
                .map(Importable::getName)
                .filter(name -> !wanted.contains(name))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The outermost scope. What jinjava does not know it takes for nothing, without a word. */
    private static final class Scope extends Context {
        Scope(Context builtins, Map<Library, Set<String>> disabled) {
            super(builtins, Map.of(), disabled);
        }

        @Override
        public Filter getFilter(String name) {
            return Optional.ofNullable(super.getFilter(name))
                    .orElseThrow(() -> unknown("filter", name));
        }

        @Override
        public ExpTest getExpTest(String name) {
            return Tests.find(name).orElseThrow(() -> unknown("test", name));
        }

        private static TemplateException unknown(String kind, String name) {
            return new TemplateException("no " + kind + " named '" + name + "'");
        }
    }

    /** What stands in braces, as XML. */
    private static final class Escaping implements ExpressionStrategy {
        private static final long serialVersionUID = 1L;

        @Override
        public RenderedOutputNode interpretOutput(
                ExpressionToken token, JinjavaInterpreter interpreter) {
            Object value = interpreter.resolveELExpression(token.getExpr(), token.getLineNumber());
            if (value == null) {
                throw new TemplateException("'" + token.getExpr() + "' has no value");
            }
            return new RenderedOutputNode(Values.xml(value));
        }
    }

    private static final class Factory implements InterpreterFactory {
        @Override
        public JinjavaInterpreter newInstance(JinjavaInterpreter importing) {
            return new Rendering((Rendering) importing);
        }

        @Override
        public JinjavaInterpreter newInstance(
                Jinjava engine, Context context, JinjavaConfig config) {
            throw new IllegalStateException("renderings begin in render()");
        }
    }
}
