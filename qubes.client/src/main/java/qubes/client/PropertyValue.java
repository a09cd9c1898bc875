package qubes.client;

import java.util.Map;
import java.util.TreeMap;

/**
 * A property as the daemon tells it: {@code default=True type=vm sys-net}.
 *
 * @param type {@code str}, {@code int}, {@code bool}, {@code vm} or {@code label}
 */
record PropertyValue(boolean isDefault, String type, String text) {
    /**
     * Reads the reply of {@code property.Get}.
     *
     * @throws DaemonError if it is none
     */
    static PropertyValue parse(String reply) {
        String[] fields = reply.split(" ", 3);
        if (fields.length != 3
                || !fields[0].startsWith("default=")
                || !fields[1].startsWith("type=")) {
            throw new DaemonError(
                    "QubesDaemonCommunicationError",
                    "Got a property from qubesd that is none: " + reply);
        }
        return new PropertyValue(
                fields[0].equals("default=True"), fields[1].substring(5), fields[2]);
    }

    /**
     * Reads the reply of {@code property.GetAll}: property name to value, in alphabetical order.
     */
    static Map<String, PropertyValue> parseAll(String reply) {
        Map<String, PropertyValue> all = new TreeMap<>();
        for (String line : Session.lines(reply)) {
            int blank = line.indexOf(' ');
            if (blank < 0) {
                throw new DaemonError(
                        "QubesDaemonCommunicationError",
                        "Got a property from qubesd that is none: " + line);
            }
            all.put(line.substring(0, blank), parse(unescaped(line.substring(blank + 1))));
        }
        return all;
    }

    /** True if there is no value: a number or flag that is not known. */
    boolean missing() {
        return text.isEmpty() && (type.equals("int") || type.equals("bool"));
    }

    /** True if it refers to a domain or label, and to none. */
    boolean refersToNone() {
        return text.isEmpty() && (type.equals("vm") || type.equals("label"));
    }

    private static String unescaped(String line) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\' && i + 1 < line.length()) {
                char next = line.charAt(++i);
                out.append(next == 'n' ? '\n' : next);
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
