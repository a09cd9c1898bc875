package qubes.hypervisor.libvirt.jinja;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.fn.MacroFunction;
import com.hubspot.jinjava.lib.tag.BlockTag;
import com.hubspot.jinjava.lib.tag.ElseTag;
import com.hubspot.jinjava.lib.tag.ExtendsTag;
import com.hubspot.jinjava.lib.tag.ForTag;
import com.hubspot.jinjava.lib.tag.IfTag;
import com.hubspot.jinjava.lib.tag.IncludeTag;
import com.hubspot.jinjava.lib.tag.MacroTag;
import com.hubspot.jinjava.lib.tag.SetTag;
import com.hubspot.jinjava.lib.tag.Tag;
import com.hubspot.jinjava.objects.Namespace;
import com.hubspot.jinjava.objects.SafeString;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TagNode;
import com.hubspot.jinjava.tree.output.OutputNode;
import com.hubspot.jinjava.tree.output.RenderedOutputNode;
import com.hubspot.jinjava.tree.parse.TagToken;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** jinjava's tags where they mean another thing to Jinja2. */
@SuppressWarnings({"JdkObsolete", "NonApiType"}) // jinjava's signatures
final class Tags {
    private Tags() {}

    static List<Tag> all() {
        return List.of(
                new Block(),
                new Extends(),
                new Include(),
                new If(),
                new For(),
                new Set(),
                new Macro());
    }

    /**
     * Blocks are rendered where they stand. jinjava's are rendered last, and leave a placeholder
     * that has no text yet in {@code if}, {@code for} and {@code super()}.
     */
    private static final class Block extends BlockTag {
        private static final long serialVersionUID = 1L;

        @Override
        public OutputNode interpretOutput(TagNode block, JinjavaInterpreter interpreter) {
            return new RenderedOutputNode(((Rendering) interpreter).blocks().meet(block));
        }
    }

    private static final class Extends extends ExtendsTag {
        private static final long serialVersionUID = 1L;

        @Override
        public String interpret(TagNode tag, JinjavaInterpreter interpreter) {
            Object name = interpreter.resolveELExpression(tag.getHelpers(), tag.getLineNumber());
            if (!((Rendering) interpreter).isRunning(tag)) {
                throw new TemplateException(
                        "{% extends %} in a template that is included or imported");
            }
            ((Rendering) interpreter).blocks().extend(Values.text(name));
            return "";
        }
    }

    /** With a scope of its own. Words after the name jinjava would not look at. */
    private static final class Include extends IncludeTag {
        private static final long serialVersionUID = 1L;

        private static final Pattern NAME =
                Pattern.compile("\\s*('[^']*'|\"[^\"]*\"|\\w+)(\\s+with\\s+context)?\\s*");

        @Override
        public String interpret(TagNode tag, JinjavaInterpreter interpreter) {
            if (!NAME.matcher(tag.getHelpers()).matches()) {
                throw new TemplateException("{% include %} takes a name or a variable, no more");
            }
            try (var scope = interpreter.enterScope()) {
                return super.interpret(tag, interpreter);
            }
        }
    }

    private static final class If extends IfTag {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean isPositiveIfElseNode(TagNode tag, JinjavaInterpreter interpreter) {
            return Values.truth(
                    interpreter.resolveELExpression(
                            tag.getHelpers(), tag.getLineNumber(), tag.getStartPosition()));
        }
    }

    /**
     * With {@code if}, which jinjava takes for a condition of the list, with {@code else}, which it
     * renders each time, and without its reflection on the elements.
     */
    private static final class For extends ForTag {
        private static final long serialVersionUID = 1L;

        @Override
        public String interpretUnchecked(TagNode tag, JinjavaInterpreter interpreter) {
            var parts = getLoopVarsAndExpression((TagToken) tag.getMaster());
            List<String> variables = parts.getLeft();
            String[] list = splitAtIf(parts.getRight());
            List<Object> elements = new ArrayList<>();
            for (Object element :
                    Values.iterate(interpreter.resolveELExpression(list[0], tag.getLineNumber()))) {
                List<?> values = unpack(element, variables.size());
                if (list.length == 1 || holds(list[1], variables, values, tag, interpreter)) {
                    elements.add(element);
                }
            }
            List<Node> body = new ArrayList<>(tag.getChildren());
            List<Node> otherwise = new ArrayList<>();
            for (Node node : tag.getChildren()) {
                if (node instanceof TagNode child && child.getTag() instanceof ElseTag) {
                    otherwise = body.subList(body.indexOf(node) + 1, body.size());
                    body = body.subList(0, body.indexOf(node));
                    break;
                }
            }
            if (elements.isEmpty()) {
                return Rendering.text(otherwise, interpreter);
            }
            TagNode loop = new TagNode(this, (TagToken) tag.getMaster(), tag.getSymbols());
            loop.setChildren(new LinkedList<>(body));
            return renderForCollection(loop, interpreter, variables, elements);
        }

        private static List<?> unpack(Object element, int variables) {
            if (variables == 1) {
                return Collections.singletonList(element);
            }
            if (element instanceof List<?> many && many.size() == variables) {
                return many;
            }
            throw new TemplateException("no " + variables + " values in each element");
        }

        private static boolean holds(
                String condition,
                List<String> variables,
                List<?> values,
                TagNode tag,
                JinjavaInterpreter interpreter) {
            try (var scope = interpreter.enterScope()) {
                for (int i = 0; i < variables.size(); i++) {
                    interpreter.getContext().put(variables.get(i), values.get(i));
                }
                return Values.truth(
                        interpreter.resolveELExpression(condition, tag.getLineNumber()));
            }
        }

        /** The list, and the condition on its elements if there is one. */
        private static String[] splitAtIf(String expression) {
            // what stands in quotes and brackets is blanked out, from inside to outside
            String outline = expression.replaceAll("\\s", " ");
            outline = blank(outline, "'(?:[^'\\\\]|\\\\.)*'|\"(?:[^\"\\\\]|\\\\.)*\"");
            for (String before = ""; !before.equals(outline); ) {
                before = outline;
                outline = blank(outline, "[(\\[{][^()\\[\\]{}]*[)\\]}]");
            }
            int at = outline.indexOf(" if ");
            return at < 0 || outline.contains(" else ")
                    ? new String[] {expression}
                    : new String[] {expression.substring(0, at), expression.substring(at + 4)};
        }

        private static String blank(String text, String what) {
            return Pattern.compile(what)
                    .matcher(text)
                    .replaceAll(found -> "_".repeat(found.group().length()));
        }
    }

    private static final class Set extends SetTag {
        private static final long serialVersionUID = 1L;

        @Override
        public void executeSet(
                TagToken tag,
                JinjavaInterpreter interpreter,
                String[] names,
                List<?> values,
                boolean deferred) {
            for (String name : names) {
                String[] parts = name.strip().split("\\.", 2);
                if (parts.length > 1
                        && !(interpreter.getContext().get(parts[0]) instanceof Namespace)) {
                    throw new TemplateException("only attributes of a namespace() can be set");
                }
            }
            if (names.length == 1 && values.size() > 1) {
                throw new TemplateException("{% set %} of several values without brackets");
            }
            boolean block = hasEndTag(tag) && values.get(0) instanceof String;
            super.executeSet(
                    tag,
                    interpreter,
                    names,
                    block ? List.of(new SafeString((String) values.get(0))) : values,
                    deferred);
        }
    }

    private static final class Macro extends MacroTag {
        private static final long serialVersionUID = 1L;

        @Override
        protected MacroFunction constructMacroFunction(
                TagNode tag,
                JinjavaInterpreter interpreter,
                String name,
                LinkedHashMap<String, Object> defaults) {
            return new XmlMacro(tag.getChildren(), name, defaults, interpreter);
        }
    }

    /** A macro that the template wrote down: what it gives is XML. */
    private static final class XmlMacro extends MacroFunction {
        XmlMacro(
                List<Node> content,
                String name,
                LinkedHashMap<String, Object> defaults,
                JinjavaInterpreter interpreter) {
            super(
                    content,
                    name,
                    defaults,
                    false,
                    interpreter.getContext(),
                    interpreter.getLineNumber(),
                    interpreter.getPosition());
        }

        private XmlMacro(XmlMacro source, String name) {
            super(source, name);
        }

        @Override
        public Object doEvaluate(
                Map<String, Object> arguments, Map<String, Object> named, List<Object> more) {
            return new SafeString(String.valueOf(super.doEvaluate(arguments, named, more)));
        }

        @Override
        public MacroFunction cloneWithNewName(String name) {
            return new XmlMacro(this, name);
        }
    }
}
