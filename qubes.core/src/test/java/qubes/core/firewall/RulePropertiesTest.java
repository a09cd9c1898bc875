package qubes.core.firewall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.NullMarked;

@NullMarked
@Label("Any firewall rule")
class RulePropertiesTest {
    private static final Instant NOW = Instant.ofEpochSecond(1764104331);

    @Property
    @Label("that holds is what its API text says")
    void roundTrips(@ForAll("rules") Rule rule) {
        Optional<String> text = rule.apiText(NOW);
        assertEquals(rule.expired(NOW), text.isEmpty());
        text.ifPresent(line -> assertEquals(rule, Rule.parse(line)));
    }

    @Property
    @Label("is known to guests by the same words, but for its end and comment")
    void tellsGuestsTheSame(@ForAll("rules") Rule rule) {
        Optional<String> told =
                rule.without(OptionKey.COMMENT).without(OptionKey.EXPIRE).apiText(NOW);
        assertEquals(rule.expired(NOW) ? Optional.empty() : told, rule.ruleText(NOW));
    }

    @Property
    @Label("has a protocol that its ports and message type go with, whatever was set before")
    void staysARule(@ForAll("rules") Rule rule, @ForAll Proto proto) {
        Rule changed = rule.with(proto);
        assertEquals(Optional.of(proto), changed.proto());
        assertTrue(changed.dstports().isEmpty() || proto != Proto.ICMP);
        assertTrue(changed.icmptype().isEmpty() || proto == Proto.ICMP);
    }

    @Property
    @Label("is read from a line, or the line is refused as an argument")
    void refusesAsAnArgument(@ForAll("lines") String line) {
        Rule rule;
        try {
            rule = Rule.parse(line);
        } catch (IllegalArgumentException e) {
            assertTrue(e.getMessage().lines().count() == 1, e.getMessage());
            return;
        }
        rule.apiText(NOW).ifPresent(text -> assertEquals(rule, Rule.parse(text)));
    }

    @Property
    @Label("has options of texts that are read, or refused as an argument")
    void refusesTextsAsAnArgument(@ForAll OptionKey key, @ForAll("texts") String text) {
        RuleOption option;
        try {
            option = key.parse(text);
        } catch (IllegalArgumentException e) {
            assertTrue(e.getMessage().lines().count() == 1, e.getMessage());
            return;
        }
        assertEquals(option, key.parse(option.text()));
    }

    @Provide
    static Arbitrary<Rule> rules() {
        return AnyRules.rules();
    }

    @Provide
    static Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Arbitraries.strings(),
                Arbitraries.strings().withChars("0123456789.:/-abcdef[];_ =").ofMaxLength(30));
    }

    @Provide
    static Arbitrary<String> lines() {
        Arbitrary<String> pieces =
                Arbitraries.of(
                        List.of(
                                "action",
                                "expire",
                                "dsthost",
                                "dst4",
                                "dst6",
                                "dstname",
                                "proto",
                                "specialtarget",
                                "dstports",
                                "icmptype",
                                "comment",
                                "=",
                                " ",
                                "  ",
                                "accept",
                                "drop",
                                "tcp",
                                "icmp",
                                "dns",
                                "80",
                                "80-90",
                                "127.0.0.1",
                                "::1",
                                "/8",
                                "a.b",
                                "action=accept ",
                                "proto=tcp",
                                "\t",
                                "\n",
                                "é",
                                "\ud83d",
                                "\0",
                                "9999999999999999999999"));
        return Arbitraries.oneOf(
                Arbitraries.strings(),
                pieces.list().ofMaxSize(12).map(all -> String.join("", all)));
    }
}
