package qubes.itest.product;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of a scenario: what is sent and what must come back.
 *
 * <p>Sent is {@code METHOD[+ARGUMENT] @DESTINATION [<PAYLOAD]}, a call from dom0; the client always
 * sends the {@code +}. {@code run METHOD…} sends it as the client sends a payload that it streams:
 * through the helper program of that name. {@code listen METHOD @DESTINATION} opens a stream of
 * events and {@code hear} waits on it.
 *
 * <p>Expected is {@code ok} (an empty answer), {@code = TEXT}, {@code ~ PATTERN} (all of the answer
 * matches; named groups are kept for later lines, as {@code ${name}}), {@code ! Error}, or {@code !
 * Error: message}; of {@code hear} the event. {@code ⏎} is a line feed and {@code ␣} a blank at the
 * end of a line.
 *
 * @param verb {@code call}, {@code run}, {@code listen} or {@code hear}
 * @param sent without the verb
 */
record Step(String verb, String sent, String expected) {
    private static final Pattern VERB = Pattern.compile("(run|listen|hear) +(.*)");
    private static final Pattern CALL =
            Pattern.compile("([^ +@<]+)(?:\\+([^@<]*?))? @(\\S+)(?: <(.*))?", Pattern.DOTALL);

    /**
     * A call taken apart.
     *
     * @param argument empty if there is none
     */
    record Call(String method, String argument, String destination, String payload) {
        /** The bytes of the request, as text. */
        String request() {
            return method + "+" + argument + " dom0 name " + destination + "\0" + payload;
        }
    }

    static Step parse(String line) {
        int bar = line.lastIndexOf(" | ");
        String left = (bar < 0 ? line : line.substring(0, bar)).strip();
        String right = bar < 0 ? "" : line.substring(bar + 3).strip();
        Matcher verb = VERB.matcher(left);
        return verb.matches()
                ? new Step(verb.group(1), verb.group(2), right)
                : new Step("call", left, right);
    }

    /** The call that {@code sent} says. */
    static Call call(String sent) {
        Matcher parts = CALL.matcher(sent);
        if (!parts.matches()) {
            throw new IllegalArgumentException("no call: " + sent);
        }
        return new Call(
                parts.group(1), plain(parts.group(2)), parts.group(3), plain(parts.group(4)));
    }

    /** Text as it is on the wire. */
    static String plain(String shown) {
        return shown == null ? "" : shown.replace('⏎', '\n').replace('␣', ' ');
    }

    @Override
    public String toString() {
        return (verb.equals("call") ? "" : verb + " ") + sent + " | " + expected;
    }
}
