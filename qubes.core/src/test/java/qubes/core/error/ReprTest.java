package qubes.core.error;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Text of others, as messages and logs show it. */
class ReprTest {
    @ParameterizedTest(name = "{0}")
    @DisplayName("text is quoted as the original's runtime quotes it")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    work           | 'work'
                    it's           | "it's"
                    say "so"       | 'say "so"'
                    it's "so"      | 'it\\\\'s "so"'
                    a\\\\b         | 'a\\\\\\\\b'
                    a\\nb\\tc\\r   | 'a\\\\nb\\\\tc\\\\r'
                    a\\u001bb      | 'a\\\\x1bb'
                    a\\u007fb      | 'a\\\\x7fb'
                    a\\u0085b      | 'a\\\\x85b'
                    a\\u00a0b      | 'a\\\\xa0b'
                    a\\u00adb      | 'a\\\\xadb'
                    a\\u2028b      | 'a\\\\u2028b'
                    a\\u202eb      | 'a\\\\u202eb'
                    a\\ud800b      | 'a\\\\ud800b'
                    \\udb40\\udc01 | '\\\\U000e0001'
                    täst           | 'täst'
                    50%            | '50%'
                    """)
    void quotes(String escaped, String expected) {
        assertEquals(expected.translateEscapes(), Repr.quote(unescaped(escaped)));
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("without quotes only what cannot be printed is escaped")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    it's "so"  | it's "so"
                    a\\\\b     | a\\\\b
                    a\\nb      | a\\\\nb
                    a\\u001b[2J | a\\\\x1b[2J
                    a\\u009bb  | a\\\\x9bb
                    """)
    void showsPrintable(String escaped, String expected) {
        assertEquals(expected.translateEscapes(), Repr.printable(unescaped(escaped)));
    }

    /** As {@link String#translateEscapes}, which knows no {@code \\u}. */
    private static String unescaped(String text) {
        StringBuilder out = new StringBuilder();
        int at = 0;
        for (int u = text.indexOf("\\u"); u >= 0; u = text.indexOf("\\u", at)) {
            out.append(text, at, u)
                    .append((char) Integer.parseInt(text.substring(u + 2, u + 6), 16));
            at = u + 6;
        }
        return out.append(text.substring(at)).toString().translateEscapes();
    }
}
