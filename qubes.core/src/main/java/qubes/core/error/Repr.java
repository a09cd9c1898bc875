package qubes.core.error;

/**
 * Quotes text for messages the way the original's messages do, so that clients and logs read the
 * same.
 */
public final class Repr {
    private Repr() {}

    /**
     * {@return {@code text} in single quotes, or in double quotes if it holds a single quote and no
     * double one}
     *
     * @param text any text, trusted or not
     */
    public static String quote(String text) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        StringBuilder out = new StringBuilder(text.length() + 2).append(quote);
        text.codePoints().forEach(c -> appendEscaped(out, c, quote));
        return out.append(quote).toString();
    }

    /**
     * {@return {@code text} without quotes around it: as it is, but for what cannot be printed,
     * which is escaped} For logs and messages that show what somebody sent.
     *
     * @param text any text, trusted or not
     */
    public static String printable(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .forEach(
                        c -> {
                            if (isPrintable(c)) {
                                out.appendCodePoint(c);
                            } else {
                                appendEscaped(out, c, '\'');
                            }
                        });
        return out.toString();
    }

    private static void appendEscaped(StringBuilder out, int c, char quote) {
        switch (c) {
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case '\\' -> out.append("\\\\");
            default -> {
                if (c == quote) {
                    out.append('\\').append(quote);
                } else if (isPrintable(c)) {
                    out.appendCodePoint(c);
                } else {
                    out.append(
                            String.format(
                                    c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x",
                                    c));
                }
            }
        }
    }

    /** What the original's runtime takes for printable: of all blanks, only the common one. */
    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }
}
