package qubes.hypervisor.libvirt.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qubes.hypervisor.libvirt.jinja.Token.Kind;

/** Reads expressions; one method a level of precedence, loosest first. */
final class ExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> NOT_A_TEST_ARGUMENT =
            Set.of("else", "or", "and", "is", "in", "not", "if");

    private final Tokens tokens;

    ExpressionParser(Tokens tokens) {
        this.tokens = tokens;
    }

    /** An expression, or several with commas between them, which make a tuple. */
    Expression tupleOrOne() {
        Expression first = expression();
        if (!tokens.atOperator(",")) {
            return first;
        }
        List<Expression> all = new ArrayList<>(List.of(first));
        while (tokens.skipOperator(",")) {
            if (tokens.at(Kind.TAG_END) || tokens.at(Kind.PRINT_END) || tokens.atOperator(")")) {
                break;
            }
            all.add(expression());
        }
        return list(all);
    }

    /** {@code a if b else c}. */
    Expression expression() {
        Expression value = or();
        while (tokens.skipName("if")) {
            Expression then = value;
            Expression condition = or();
            Expression otherwise =
                    tokens.skipName("else")
                            ? expression()
                            : scope -> new Undefined("an inline if without else was false");
            value =
                    scope ->
                            Python.truth(condition.in(scope))
                                    ? then.in(scope)
                                    : otherwise.in(scope);
        }
        return value;
    }

    /** Without {@code if} at its end, which belongs to the loop around. */
    Expression or() {
        Expression left = and();
        while (tokens.skipName("or")) {
            Expression a = left;
            Expression b = and();
            left =
                    scope -> {
                        Object value = a.in(scope);
                        return Python.truth(value) ? value : b.in(scope);
                    };
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (tokens.skipName("and")) {
            Expression a = left;
            Expression b = not();
            left =
                    scope -> {
                        Object value = a.in(scope);
                        return Python.truth(value) ? b.in(scope) : value;
                    };
        }
        return left;
    }

    private Expression not() {
        if (tokens.skipName("not")) {
            Expression negated = not();
            return scope -> !Python.truth(negated.in(scope));
        }
        return comparison();
    }

    private record Comparison(String operator, Expression right) {}

    private Expression comparison() {
        Expression first = sum();
        List<Comparison> chain = new ArrayList<>();
        while (true) {
            if (tokens.at(Kind.OPERATOR) && COMPARISONS.contains(tokens.peek().text())) {
                chain.add(new Comparison(tokens.take().text(), sum()));
            } else if (tokens.skipName("in")) {
                chain.add(new Comparison("in", sum()));
            } else if (tokens.atName("not") && tokens.peek(1).is(Kind.NAME, "in")) {
                tokens.take();
                tokens.take();
                chain.add(new Comparison("not in", sum()));
            } else {
                break;
            }
        }
        if (chain.isEmpty()) {
            return first;
        }
        return scope -> {
            Object left = Python.defined(first.in(scope));
            for (Comparison step : chain) {
                Object right = Python.defined(step.right().in(scope));
                if (!Expressions.compare(step.operator(), left, right)) {
                    return false;
                }
                left = right;
            }
            return true;
        };
    }

    private Expression sum() {
        Expression left = concatenation();
        while (tokens.atOperator("+") || tokens.atOperator("-")) {
            left = arithmetic(tokens.take().text(), left, concatenation());
        }
        return left;
    }

    private Expression concatenation() {
        Expression left = product();
        while (tokens.skipOperator("~")) {
            Expression a = left;
            Expression b = product();
            left =
                    scope -> {
                        List<@Nullable Object> both = new ArrayList<>();
                        both.add(Python.defined(a.in(scope)));
                        both.add(Python.defined(b.in(scope)));
                        return Python.concat(both);
                    };
        }
        return left;
    }

    private Expression product() {
        Expression left = power();
        while (tokens.atOperator("*")
                || tokens.atOperator("/")
                || tokens.atOperator("//")
                || tokens.atOperator("%")) {
            left = arithmetic(tokens.take().text(), left, power());
        }
        return left;
    }

    private Expression power() {
        Expression left = unary(true);
        while (tokens.skipOperator("**")) {
            left = arithmetic("**", left, unary(true));
        }
        return left;
    }

    /** A filter belongs to the number with its sign: -3|abs is 3. */
    private Expression unary(boolean filtered) {
        Expression value;
        if (tokens.skipOperator("-")) {
            Expression negated = unary(false);
            value = scope -> Python.arithmetic("-", 0L, negated.in(scope));
        } else if (tokens.skipOperator("+")) {
            value = unary(false);
        } else {
            value = primary();
        }
        Expression whole = postfix(value);
        return filtered ? filtered(whole) : whole;
    }

    private static Expression arithmetic(String operator, Expression left, Expression right) {
        return scope -> Python.arithmetic(operator, left.in(scope), right.in(scope));
    }

    private Expression postfix(Expression start) {
        Expression value = start;
        while (true) {
            Expression object = value;
            if (tokens.skipOperator(".")) {
                Token key = tokens.at(Kind.INTEGER) ? tokens.take() : tokens.expect(Kind.NAME);
                value =
                        key.kind() == Kind.NAME
                                ? scope -> Expressions.attribute(object.in(scope), key.text())
                                : scope ->
                                        Expressions.item(
                                                object.in(scope), Long.valueOf(key.text()));
            } else if (tokens.skipOperator("[")) {
                value = subscript(object);
            } else if (tokens.atOperator("(")) {
                ArgumentList arguments = arguments();
                value = scope -> Expressions.call(object.in(scope), arguments.in(scope));
            } else {
                return value;
            }
        }
    }

    private Expression subscript(Expression object) {
        Expression nothing = scope -> null;
        Expression from = tokens.atOperator(":") ? nothing : expression();
        if (tokens.skipOperator(":")) {
            Expression to = tokens.atOperator("]") ? nothing : expression();
            tokens.expectOperator("]");
            return scope -> Expressions.slice(object.in(scope), from.in(scope), to.in(scope));
        }
        tokens.expectOperator("]");
        return scope -> Expressions.item(object.in(scope), from.in(scope));
    }

    private Expression filtered(Expression start) {
        Expression value = start;
        while (true) {
            Expression subject = value;
            if (tokens.skipOperator("|")) {
                String name = tokens.expect(Kind.NAME).text();
                ArgumentList arguments = tokens.atOperator("(") ? arguments() : ArgumentList.EMPTY;
                value =
                        scope ->
                                Python.of(
                                        Filters.apply(
                                                name, subject.in(scope), arguments.in(scope)));
            } else if (tokens.skipName("is")) {
                value = test(subject);
            } else if (tokens.atOperator(".") || tokens.atOperator("[") || tokens.atOperator("(")) {
                value = postfix(subject);
            } else {
                return value;
            }
        }
    }

    private Expression test(Expression subject) {
        boolean negated = tokens.skipName("not");
        String name = tokens.expect(Kind.NAME).text();
        ArgumentList arguments = ArgumentList.EMPTY;
        if (tokens.atOperator("(")) {
            arguments = arguments();
        } else if (tokens.at(Kind.STRING)
                || tokens.at(Kind.INTEGER)
                || (tokens.at(Kind.NAME) && !NOT_A_TEST_ARGUMENT.contains(tokens.peek().text()))) {
            arguments = new ArgumentList(List.of(postfix(primary())), Map.of());
        }
        ArgumentList given = arguments;
        return scope -> Filters.test(name, subject.in(scope), given.in(scope)) != negated;
    }

    /** Arguments as written. */
    record ArgumentList(List<Expression> positional, Map<String, Expression> named) {
        static final ArgumentList EMPTY = new ArgumentList(List.of(), Map.of());

        Arguments in(Scope scope) {
            List<@Nullable Object> values = new ArrayList<>();
            positional.forEach(one -> values.add(one.in(scope)));
            Map<String, @Nullable Object> byName = new LinkedHashMap<>();
            named.forEach((name, one) -> byName.put(name, one.in(scope)));
            return new Arguments(values, byName);
        }
    }

    private ArgumentList arguments() {
        tokens.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        while (!tokens.skipOperator(")")) {
            if (tokens.at(Kind.NAME) && tokens.peek(1).is(Kind.OPERATOR, "=")) {
                String name = tokens.take().text();
                tokens.take();
                named.put(name, expression());
            } else {
                positional.add(expression());
            }
            if (!tokens.atOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        return new ArgumentList(List.copyOf(positional), named);
    }

    private Expression primary() {
        Token token = tokens.take();
        return switch (token.kind()) {
            case STRING -> string(token);
            case INTEGER -> constant(integer(token));
            case FLOAT -> constant(Double.parseDouble(token.text().replace("_", "")));
            case NAME -> name(token.text());
            case OPERATOR ->
                    switch (token.text()) {
                        case "(" -> parenthesis();
                        case "[" -> list(elements("]"));
                        case "{" -> dict();
                        default -> throw tokens.fault("unexpected " + token);
                    };
            case DATA, PRINT, PRINT_END, TAG, TAG_END, END ->
                    throw tokens.fault("unexpected " + token);
        };
    }

    private static Expression constant(@Nullable Object value) {
        return scope -> value;
    }

    /** Texts that stand side by side are one. */
    private Expression string(Token first) {
        StringBuilder all = new StringBuilder(first.text());
        while (tokens.at(Kind.STRING)) {
            all.append(tokens.take().text());
        }
        return constant(all.toString());
    }

    private Long integer(Token token) {
        String digits = token.text().replace("_", "");
        try {
            return Long.decode(
                    digits.startsWith("0x") || digits.startsWith("0X")
                            ? digits
                            : digits.replaceFirst("^0+(?=.)", ""));
        } catch (NumberFormatException e) {
            throw tokens.fault("the number " + token.text() + " is too large");
        }
    }

    private static Expression name(String name) {
        return switch (name) {
            case "true", "True" -> constant(true);
            case "false", "False" -> constant(false);
            case "none", "None" -> constant(null);
            default -> scope -> scope.get(name);
        };
    }

    private Expression parenthesis() {
        if (tokens.skipOperator(")")) {
            return list(List.of());
        }
        Expression inside = tupleOrOne();
        tokens.expectOperator(")");
        return inside;
    }

    private List<Expression> elements(String end) {
        List<Expression> elements = new ArrayList<>();
        while (!tokens.skipOperator(end)) {
            elements.add(expression());
            if (!tokens.atOperator(end)) {
                tokens.expectOperator(",");
            }
        }
        return elements;
    }

    private static Expression list(List<Expression> elements) {
        List<Expression> all = List.copyOf(elements);
        return scope -> {
            List<@Nullable Object> values = new ArrayList<>();
            all.forEach(one -> values.add(Python.defined(one.in(scope))));
            return values;
        };
    }

    private Expression dict() {
        Map<Expression, Expression> entries = new LinkedHashMap<>();
        while (!tokens.skipOperator("}")) {
            Expression key = expression();
            tokens.expectOperator(":");
            entries.put(key, expression());
            if (!tokens.atOperator("}")) {
                tokens.expectOperator(",");
            }
        }
        return scope -> {
            Map<@Nullable Object, @Nullable Object> values = new LinkedHashMap<>();
            entries.forEach(
                    (key, value) ->
                            values.put(
                                    Python.defined(key.in(scope)),
                                    Python.defined(value.in(scope))));
            return values;
        };
    }
}
