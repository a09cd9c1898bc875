package qubes.core.admin;

/** Text of strangers as a screen may show it (spec admin-api §6). */
final class SafeText {
    private SafeText() {}

    /** The text, with {@code _} for each code point that is neither safe nor a tab or line feed. */
    static String of(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c == '\t' || c == '\n' || isSafe(c) ? c : '_')
                .forEach(safe::appendCodePoint);
        return safe.toString();
    }

    /**
     * Letters, digits, punctuation, symbols and the plain blank: nothing that combines with its
     * neighbours, turns the direction, or cannot be seen.
     */
    private static boolean isSafe(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER,
                    Character.DECIMAL_DIGIT_NUMBER,
                    Character.LETTER_NUMBER,
                    Character.OTHER_NUMBER,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.CONNECTOR_PUNCTUATION,
                    Character.OTHER_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.MATH_SYMBOL,
                    Character.CURRENCY_SYMBOL,
                    Character.MODIFIER_SYMBOL,
                    Character.OTHER_SYMBOL ->
                    !isBlankLetter(codePoint);
            default -> codePoint == ' ';
        };
    }

    /** Letters and symbols by the book that show nothing: fillers of Hangul, blank Braille. */
    private static boolean isBlankLetter(int codePoint) {
        return switch (codePoint) {
            case 0x115f, 0x1160, 0x2800, 0x3164, 0xffa0 -> true;
            default -> false;
        };
    }
}
