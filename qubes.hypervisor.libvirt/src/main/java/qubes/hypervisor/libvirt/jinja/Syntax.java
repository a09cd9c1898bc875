package qubes.hypervisor.libvirt.jinja;

import com.hubspot.jinjava.el.ExtendedSyntaxBuilder;
import com.hubspot.jinjava.el.TruthyTypeConverter;
import com.hubspot.jinjava.el.ext.AbsOperator;
import com.hubspot.jinjava.el.ext.AdditionOperator;
import com.hubspot.jinjava.el.ext.CollectionMembershipOperator;
import com.hubspot.jinjava.el.ext.CollectionNonMembershipOperator;
import com.hubspot.jinjava.el.ext.ExtendedParser;
import com.hubspot.jinjava.el.ext.StringConcatOperator;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import jinjava.de.odysseus.el.tree.Bindings;
import jinjava.de.odysseus.el.tree.impl.Parser;
import jinjava.de.odysseus.el.tree.impl.Scanner.ExtensionToken;
import jinjava.de.odysseus.el.tree.impl.Scanner.ScanException;
import jinjava.de.odysseus.el.tree.impl.Scanner.Symbol;
import jinjava.de.odysseus.el.tree.impl.ast.AstBinary;
import jinjava.de.odysseus.el.tree.impl.ast.AstBinary.Operator;
import jinjava.de.odysseus.el.tree.impl.ast.AstNode;
import jinjava.de.odysseus.el.tree.impl.ast.AstUnary;
import jinjava.javax.el.ELContext;
import org.jspecify.annotations.Nullable;

/**
 * jinjava's expressions with the operators that mean another thing to Python: those that join texts
 * keep XML apart from what must be escaped, equality does not convert, membership asks our objects,
 * {@code and} gives a value, {@code not} binds less than a comparison.
 */
final class Syntax extends ExtendedSyntaxBuilder {
    private static final long serialVersionUID = 1L;

    private static final Operator AND =
            (bindings, context, left, right) -> {
                Object first = left.eval(bindings, context);
                return Values.truth(first) ? right.eval(bindings, context) : first;
            };

    private static final Operator MODULO =
            simple((a, b) -> Math.floorMod(Values.whole(a), Values.whole(b)));

    // jinjava's operator to Python's
    private static final Map<Operator, Operator> COMPARISONS =
            Map.of(
                    AstBinary.EQ, simple(Values::same),
                    AstBinary.NE, simple((a, b) -> !Values.same(a, b)),
                    AstBinary.LT, simple((a, b) -> Values.compare(a, b) < 0),
                    AstBinary.LE, simple((a, b) -> Values.compare(a, b) <= 0),
                    AstBinary.GT, simple((a, b) -> Values.compare(a, b) > 0),
                    AstBinary.GE, simple((a, b) -> Values.compare(a, b) >= 0));

    private static final Map<ExtensionToken, Operator> ADDITIONS =
            Map.of(
                    // a plus before a digit; jinjava takes it for a sign, and a+1 for an error
                    AbsOperator.TOKEN,
                    new Plus(),
                    StringConcatOperator.TOKEN,
                    simple((a, b) -> Values.concat(Arrays.asList(a, b))));

    private static final Map<ExtensionToken, Operator> MEMBERSHIPS =
            Map.of(
                    CollectionMembershipOperator.TOKEN, simple((a, b) -> Values.contains(b, a)),
                    CollectionNonMembershipOperator.TOKEN,
                            simple((a, b) -> !Values.contains(b, a)));

    Syntax() {
        super(Feature.METHOD_INVOCATIONS, Feature.VARARGS);
    }

    @Override
    protected Parser createParser(String expression) {
        return new PythonParser(this, expression);
    }

    private static final class PythonParser extends ExtendedParser {
        PythonParser(Syntax syntax, String expression) {
            super(syntax, expression);
            ADDITIONS.forEach((token, operator) -> put(token, ExtensionPoint.ADD, operator));
            MEMBERSHIPS.forEach((token, operator) -> put(token, ExtensionPoint.CMP, operator));
        }

        private void put(ExtensionToken token, ExtensionPoint point, Operator operator) {
            putExtensionHandler(
                    token,
                    new ExtensionHandler(point) {
                        @Override
                        public AstNode createAstNode(AstNode... sides) {
                            return createAstBinary(sides[0], sides[1], operator);
                        }
                    });
        }

        @Override
        protected AstNode and(boolean required) throws ScanException, ParseException {
            AstNode left = not(required);
            while (left != null && getToken().getSymbol() == Symbol.AND) {
                consumeToken();
                left = createAstBinary(left, not(true), AstBinary.AND);
            }
            return left;
        }

        /** Of the whole comparison, where jinjava's is of its first operand. */
        private AstNode not(boolean required) throws ScanException, ParseException {
            if (getToken().getSymbol() != Symbol.NOT) {
                return eq(required);
            }
            consumeToken();
            return createAstUnary(not(true), AstUnary.NOT);
        }

        @Override
        protected AstBinary createAstBinary(AstNode left, AstNode right, Operator operator) {
            if (operator == AstBinary.AND) {
                return new AstBinary(left, right, AND);
            }
            if (operator == AdditionOperator.OP) {
                return new AstBinary(left, right, new Plus());
            }
            if (operator == AstBinary.MOD) {
                return new AstBinary(left, right, MODULO);
            }
            Operator pythons = COMPARISONS.getOrDefault(operator, operator);
            if (compares(pythons) && (isComparison(left) || isComparison(right))) {
                throw new TemplateException("comparisons in a row: join them by 'and'");
            }
            return new AstBinary(left, right, pythons);
        }

        private static boolean isComparison(AstNode node) {
            return node instanceof AstBinary binary && compares(binary.getOperator());
        }

        private static boolean compares(Operator operator) {
            return COMPARISONS.containsValue(operator) || MEMBERSHIPS.containsValue(operator);
        }
    }

    private interface Meaning {
        Object of(@Nullable Object left, @Nullable Object right);
    }

    private static Operator simple(Meaning meaning) {
        return (bindings, context, left, right) ->
                meaning.of(left.eval(bindings, context), right.eval(bindings, context));
    }

    private static final class Plus extends AdditionOperator {
        @Override
        public Object eval(Bindings bindings, ELContext context, AstNode left, AstNode right) {
            Object a = Undefined.refuse(left.eval(bindings, context));
            Object b = Undefined.refuse(right.eval(bindings, context));
            if (Values.isText(a) && Values.isText(b)) {
                return Values.concat(Arrays.asList(a, b));
            }
            boolean numbers = a instanceof Number && b instanceof Number;
            if (!numbers && !(a instanceof List && b instanceof List)) {
                throw new TemplateException(
                        "'+' does not work on " + Values.nameOf(a) + " and " + Values.nameOf(b));
            }
            return apply(bindings, a, b);
        }
    }

    /** Truth as Python's; what is undefined is converted to nothing. */
    static final class Conversion extends TruthyTypeConverter {
        private static final long serialVersionUID = 1L;

        @Override
        protected Boolean coerceToBoolean(@Nullable Object value) {
            return Values.truth(value);
        }

        @Override
        protected String coerceToString(@Nullable Object value) {
            return value == null ? "" : Values.text(value);
        }

        @Override
        protected @Nullable Object coerceToType(@Nullable Object value, Class<?> type) {
            Undefined.refuse(value);
            if (Number.class.isAssignableFrom(type) && !(value instanceof Number)) {
                throw new TemplateException(
                        (Values.isText(value) ? "'" + value + "'" : Values.nameOf(value))
                                + " is no number");
            }
            return super.coerceToType(value, type);
        }
    }
}
