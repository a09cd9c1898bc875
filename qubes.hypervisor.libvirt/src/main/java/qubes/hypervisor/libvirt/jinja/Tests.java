package qubes.hypervisor.libvirt.jinja;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * {@code value is name}. jinjava's convert, and know neither None nor that a text is a sequence.
 */
final class Tests {
    // name to test of a value
    private static final Map<String, Predicate<@Nullable Object>> OF_ONE =
            Map.ofEntries(
                    Map.entry("none", v -> v == None.NONE),
                    Map.entry("boolean", v -> v instanceof Boolean),
                    Map.entry("true", v -> Boolean.TRUE.equals(v)),
                    Map.entry("false", v -> Boolean.FALSE.equals(v)),
                    Map.entry("string", Values::isText),
                    Map.entry("number", v -> v instanceof Number || v instanceof Boolean),
                    Map.entry("integer", v -> v instanceof Integer || v instanceof Long),
                    Map.entry("float", v -> v instanceof Double),
                    Map.entry("mapping", v -> v instanceof Map),
                    Map.entry("sequence", Tests::isSequence),
                    Map.entry("iterable", Tests::isSequence),
                    Map.entry("odd", v -> Values.whole(v) % 2 != 0),
                    // jinjava's select and its kin ask it if no other is named
                    Map.entry("truthy", Values::truth),
                    Map.entry("even", v -> Values.whole(v) % 2 == 0));

    // name to test of a value and another
    private static final Map<String, BiPredicate<@Nullable Object, @Nullable Object>> OF_TWO =
            Map.ofEntries(
                    Map.entry("divisibleby", (v, by) -> Values.whole(v) % Values.whole(by) == 0),
                    Map.entry("in", (v, container) -> Values.contains(container, v)),
                    Map.entry("eq", Values::same),
                    Map.entry("equalto", Values::same),
                    Map.entry("ne", (v, other) -> !Values.same(v, other)),
                    Map.entry("lt", (v, other) -> Values.compare(v, other) < 0),
                    Map.entry("le", (v, other) -> Values.compare(v, other) <= 0),
                    Map.entry("gt", (v, other) -> Values.compare(v, other) > 0),
                    Map.entry("ge", (v, other) -> Values.compare(v, other) >= 0));

    private Tests() {}

    /** The test of that name. */
    static Optional<ExpTest> find(String name) {
        if (name.equals("defined") || name.equals("undefined")) {
            return Optional.of(new Test(name, (v, none) -> isDefined(v) == name.equals("defined")));
        }
        Predicate<@Nullable Object> one = OF_ONE.get(name);
        BiPredicate<@Nullable Object, @Nullable Object> two = OF_TWO.get(name);
        if (one != null) {
            return Optional.of(new Test(name, (v, none) -> one.test(Undefined.refuse(v))));
        }
        return Optional.ofNullable(two).map(test -> new Test(name, test));
    }

    private static boolean isDefined(@Nullable Object value) {
        return value != null && !(value instanceof Undefined);
    }

    private static boolean isSequence(@Nullable Object value) {
        return Values.isText(value) || value instanceof List || value instanceof Map;
    }

    private record Test(String name, BiPredicate<@Nullable Object, @Nullable Object> test)
            implements ExpTest {
        @Override
        public String getName() {
            return name;
        }

        @Override
        public boolean evaluate(
                @Nullable Object value, JinjavaInterpreter interpreter, Object... arguments) {
            return test.test(value, arguments.length == 0 ? null : arguments[0]);
        }
    }
}
