package qubes.admin.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.admin.policy.Token.Position;

/** Spec policy.md §6, token validity and matching. */
class TokenTest {
    private static final String UUID = "uuid:b3eb69d0-f9d9-4c3c-ad5c-454500303ea4";
    private static final String NIL = "uuid:00000000-0000-0000-0000-000000000000";

    private final Fixture system = Fixture.spec();

    private static Token token(String text, Position position) {
        return Token.parse(text, position, "here:1");
    }

    @ParameterizedTest
    @CsvSource({
        "test-vm1, STRQ",
        "@adminvm, STRQ",
        "dom0, STRQ",
        UUID + ", STRQ",
        NIL + ", STRQ",
        "@anyvm, ST",
        "*, ST",
        "@type:AppVM, ST",
        "@tag:tag1, ST",
        "@dispvm:@tag:tag3, ST",
        "@dispvm:default-dvm, STRQ",
        "@dispvm:" + UUID + ", STRQ",
        "@dispvm, TRQ",
        "@default, TQ",
        "@invalid, ''",
        "@tag:, ''",
        "@type:, ''",
        "@dispvm:, ''",
        "@dispvm:@tag:, ''",
        "@dispvm:@type:AppVM, ''",
        "@dispvm:@dispvm, ''",
        "@dispvm:dom0, ''",
        "uuid:, ''",
        "uuid:x, ''",
        "'', ''",
        "$anyvm, ''",
        "'a b', ''",
        "1a, ''"
    })
    @DisplayName("a token stands as source, target, target= and request only where the table says")
    void stands(String text, String where) {
        for (Position position : Position.values()) {
            String letter = List.of("S", "T", "R", "Q").get(position.ordinal());
            if (where.contains(letter)) {
                assertEquals(text, token(text, position).text(), position.name());
            } else {
                assertThrows(PolicySyntaxError.class, () -> token(text, position), position.name());
            }
        }
    }

    private Party target(String text) {
        return Party.target(text, system).orElseThrow();
    }

    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    %2$s                | @adminvm             | true
                    %2$s                | dom0                 | true
                    %2$s                | test-vm1             | false
                    @adminvm            | %2$s                 | true
                    dom0                | @adminvm             | true
                    @anyvm              | dom0                 | false
                    @anyvm              | @adminvm             | false
                    @anyvm              | %2$s                 | false
                    @anyvm              | @default             | true
                    @anyvm              | @dispvm              | true
                    @anyvm              | @dispvm:default-dvm  | true
                    *                   | test-vm1             | true
                    *                   | @dispvm              | true
                    *                   | @adminvm             | true
                    *                   | @default             | true
                    @tag:dom0-tag       | @adminvm             | false
                    @type:AdminVM       | @adminvm             | false
                    @tag:dom0-tag       | dom0                 | true
                    @type:AdminVM       | dom0                 | true
                    @tag:tag2           | test-vm2             | true
                    @tag:tag2           | %1$s                 | true
                    @tag:tag1           | %1$s                 | false
                    @type:AppVM         | %1$s                 | true
                    @type:AppVM         | @dispvm:default-dvm  | false
                    test-vm2            | %1$s                 | true
                    %1$s                | test-vm2             | true
                    %1$s                | test-vm1             | false
                    @default            | no-such-vm           | true
                    @default            | 'test-vm1  '         | true
                    @default            | test-vm1             | false
                    @default            | ''                   | true
                    @dispvm:@tag:tag3   | @dispvm:test-vm3     | true
                    @dispvm:@tag:tag3   | @dispvm:default-dvm  | false
                    @dispvm:@tag:tag1   | @dispvm:test-vm3     | false
                    @dispvm             | test-vm1             | false
                    @dispvm             | default-dvm          | false
                    @dispvm             | @dispvm              | true
                    @dispvm             | @dispvm:default-dvm  | false
                    @dispvm:default-dvm | default-dvm          | false
                    @dispvm:default-dvm | @dispvm:default-dvm  | true
                    @dispvm:default-dvm | @dispvm              | true
                    @dispvm:test-vm3    | @dispvm              | false
                    default-dvm         | @dispvm:default-dvm  | false
                    """)
    @DisplayName("a rule's target stands for what is asked for by the table, source test-vm1")
    void matches(String rule, String asked, boolean expected) {
        Token token = token(rule.formatted(UUID, NIL), Position.TARGET);
        Party source = Party.source("test-vm1", system);
        assertEquals(expected, target(asked.formatted(UUID, NIL)).isMeantBy(token, source, system));
    }

    @Test
    @DisplayName("a name with a line feed is no qube's: @default")
    void lineFeed() {
        assertEquals(Token.DEFAULT, target("test-vm1\n").token());
        assertEquals(Token.DEFAULT, target("uuid:11111111-1111-1111-1111-111111111111").token());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "@dispvm:test-vm1",
                "@dispvm:test-invalid-dvm",
                "@dispvm:no-such-vm",
                "@tag:tag1",
                "@type:AppVM",
                "@anyvm",
                "*",
                "@dispvm:@tag:tag3",
                "@invalid"
            })
    @DisplayName("nobody may ask for what names no target, or no disposable template")
    void refusedRequests(String asked) {
        assertFalse(Party.target(asked, system).isPresent());
        assertEquals(
                "Deny",
                Fixture.policy("* * allow")
                        .decide(
                                new ServiceCall("s", "+", "test-vm1", asked, Optional.empty()),
                                system)
                        .getClass()
                        .getSimpleName());
    }

    @Test
    @DisplayName("a source that nobody knows is still some qube, and known by its name")
    void unknownSource() {
        Party source = Party.source("no-such-vm", system);
        assertEquals(
                List.of(true, true, false),
                List.of("@anyvm", "no-such-vm", "@type:AppVM").stream()
                        .map(rule -> token(rule, Position.SOURCE))
                        .map(rule -> source.isMeantBy(rule, source, system))
                        .toList());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    @dispvm:test-vm1    |
                    @dispvm:@tag:tag1   |
                    @default            |
                    @tag:no-such-tag    |
                    no-such-vm          |
                    @adminvm            | dom0
                    test-vm1            | test-vm1
                    %1$s                | test-vm2
                    @dispvm             | @dispvm
                    @dispvm:default-dvm | @dispvm:default-dvm
                    @dispvm:@tag:tag3   | @dispvm:test-vm3
                    @type:TemplateVM    | test-template
                    @tag:tag2           | test-invalid-dvm test-no-dvm test-standalone test-template test-vm1 test-vm2
                    @anyvm              | @dispvm @dispvm:default-dvm @dispvm:default-mgmt-dvm @dispvm:test-vm3 @dispvm:test-vm4 default-dvm default-mgmt-dvm internal-vm test-invalid-dvm test-no-dvm test-relayvm1 test-remotevm1 test-standalone test-template test-vm1 test-vm2 test-vm3 test-vm4 test2-relayvm1 test2-relayvm2 test2-remotevm1 test2-remotevm2 test2-vm1
                    """)
    @DisplayName("a rule's target is expanded to what can be chosen")
    void expands(String rule, String expected) {
        Set<String> found = new TreeSet<>();
        Expansion.of(token(rule.formatted(UUID), Position.TARGET), system)
                .forEach(token -> found.add(token.text()));
        assertEquals(expected == null ? "" : expected, String.join(" ", found));
    }
}
