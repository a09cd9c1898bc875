package qubes.core.event;

import java.util.regex.Pattern;

/**
 * Which events a handler wants: a type, and a shell pattern over the wire name, case-sensitive:
 * {@code *} any text, {@code ?} any character, {@code [a-z]} one of these, {@code [!a-z]} one of
 * the others (spec events.md §1).
 *
 * @param <E> the type
 */
public record EventPattern<E extends Event>(Class<E> type, String wirePattern, Pattern compiled) {
    /**
     * {@return all events of a type}
     *
     * @param <E> type of the events
     * @param type type of the events
     */
    public static <E extends Event> EventPattern<E> of(Class<E> type) {
        return of(type, "*");
    }

    /**
     * {@return the events of a type whose wire name matches}
     *
     * @param <E> type of the events
     * @param type type of the events
     * @param wirePattern a wire name that may hold wildcards
     */
    public static <E extends Event> EventPattern<E> of(Class<E> type, String wirePattern) {
        return new EventPattern<>(type, wirePattern, compile(wirePattern));
    }

    /**
     * {@return true if events of {@code eventType} named {@code wireName} are wanted}
     *
     * @param eventType type of the event
     * @param wireName name of the event
     */
    public boolean matches(Class<? extends Event> eventType, String wireName) {
        return type.isAssignableFrom(eventType)
                && (wirePattern.equals("*") || compiled.matcher(wireName).matches());
    }

    private static Pattern compile(String glob) {
        StringBuilder regex = new StringBuilder();
        StringBuilder literal = new StringBuilder();
        int i = 0;
        while (i < glob.length()) {
            char c = glob.charAt(i);
            int end = c == '[' ? endOfSet(glob, i) : -1;
            if (c == '*' || c == '?' || end >= 0) {
                regex.append(quoted(literal)).append(c == '*' ? ".*" : c == '?' ? "." : "");
                literal.setLength(0);
            } else {
                literal.append(c);
            }
            if (end >= 0) {
                regex.append(set(glob.substring(i + 1, end)));
                i = end;
            }
            i++;
        }
        return Pattern.compile(regex.append(quoted(literal)).toString(), Pattern.DOTALL);
    }

    /** Where the set that begins at {@code start} ends; -1 if it never does: a bracket then. */
    private static int endOfSet(String glob, int start) {
        int first = start + 1;
        if (glob.startsWith("!", first)) {
            first++;
        }
        return glob.indexOf(']', first + 1); // a bracket that comes first is one of the set
    }

    private static String set(String members) {
        boolean others = members.startsWith("!");
        StringBuilder regex = new StringBuilder();
        for (int i = others ? 1 : 0; i < members.length(); i++) {
            char from = members.charAt(i);
            boolean range = i + 2 < members.length() && members.charAt(i + 1) == '-';
            char to = range ? members.charAt(i + 2) : from;
            if (from <= to) {
                regex.append(one(from)).append('-').append(one(to));
            }
            i += range ? 2 : 0;
        }
        if (regex.isEmpty()) {
            return others ? "." : "(?!)"; // ranges that hold nothing
        }
        return (others ? "[^" : "[") + regex + "]";
    }

    private static String one(char c) {
        return String.format("\\u%04x", (int) c);
    }

    private static String quoted(StringBuilder literal) {
        return literal.isEmpty() ? "" : Pattern.quote(literal.toString());
    }
}
