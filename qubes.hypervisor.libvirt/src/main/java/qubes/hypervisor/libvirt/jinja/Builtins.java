package qubes.hypervisor.libvirt.jinja;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.AdvancedFilter;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.objects.SafeString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Filters and functions where jinjava's mean another thing to Jinja2, or reach too far. */
final class Builtins {
    private static final int MAX_RANGE = 10_000;

    // Jinja2's. Not here: what shows the inside of objects, renders values, or writes HTML
    private static final Set<String> OF_TEXTS =
            words(
                    "capitalize center format indent lower replace string title trim truncate",
                    "upper wordcount wordwrap");
    private static final Set<String> OF_LISTS =
            words("first join last list map reject rejectattr select selectattr sort sum unique");
    private static final Set<String> OF_NUMBERS = words("abs float int round");
    private static final Set<String> OF_ANYTHING =
            words("attr count d default e escape forceescape length reverse safe");

    static final Set<String> FILTERS =
            Stream.of(OF_TEXTS, OF_LISTS, OF_NUMBERS, OF_ANYTHING)
                    .flatMap(Set::stream)
                    .collect(Collectors.toUnmodifiableSet());

    /** Jinja2's, with {@code do}. */
    static final Set<String> TAGS =
            words("block do elif else extends for from if import include macro raw set");

    private Builtins() {}

    static List<Filter> filters() {
        return List.of(
                new Default("default"),
                new Default("d"),
                new Escape("escape", false),
                new Escape("e", false),
                new Escape("forceescape", true));
    }

    /** The value as Jinja2's filter of that name takes it; jinjava's take any as it is. */
    static @Nullable Object taken(String filter, @Nullable Object value) {
        if (OF_TEXTS.contains(filter) && !(value instanceof SafeString)) {
            return Values.text(value);
        }
        if (OF_LISTS.contains(filter)) {
            return Values.iterate(value);
        }
        return OF_NUMBERS.contains(filter) && value instanceof Boolean b ? (b ? 1 : 0) : value;
    }

    private static Set<String> words(String... lines) {
        return Arrays.stream(lines)
                .flatMap(line -> Arrays.stream(line.split(" ")))
                .collect(Collectors.toUnmodifiableSet());
    }

    static List<Integer> range(Arguments arguments) {
        boolean both = arguments.positional().size() > 1;
        int from = both ? arguments.number(0, "start", 0) : 0;
        int to = arguments.number(both ? 1 : 0, "stop", 0);
        int step = arguments.number(2, "step", 1);
        if (step == 0 || ((long) to - from) / step > MAX_RANGE) {
            throw new TemplateException("range() of no use or larger than " + MAX_RANGE);
        }
        List<Integer> numbers = new ArrayList<>();
        for (int i = from; step > 0 ? i < to : i > to; i += step) {
            numbers.add(i);
        }
        return numbers;
    }

    /**
     * {@code default}: of what is undefined; with true as second argument, also of what is false.
     */
    record Default(String name) implements AdvancedFilter {
        @Override
        public String getName() {
            return name;
        }

        @Override
        public @Nullable Object filter(
                @Nullable Object value,
                JinjavaInterpreter interpreter,
                Object[] positional,
                Map<String, Object> named) {
            Arguments a = new Arguments(Arrays.asList(positional), named);
            boolean missing = value == null || value instanceof Undefined;
            return missing || (Values.truth(a.get(1, "boolean", false)) && !Values.truth(value))
                    ? a.get(0, "default_value", "")
                    : value;
        }
    }

    /**
     * {@code escape} gives XML, which is not escaped again, and {@code forceescape} escapes that.
     */
    private record Escape(String name, boolean again) implements Filter {
        @Override
        public String getName() {
            return name;
        }

        @Override
        public Object filter(Object value, JinjavaInterpreter interpreter, String... arguments) {
            return new SafeString(Values.xml(value));
        }

        @Override
        public Object filter(
                SafeString value, JinjavaInterpreter interpreter, String... arguments) {
            return again ? new SafeString(Values.xml(value.getValue())) : value;
        }
    }
}
