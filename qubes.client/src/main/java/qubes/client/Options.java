package qubes.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The options of one verb, and the command line read by them. Options may stand anywhere; {@code
 * --} ends them.
 */
final class Options {
    private final Map<String, String> canonical =
            new HashMap<>(); // name on the command line to the first name
    private final Map<String, Boolean> takesValue =
            new HashMap<>(); // first name to whether a value follows
    private final Map<String, List<String>> given =
            new HashMap<>(); // first name to values, empty text for a flag
    private final List<String> positional = new ArrayList<>();

    /** An option without value, under several names. */
    Options flag(String... names) {
        return option(false, names);
    }

    /** An option with a value, under several names; may be given several times. */
    Options value(String... names) {
        return option(true, names);
    }

    private Options option(boolean value, String... names) {
        for (String name : names) {
            canonical.put(name, names[0]);
        }
        takesValue.put(names[0], value);
        return this;
    }

    /**
     * Reads a command line.
     *
     * @throws UsageError for an unknown option or a missing value
     */
    Options parse(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            String word = arguments.get(i);
            if (word.equals("--")) {
                positional.addAll(arguments.subList(i + 1, arguments.size()));
                break;
            }
            if (!word.startsWith("-") || word.equals("-")) {
                positional.add(word);
                continue;
            }
            int equals = word.startsWith("--") ? word.indexOf('=') : -1;
            String name = canonical.get(equals < 0 ? word : word.substring(0, equals));
            if (name == null) {
                throw new UsageError("unrecognized option: " + word);
            }
            if (Boolean.FALSE.equals(takesValue.get(name))) {
                if (equals >= 0) {
                    throw new UsageError(name + " takes no value");
                }
                add(name, "");
            } else if (equals >= 0) {
                add(name, word.substring(equals + 1));
            } else if (++i < arguments.size()) {
                add(name, arguments.get(i));
            } else {
                throw new UsageError(word + " needs a value");
            }
        }
        return this;
    }

    private void add(String name, String value) {
        List<String> values = given.get(name);
        if (values == null) {
            values = new ArrayList<>();
            given.put(name, values);
        }
        values.add(value);
    }

    /** True if the option was given. */
    boolean has(String name) {
        return given.containsKey(name);
    }

    /** The value of an option, the last if it was given several times; null if it was not given. */
    @Nullable String get(String name) {
        List<String> values = given.get(name);
        return values == null ? null : values.get(values.size() - 1);
    }

    /** All values of an option. */
    List<String> all(String name) {
        List<String> values = given.get(name);
        return values == null ? List.of() : values;
    }

    /** What is no option. */
    List<String> positional() {
        return positional;
    }

    /**
     * What is no option.
     *
     * @throws UsageError unless there are {@code least} to {@code most}
     */
    List<String> positional(int least, int most, String what) {
        if (positional.size() < least) {
            throw new UsageError(what + " is missing");
        }
        if (positional.size() > most) {
            throw new UsageError("unexpected argument: " + positional.get(most));
        }
        return positional;
    }
}
