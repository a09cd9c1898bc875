package qubes.core.value;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.error.QubesValueError;

/** The name rule of spec vm-classes §6. */
class DomainNameTest {
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final Set<String> RESERVED = Set.of("Domain-0", "none", "default");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "Z",
                "work",
                "sys-net",
                "a_b.c-d",
                "x1",
                "dom0",
                "None",
                "NONE",
                "Default",
                "domain-0",
                "none1",
                "a-dm1",
                "dm",
                "abcdefghijklmnopqrstuvwxyz01234"
            })
    @DisplayName("A name by the rule is taken as it is")
    void takesNames(String text) {
        assertEquals(text, DomainName.parse(text).value());
    }

    @ParameterizedTest(name = "''{0}'' | {1}")
    @CsvSource({
        "abcdefghijklmnopqrstuvwxyz012345, VM name must be shorter than 32 characters",
        "--helpVM, 'VM name cannot start with hyphen, underscore, dot or numbers'",
        "1stVM, 'VM name cannot start with hyphen, underscore, dot or numbers'",
        "_x, 'VM name cannot start with hyphen, underscore, dot or numbers'",
        ".x, 'VM name cannot start with hyphen, underscore, dot or numbers'",
        "test-###, VM name contains illegal characters",
        "'', VM name contains illegal characters",
        "' work', VM name contains illegal characters",
        "work/, VM name contains illegal characters",
        "wörk, VM name contains illegal characters",
        "Domain-0, VM name cannot be 'Domain-0'",
        "none, VM name cannot be 'none' nor 'default'",
        "default, VM name cannot be 'none' nor 'default'",
        "work-dm, VM name cannot end with -dm",
        "a-dm, VM name cannot end with -dm",
    })
    @DisplayName("Any other is refused, with the rule it breaks")
    void refusesOthers(String text, String message) {
        QubesValueError error = assertThrows(QubesValueError.class, () -> DomainName.parse(text));
        assertEquals(message.replace("''", "'"), error.getMessage());
    }

    @Test
    @DisplayName("a line end is not part of a name")
    void refusesLineEnd() {
        assertThrows(QubesValueError.class, () -> DomainName.parse("work\n"));
    }

    @Test
    @DisplayName("names sort by code point, capitals first")
    void sorts() {
        List<DomainName> names = new ArrayList<>();
        for (String name : List.of("b", "a", "B", "a-b", "a.b", "a1", "a_b")) {
            names.add(new DomainName(name));
        }
        names.sort(null);
        assertEquals("[B, a, a-b, a.b, a1, a_b, b]", names.toString());
    }

    @Property
    @Label("Random text is taken exactly if the rule holds")
    void takenIfTheRuleHolds(@ForAll("texts") String text) {
        boolean taken;
        try {
            taken = DomainName.parse(text).value().equals(text);
            assertTrue(taken);
        } catch (QubesValueError e) {
            taken = false;
        }
        assertEquals(rule(text), taken, text);
    }

    private static boolean rule(String text) {
        if (text.isEmpty()
                || text.codePointCount(0, text.length()) > 31
                || LETTERS.indexOf(text.charAt(0)) < 0
                || RESERVED.contains(text)
                || text.endsWith("-dm")) {
            return false;
        }
        String rest = LETTERS + "0123456789_.-";
        return text.chars().allMatch(c -> rest.indexOf(c) >= 0);
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> near =
                Arbitraries.strings().withChars(LETTERS + "0123456789_.-").ofMaxLength(33);
        Arbitrary<String> odd =
                near.flatMap(text -> Arbitraries.strings().ofMaxLength(3).map(text::concat));
        Arbitrary<String> reserved =
                Arbitraries.of("Domain-0", "none", "default", "-dm", "x-dm", "None", "dom0")
                        .flatMap(word -> Arbitraries.of("", "x", "-", "1").map(word::concat));
        return Arbitraries.oneOf(near, odd, reserved, Arbitraries.strings().ofMaxLength(40));
    }
}
