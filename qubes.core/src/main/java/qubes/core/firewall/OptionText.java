package qubes.core.firewall;

import java.util.Locale;
import qubes.core.error.Repr;

/** What the values of options have in common. */
final class OptionText {
    private static final String MARKS = ":;,./-_[]";

    private OptionText() {}

    /** Refuses characters that no option may have. */
    static void requireLegal(OptionKey option, String text) {
        if (!isMadeOf(text, MARKS)) {
            throw refused(option, text, "letters, digits and " + MARKS + " are allowed");
        }
    }

    /** Refuses characters that no comment may have. */
    static void requireLegalComment(String text) {
        if (!isMadeOf(text, MARKS + " ")) {
            throw refused(
                    OptionKey.COMMENT,
                    text,
                    "letters, digits, blanks and " + MARKS + " are allowed");
        }
    }

    /** The constant of {@code type} that is called so, in lower case. */
    static <E extends Enum<E>> E choice(OptionKey option, Class<E> type, String text) {
        for (E constant : type.getEnumConstants()) {
            if (lower(constant).equals(text)) {
                return constant;
            }
        }
        StringBuilder allowed = new StringBuilder();
        for (E constant : type.getEnumConstants()) {
            allowed.append(allowed.isEmpty() ? "" : ", ").append(lower(constant));
        }
        throw refused(option, text, "it is one of: " + allowed);
    }

    static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** True if there is at least one character, and all are digits. */
    static boolean isDigits(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /**
     * The number that digits spell.
     *
     * @throws IllegalArgumentException if it is none, or more than {@code most}
     */
    static int number(OptionKey option, String text, int most) {
        if (isDigits(text)) {
            String significant = text.replaceFirst("^0+(?=.)", "");
            if (significant.length() <= 9 && Integer.parseInt(significant) <= most) {
                return Integer.parseInt(significant);
            }
        }
        throw refused(option, text, "a number from 0 to " + most + " is allowed");
    }

    static IllegalArgumentException refused(OptionKey option, String text, String allowed) {
        return new IllegalArgumentException(
                "Firewall option "
                        + option.wireName()
                        + " cannot be "
                        + Repr.quote(text)
                        + ": "
                        + allowed);
    }

    private static boolean isMadeOf(String text, String marks) {
        return text.chars()
                .allMatch(
                        c ->
                                c >= 'a' && c <= 'z'
                                        || c >= 'A' && c <= 'Z'
                                        || c >= '0' && c <= '9'
                                        || marks.indexOf(c) >= 0);
    }
}
