package qubes.core.internal.store;

import com.ctc.wstx.io.WstxInputData;
import java.util.OptionalInt;

/** Escapes text for XML, so that a parser reads back exactly what was there. */
final class XmlEscape {
    private XmlEscape() {}

    /** Appends element text. */
    static void text(StringBuilder out, String text) {
        append(out, text, false);
    }

    /** Appends the value of an attribute in double quotes. */
    static void attribute(StringBuilder out, String value) {
        append(out, value, true);
    }

    /** The first code point of {@code text} that XML 1.0 cannot hold, not even escaped. */
    static OptionalInt unstorable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c < Character.MIN_SURROGATE) {
                continue;
            }
            if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            boolean holds =
                    c == '\t'
                            || c == '\n'
                            || c == '\r'
                            || (c > Character.MAX_SURROGATE && c < 0xFFFE);
            if (!holds) {
                return OptionalInt.of(c);
            }
        }
        return OptionalInt.empty();
    }

    /** True if an attribute can be called so. */
    static boolean isName(String name) {
        return !name.isEmpty() && WstxInputData.findIllegalNameChar(name, false, false) < 0;
    }

    private static void append(StringBuilder out, String text, boolean attribute) {
        int done = 0;
        for (int i = 0; i < text.length(); i++) {
            String escape =
                    switch (text.charAt(i)) {
                        case '&' -> "&amp;";
                        case '<' -> "&lt;";
                        case '>' -> "&gt;"; // of ]]>
                        case '\r' -> "&#13;"; // else read as a line feed
                        case '"' -> attribute ? "&quot;" : "";
                        case '\n' -> attribute ? "&#10;" : ""; // else read as a blank
                        case '\t' -> attribute ? "&#9;" : "";
                        default -> "";
                    };
            if (!escape.isEmpty()) {
                out.append(text, done, i).append(escape);
                done = i + 1;
            }
        }
        out.append(text, done, text.length());
    }
}
