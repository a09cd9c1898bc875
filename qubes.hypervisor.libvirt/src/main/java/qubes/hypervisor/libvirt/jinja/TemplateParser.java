package qubes.hypervisor.libvirt.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qubes.hypervisor.libvirt.jinja.Token.Kind;

/** Reads a template: its text and its tags. */
final class TemplateParser {
    private final Tokens tokens;
    private final ExpressionParser expressions;
    private final Map<String, Node> blocks = new HashMap<>();
    private @Nullable Expression parent;
    private int blocksAround;

    TemplateParser(Tokens tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
    }

    Template template() {
        Node body = body(Set.of());
        return new Template(tokens.template(), body, parent, Map.copyOf(blocks));
    }

    /**
     * Up to a tag of one of these names, whose name is then taken; up to the end if there are none.
     */
    private Node body(Set<String> until) {
        List<Node> nodes = new ArrayList<>();
        while (true) {
            Token token = tokens.take();
            switch (token.kind()) {
                case DATA -> nodes.add((scope, out) -> out.append(token.text()));
                case PRINT -> {
                    Expression value = expressions.tupleOrOne();
                    tokens.expect(Kind.PRINT_END);
                    nodes.add(
                            placed(
                                    token.line(),
                                    (scope, out) -> out.append(Markup.of(value.in(scope)))));
                }
                case TAG -> {
                    Token name = tokens.expect(Kind.NAME);
                    if (until.contains(name.text())) {
                        return sequence(nodes);
                    }
                    nodes.add(placed(token.line(), tag(name)));
                }
                case END -> {
                    if (until.isEmpty()) {
                        return sequence(nodes);
                    }
                    throw tokens.fault(
                            "the template ends, {% " + until.iterator().next() + " %} is due");
                }
                case PRINT_END, TAG_END, NAME, STRING, INTEGER, FLOAT, OPERATOR ->
                        throw tokens.fault("unexpected " + token);
            }
        }
    }

    private static Node sequence(List<Node> nodes) {
        List<Node> all = List.copyOf(nodes);
        return (scope, out) -> {
            for (Node node : all) {
                node.render(scope, out);
            }
        };
    }

    /** Says where a fault was met; the innermost place wins. */
    private Node placed(int line, Node node) {
        return (scope, out) -> {
            try {
                node.render(scope, out);
                scope.rendering().bound(out);
            } catch (TemplateException e) {
                throw e.at(tokens.template(), line);
            } catch (ArithmeticException e) {
                throw new TemplateException("a number is too large").at(tokens.template(), line);
            }
        };
    }

    private Node tag(Token name) {
        return switch (name.text()) {
            case "if" -> condition();
            case "for" -> loop();
            case "set" -> assignment();
            case "block" -> block();
            case "extends" -> extend();
            case "include" -> include();
            case "with" -> with();
            case "macro" -> macro();
            case "import" -> importAll();
            case "from" -> importNames();
            case "filter" -> filter();
            case "do" -> {
                Expression value = expressions.tupleOrOne();
                endTag();
                yield (scope, out) -> Python.defined(value.in(scope));
            }
            default -> throw tokens.fault("unknown or misplaced tag {% " + name.text() + " %}");
        };
    }

    private void endTag() {
        tokens.expect(Kind.TAG_END);
    }

    private Token nameBefore() {
        return tokens.peek(-1);
    }

    private Node condition() {
        Expression when = expressions.tupleOrOne();
        endTag();
        Node then = body(Set.of("elif", "else", "endif"));
        Node otherwise =
                switch (nameBefore().text()) {
                    case "elif" -> condition();
                    case "else" -> {
                        endTag();
                        Node last = body(Set.of("endif"));
                        endTag();
                        yield last;
                    }
                    default -> {
                        endTag();
                        yield (scope, out) -> {};
                    }
                };
        return (scope, out) -> (Python.truth(when.in(scope)) ? then : otherwise).render(scope, out);
    }

    private Node loop() {
        List<String> targets = targets();
        if (!tokens.skipName("in")) {
            throw tokens.fault("unexpected " + tokens.peek() + ", 'in' is due");
        }
        Expression over = expressions.or();
        Expression only = tokens.skipName("if") ? expressions.expression() : scope -> true;
        endTag();
        Node body = body(Set.of("else", "endfor"));
        Node otherwise = (scope, out) -> {};
        if (nameBefore().text().equals("else")) {
            endTag();
            otherwise = body(Set.of("endfor"));
        }
        endTag();
        Node empty = otherwise;
        return (scope, out) -> {
            List<@Nullable Object> chosen = new ArrayList<>();
            for (Object element : Python.iterate(over.in(scope))) {
                Scope test = scope.inner();
                assign(test, targets, Python.of(element));
                if (Python.truth(only.in(test))) {
                    chosen.add(Python.of(element));
                }
            }
            if (chosen.isEmpty()) {
                empty.render(scope, out);
            }
            for (int i = 0; i < chosen.size(); i++) {
                Scope inner = scope.inner();
                assign(inner, targets, chosen.get(i));
                inner.set("loop", loopVariable(chosen, i));
                body.render(inner, out);
                scope.rendering().bound(out);
            }
        };
    }

    private static Map<String, @Nullable Object> loopVariable(List<@Nullable Object> all, int i) {
        Map<String, @Nullable Object> loop = new LinkedHashMap<>();
        loop.put("index", (long) i + 1);
        loop.put("index0", (long) i);
        loop.put("revindex", (long) all.size() - i);
        loop.put("revindex0", (long) all.size() - i - 1);
        loop.put("first", i == 0);
        loop.put("last", i == all.size() - 1);
        loop.put("length", (long) all.size());
        loop.put("previtem", i == 0 ? new Undefined("there is no previous item") : all.get(i - 1));
        loop.put(
                "nextitem",
                i == all.size() - 1 ? new Undefined("there is no next item") : all.get(i + 1));
        loop.put("cycle", (Callable) a -> a.positional().get(i % a.positional().size()));
        return loop;
    }

    private List<String> targets() {
        List<String> names = new ArrayList<>();
        boolean parenthesis = tokens.skipOperator("(");
        do {
            names.add(tokens.expect(Kind.NAME).text());
        } while (tokens.skipOperator(","));
        if (parenthesis) {
            tokens.expectOperator(")");
        }
        return names;
    }

    private static void assign(Scope scope, List<String> targets, @Nullable Object value) {
        if (targets.size() == 1) {
            scope.set(targets.get(0), value);
            return;
        }
        List<?> parts = Python.iterate(value);
        if (parts.size() != targets.size()) {
            throw new TemplateException(targets.size() + " names for " + parts.size() + " values");
        }
        for (int i = 0; i < parts.size(); i++) {
            scope.set(targets.get(i), Python.of(parts.get(i)));
        }
    }

    private Node assignment() {
        if (tokens.peek(1).is(Kind.OPERATOR, ".")) {
            String object = tokens.expect(Kind.NAME).text();
            tokens.expectOperator(".");
            String attribute = tokens.expect(Kind.NAME).text();
            tokens.expectOperator("=");
            Expression value = expressions.tupleOrOne();
            endTag();
            return (scope, out) -> {
                if (!(scope.get(object) instanceof Jinja.Namespace namespace)) {
                    throw new TemplateException("only attributes of a namespace() can be set");
                }
                namespace.set(attribute, Python.defined(value.in(scope)));
            };
        }
        List<String> targets = targets();
        if (tokens.skipOperator("=")) {
            Expression value = expressions.tupleOrOne();
            endTag();
            return (scope, out) -> assign(scope, targets, Python.defined(value.in(scope)));
        }
        endTag();
        Node body = body(Set.of("endset"));
        endTag();
        return (scope, out) -> assign(scope, targets, captured(body, scope.inner()));
    }

    private static Markup captured(Node body, Scope scope) {
        StringBuilder captured = new StringBuilder();
        body.render(scope, captured);
        return new Markup(captured.toString());
    }

    private Node block() {
        String name = tokens.expect(Kind.NAME).text();
        while (tokens.skipName("scoped") || tokens.skipName("required")) {
            // blocks see the variables around them here anyway
        }
        endTag();
        blocksAround++;
        Node body = body(Set.of("endblock"));
        blocksAround--;
        tokens.skipName(name);
        endTag();
        if (blocks.put(name, body) != null) {
            throw tokens.fault("block '" + name + "' is there twice");
        }
        // a child only says what its blocks are; the parent shows them. A block in a block shows
        // itself.
        boolean shown = parent == null || blocksAround > 0;
        return (scope, out) -> {
            if (shown) {
                scope.rendering().block(name, scope, out);
            }
        };
    }

    private Node extend() {
        if (parent != null) {
            throw tokens.fault("a template extends one other");
        }
        parent = expressions.expression();
        endTag();
        return (scope, out) -> {};
    }

    private Node include() {
        Expression name = expressions.expression();
        boolean mayBeMissing = false;
        if (tokens.skipName("ignore")) {
            tokens.take();
            mayBeMissing = true;
        }
        boolean withContext = withContext(true);
        endTag();
        boolean lenient = mayBeMissing;
        return (scope, out) ->
                scope.rendering()
                        .include(Python.text(name.in(scope)), lenient, withContext, scope, out);
    }

    private boolean withContext(boolean fallback) {
        boolean with = tokens.skipName("with");
        if (with || tokens.skipName("without")) {
            tokens.skipName("context");
            return with;
        }
        return fallback;
    }

    private Node with() {
        Map<String, Expression> values = new LinkedHashMap<>();
        while (!tokens.at(Kind.TAG_END)) {
            String name = tokens.expect(Kind.NAME).text();
            tokens.expectOperator("=");
            values.put(name, expressions.expression());
            tokens.skipOperator(",");
        }
        endTag();
        Node body = body(Set.of("endwith"));
        endTag();
        return (scope, out) -> {
            Scope inner = scope.inner();
            values.forEach((name, value) -> inner.set(name, Python.defined(value.in(scope))));
            body.render(inner, out);
        };
    }

    private Node macro() {
        String name = tokens.expect(Kind.NAME).text();
        Map<String, @Nullable Expression> parameters = new LinkedHashMap<>(); // name to default
        tokens.expectOperator("(");
        while (!tokens.skipOperator(")")) {
            String parameter = tokens.expect(Kind.NAME).text();
            parameters.put(parameter, tokens.skipOperator("=") ? expressions.expression() : null);
            if (!tokens.atOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        endTag();
        Node body = body(Set.of("endmacro"));
        tokens.skipName(name);
        endTag();
        return (scope, out) ->
                scope.set(name, (Callable) arguments -> expand(scope, parameters, body, arguments));
    }

    private static Markup expand(
            Scope scope, Map<String, @Nullable Expression> parameters, Node body, Arguments given) {
        Scope inner = scope.inner();
        int i = 0;
        for (Map.Entry<String, @Nullable Expression> parameter : parameters.entrySet()) {
            Expression fallback = parameter.getValue();
            String name = parameter.getKey();
            if (given.has(i, name)) {
                inner.set(name, given.get(i, name, null));
            } else {
                inner.set(name, fallback == null ? Undefined.variable(name) : fallback.in(inner));
            }
            i++;
        }
        StringBuilder out = new StringBuilder();
        scope.rendering().deeper(() -> body.render(inner, out));
        return new Markup(out.toString());
    }

    private Node importAll() {
        Expression name = expressions.expression();
        tokens.skipName("as");
        String as = tokens.expect(Kind.NAME).text();
        withContext(false);
        endTag();
        return (scope, out) ->
                scope.set(
                        as,
                        new LinkedHashMap<>(scope.rendering().define(Python.text(name.in(scope)))));
    }

    private Node importNames() {
        Expression template = expressions.expression();
        tokens.skipName("import");
        Map<String, String> names = new LinkedHashMap<>(); // name there to name here
        do {
            String name = tokens.expect(Kind.NAME).text();
            names.put(name, tokens.skipName("as") ? tokens.expect(Kind.NAME).text() : name);
        } while (tokens.skipOperator(",") && !tokens.at(Kind.TAG_END));
        withContext(false);
        endTag();
        return (scope, out) -> {
            Map<String, @Nullable Object> defined =
                    scope.rendering().define(Python.text(template.in(scope)));
            names.forEach(
                    (there, here) ->
                            scope.set(
                                    here,
                                    defined.containsKey(there)
                                            ? defined.get(there)
                                            : Undefined.variable(there)));
        };
    }

    private Node filter() {
        String name = tokens.expect(Kind.NAME).text();
        endTag();
        Node body = body(Set.of("endfilter"));
        endTag();
        return (scope, out) ->
                out.append(
                        Markup.of(
                                Filters.apply(
                                        name, captured(body, scope.inner()), Arguments.NONE)));
    }
}
