package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A line of a table: a call, written as in spec admin-api §16, and what is expected.
 *
 * <p>{@code METHOD[+ARGUMENT] [@DESTINATION] [<PAYLOAD]}; a qube's method without destination goes
 * to test-vm1, any other to dom0. Expected is {@code = text}, {@code ok} (an empty answer), {@code
 * nothing} (no byte at all), {@code ! Error} or {@code ! Error: message}. {@code ⏎} is a line feed,
 * {@code ␣} a blank, {@code \\xNN} a byte.
 */
record Case(String call, String expected) {
    private static final Pattern CALL =
            Pattern.compile("([^ +@<]+)(?:\\+([^@<]*?))?(?: @([^ ]+))?(?: <(.*))?", Pattern.DOTALL);
    private static final Pattern ESCAPED = Pattern.compile("\\\\x([0-9a-f]{2})");

    /** The lines of a table; empty ones and those that begin with {@code #} are for the reader. */
    static Stream<Case> table(String lines) {
        return lines.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .map(Case::line);
    }

    private static Case line(String line) {
        int bar = line.indexOf(" | ");
        if (bar < 0) {
            throw new IllegalArgumentException("no column of expectations: " + line);
        }
        return new Case(line.substring(0, bar).strip(), line.substring(bar + 3).strip());
    }

    /** The bytes of the request. */
    String request() {
        Matcher parts = CALL.matcher(call);
        if (!parts.matches()) {
            throw new IllegalArgumentException(call);
        }
        String method = parts.group(1);
        boolean aboutQube =
                (method.startsWith("admin.vm.") || method.startsWith("internal.vm."))
                        && !method.startsWith("admin.vm.Create");
        String destination =
                parts.group(3) != null ? parts.group(3) : aboutQube ? "test-vm1" : "dom0";
        return Client.request(method, bytes(parts.group(2)), destination, bytes(parts.group(4)));
    }

    /**
     * What is expected, or the answer itself if it is as expected, so that a difference shows both.
     */
    String expectedOf(String answer) {
        if (expected.equals("ok")) {
            return "0\0";
        }
        if (expected.equals("nothing")) {
            return "";
        }
        if (expected.startsWith("= ")) {
            return "0\0" + bytes(expected.substring(2));
        }
        String[] error = expected.substring(2).split(": ", 2);
        String begin = "2\0" + error[0] + "\0\0";
        if (error.length == 2) {
            return begin + bytes(error[1]) + "\0";
        }
        return answer.startsWith(begin) ? answer : begin + "…";
    }

    String answerFrom(Client client) throws IOException {
        return client.exchange(request());
    }

    /** Makes the call and compares the answer. */
    void verify(Client client) {
        try {
            String answer = answerFrom(client);
            assertEquals(expectedOf(answer), answer, call);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String bytes(String shown) {
        if (shown == null) {
            return "";
        }
        return ESCAPED.matcher(shown.replace('⏎', '\n').replace('␣', ' '))
                .replaceAll(
                        hex ->
                                Matcher.quoteReplacement(
                                        String.valueOf((char) Integer.parseInt(hex.group(1), 16))));
    }

    @Override
    public String toString() {
        return call + "  →  " + expected;
    }
}
