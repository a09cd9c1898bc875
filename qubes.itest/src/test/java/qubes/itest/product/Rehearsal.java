package qubes.itest.product;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.opentest4j.AssertionFailedError;

/** Plays scenarios to a daemon and checks what comes back. */
final class Rehearsal {
    private static final Pattern NAMED_GROUP = Pattern.compile("\\(\\?<([a-zA-Z]+)>");
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([a-zA-Z]+)}");

    private final AdminSocket admin;
    private final BuiltClone clone;

    Rehearsal(AdminSocket admin, BuiltClone clone) {
        this.admin = admin;
        this.clone = clone;
    }

    /**
     * Takes all steps of a scenario; what it kept and listened to ends with it.
     *
     * @throws AssertionFailedError at the first step that does not go as it should; the message
     *     begins with the scenario's title
     */
    void play(Scenario scenario) throws Exception {
        Map<String, String> kept = new HashMap<>(); // name to text
        kept.put("room", clone.room().toString());
        Optional<Listener> listener = Optional.empty();
        try {
            for (Step step : scenario.steps()) {
                try {
                    listener = take(step, kept, listener);
                } catch (IOException | AssertionError e) {
                    throw new AssertionFailedError(
                            scenario.title() + ": " + step + ": " + e.getMessage(), e);
                }
            }
        } finally {
            if (listener.isPresent()) {
                listener.get().close();
            }
        }
    }

    private Optional<Listener> take(
            Step step, Map<String, String> kept, Optional<Listener> listener) throws IOException {
        String sent = filled(step.sent(), kept);
        String expected = filled(step.expected(), kept);
        switch (step.verb()) {
            case "call" -> check(expected, answer(Step.call(sent)), kept);
            case "run" -> check(expected, clone.helper(Step.call(sent), admin.path()), kept);
            case "listen" -> {
                return Optional.of(listen(Step.call(sent)));
            }
            case "hear" -> listener.orElseThrow().await(sent);
            default -> throw new IllegalArgumentException(step.toString());
        }
        return listener;
    }

    private Listener listen(Step.Call call) throws IOException {
        return Listener.open(admin.path(), bytes(call.request()));
    }

    private String answer(Step.Call call) throws IOException {
        return new String(admin.exchange(bytes(call.request())), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void check(String expected, String answer, Map<String, String> kept) {
        if (expected.startsWith("~ ")) {
            match(Step.plain(expected.substring(2)), answer, kept);
        } else {
            assertEquals(wire(expected, answer), answer);
        }
    }

    /** What is expected, as it is on the wire; where only a part is, the rest is the answer's. */
    private static String wire(String expected, String answer) {
        if (expected.equals("ok")) {
            return "0\0";
        }
        if (expected.startsWith("= ")) {
            return "0\0" + Step.plain(expected.substring(2));
        }
        if (!expected.startsWith("! ")) {
            throw new IllegalArgumentException("nothing is expected: " + expected);
        }
        String[] error = expected.substring(2).split(": ", 2);
        String begin = "2\0" + error[0] + "\0\0";
        if (error.length == 2) {
            return begin + Step.plain(error[1]) + "\0";
        }
        return answer.startsWith(begin) ? answer : begin + "…";
    }

    private static void match(String pattern, String answer, Map<String, String> kept) {
        Matcher found =
                Pattern.compile("0\0(?:" + pattern + ")", Pattern.DOTALL | Pattern.MULTILINE)
                        .matcher(answer);
        if (!found.matches()) {
            throw new AssertionFailedError("no match: " + answer, pattern, answer);
        }
        Matcher names = NAMED_GROUP.matcher(pattern);
        while (names.find()) {
            kept.put(names.group(1), found.group(names.group(1)));
        }
    }

    private static String filled(String text, Map<String, String> kept) {
        return REFERENCE
                .matcher(text)
                .replaceAll(
                        name -> {
                            String value = kept.get(name.group(1));
                            if (value == null) {
                                throw new IllegalArgumentException("not kept: " + name.group(1));
                            }
                            return Matcher.quoteReplacement(value);
                        });
    }
}
