package qubes.core.event;

import java.util.regex.Pattern;

/**
 * Which events a handler wants: a type, and a shell pattern ({@code *}, {@code ?}) over the wire
 * name.
 *
 * @param <E> the type
 */
public record EventPattern<E extends Event>(Class<E> type, String wirePattern, Pattern compiled) {
    /** All events of a type. */
    public static <E extends Event> EventPattern<E> of(Class<E> type) {
        return of(type, "*");
    }

    /** The events of a type whose wire name matches. */
    public static <E extends Event> EventPattern<E> of(Class<E> type, String wirePattern) {
        return new EventPattern<>(type, wirePattern, compile(wirePattern));
    }

    /** True if events of {@code eventType} named {@code wireName} are wanted. */
    public boolean matches(Class<? extends Event> eventType, String wireName) {
        return type.isAssignableFrom(eventType)
                && (wirePattern.equals("*") || compiled.matcher(wireName).matches());
    }

    private static Pattern compile(String glob) {
        StringBuilder regex = new StringBuilder();
        StringBuilder literal = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            if (c == '*' || c == '?') {
                regex.append(quoted(literal)).append(c == '*' ? ".*" : ".");
                literal.setLength(0);
            } else {
                literal.append(c);
            }
        }
        return Pattern.compile(regex.append(quoted(literal)).toString(), Pattern.DOTALL);
    }

    private static String quoted(StringBuilder literal) {
        return literal.isEmpty() ? "" : Pattern.quote(literal.toString());
    }
}
