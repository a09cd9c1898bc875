package qubes.core.internal.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.error.QubesException;
import qubes.core.firewall.Rule;
import qubes.core.firewall.RuleList;
import qubes.fuzz.Mutants;

/** Firewall rules as text and as file: what is read prints as it reads. */
class FirewallFuzzTest {
    private static final Instant NOW = Instant.EPOCH;
    private static final FirewallReader READER = new FirewallReader();

    @FuzzTest
    void fuzz(byte[] input) {
        holds(input);
    }

    @Test
    @DisplayName("a rule and a file print as they read, and refusals are the declared ones")
    void mutants() throws IOException {
        Mutants.run(FirewallFuzzTest.class, FirewallFuzzTest::holds);
    }

    private static void holds(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        text.lines().forEach(FirewallFuzzTest::line);
        file(input).ifPresent(FirewallFuzzTest::fileReadsBack);
    }

    private static void line(String line) {
        Rule rule;
        try {
            rule = Rule.parse(line);
        } catch (IllegalArgumentException e) {
            return;
        }
        rule.apiText(NOW)
                .ifPresent(
                        printed -> {
                            assertTrue(printed.matches("[ -~]+"), printed);
                            assertEquals(rule, Rule.parse(printed), printed);
                            assertTrue(printed.length() <= line.length() + 40, printed);
                        });
        rule.ruleText(NOW).ifPresent(printed -> assertTrue(printed.matches("[ -~]*"), printed));
        fileReadsBack(new FirewallContent(new RuleList(List.of(rule)), List.of()));
    }

    private static Optional<FirewallContent> file(byte[] content) {
        try {
            return Optional.of(READER.read(content, "firewall.xml"));
        } catch (QubesException e) {
            return Optional.empty();
        }
    }

    private static void fileReadsBack(FirewallContent content) {
        byte[] written = FirewallWriter.write(content, "firewall.xml");
        assertEquals(content.rules(), READER.read(written, "firewall.xml").rules());
    }
}
