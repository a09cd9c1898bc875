package qubes.core.firewall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rows 'firewall rules' of spec network.md, and its §5.2 and §5.3 behind them. */
@NullMarked
class RuleTest {
    private static final Instant NOW = Instant.ofEpochSecond(1764104331);
    private static final Expire PAST = Expire.of(1463292452);

    @Test
    @DisplayName("a rule to accept icmp says so and no more")
    void acceptsIcmp() {
        Rule rule = Rule.of(Action.ACCEPT, Proto.ICMP);
        assertEquals(Optional.of("action=accept proto=icmp"), rule.ruleText(NOW));
        assertEquals(Action.ACCEPT, rule.action());
        assertEquals(Optional.of(Proto.ICMP), rule.proto());
        assertEquals(Optional.empty(), rule.expire());
        assertEquals(Optional.empty(), rule.dsthost());
        assertEquals(Optional.empty(), rule.specialtarget());
        assertEquals(Optional.empty(), rule.dstports());
        assertEquals(Optional.empty(), rule.icmptype());
        assertEquals(Optional.empty(), rule.comment());
    }

    @Test
    @DisplayName("a rule that expired has no text")
    void expires() {
        Rule rule = Rule.of(Action.ACCEPT, PAST);
        assertTrue(rule.expired(NOW));
        assertEquals(Optional.empty(), rule.ruleText(NOW));
        assertEquals(Optional.empty(), rule.apiText(NOW));
        Instant before = Instant.ofEpochSecond(1463292451);
        assertEquals(Optional.of("action=accept"), rule.ruleText(before));
        assertEquals(Optional.of("action=accept expire=1463292452"), rule.apiText(before));
    }

    static List<Named<List<RuleOption>>> impossible() {
        return List.of(
                Named.of("no action", List.of(Proto.TCP)),
                Named.of("nothing", List.of()),
                Named.of("dstports with icmp", List.of(Action.ACCEPT, Proto.ICMP, DstPorts.of(80))),
                Named.of("dstports without proto", List.of(Action.ACCEPT, DstPorts.of(80))),
                Named.of("icmptype with tcp", List.of(Action.ACCEPT, Proto.TCP, new IcmpType(8))),
                Named.of("icmptype without proto", List.of(Action.ACCEPT, new IcmpType(8))),
                Named.of("two actions", List.of(Action.ACCEPT, Action.DROP)));
    }

    @ParameterizedTest
    @DisplayName("some options make no rule")
    @MethodSource("impossible")
    void refuses(List<RuleOption> options) {
        assertThrows(IllegalArgumentException.class, () -> Rule.of(options));
    }

    @Test
    @DisplayName("dstports cannot be set on an icmp rule, nor without a protocol")
    void refusesPorts() {
        Rule icmp = Rule.of(Action.ACCEPT, Proto.ICMP);
        Rule any = Rule.of(Action.ACCEPT);
        assertThrows(IllegalArgumentException.class, () -> icmp.with(DstPorts.of(80)));
        assertThrows(IllegalArgumentException.class, () -> any.with(DstPorts.of(80)));
    }

    @ParameterizedTest(name = "{0}, then {1}: {2}")
    @DisplayName("another protocol takes away what it does not have")
    @CsvSource({
        "action=accept proto=udp dstports=80-80, proto=icmp, action=accept proto=icmp",
        "action=accept proto=udp dstports=80-80, proto=tcp, action=accept proto=tcp dstports=80-80",
        "action=accept proto=icmp icmptype=8, proto=tcp, action=accept proto=tcp",
        "action=accept proto=icmp icmptype=8, proto=udp, action=accept proto=udp",
        "action=accept proto=icmp icmptype=8, proto=icmp, action=accept proto=icmp icmptype=8",
        "action=accept proto=icmp icmptype=8, '', action=accept",
        "action=drop proto=tcp dstports=80-80, '', action=drop"
    })
    void changesProtocol(String before, String proto, String after) {
        Rule rule = Rule.parse(before);
        Rule changed =
                proto.isEmpty()
                        ? rule.without(OptionKey.PROTO)
                        : rule.with(Proto.of(proto.substring("proto=".length())));
        assertEquals(Optional.of(after), changed.apiText(NOW));
        assertEquals(Optional.of(before), rule.apiText(NOW), "the rule itself is what it was");
    }

    @Test
    @DisplayName("the action stays")
    void keepsTheAction() {
        Rule rule = Rule.of(Action.DROP);
        assertThrows(IllegalArgumentException.class, () -> rule.without(OptionKey.ACTION));
        assertEquals(Action.ACCEPT, rule.with(Action.ACCEPT).action());
    }

    @ParameterizedTest
    @DisplayName("the Admin API's form is read and written alike")
    @ValueSource(
            strings = {
                "action=drop proto=tcp dstports=80-80",
                "action=accept expire=2063292452 proto=tcp comment=Some comment, with spaces",
                "action=accept expire=2063292452 dst4=192.0.2.0/24 proto=tcp specialtarget=dns"
                        + " dstports=80-90 comment=a",
                "action=drop proto=icmp icmptype=0",
                "action=accept dst6=2001:db8::/32",
                "action=accept dsthost=qubes-os.org",
                "action=accept dsthost=",
                "action=accept comment= two  blanks "
            })
    void roundTrips(String line) {
        assertEquals(Optional.of(line), Rule.parse(line).apiText(NOW));
    }

    @ParameterizedTest(name = "{0} is {1}")
    @DisplayName("what is read in many ways is written in one")
    @CsvSource({
        "proto=tcp action=drop, action=drop proto=tcp",
        "'  action=drop  ', action=drop",
        "action=drop comment=, action=drop",
        "action=drop dstname=qubes-os.org, action=drop dsthost=qubes-os.org",
        "action=drop dst4=qubes-os.org, action=drop dsthost=qubes-os.org",
        "action=drop dst6=127.0.0.1, action=drop dst4=127.0.0.1/32",
        "action=drop dst4=::1, action=drop dst6=::1/128",
        "action=drop dsthost=::1, action=drop dst6=::1/128",
        "action=drop dstname=10.0.0.0/8, action=drop dst4=10.0.0.0/8",
        "action=drop dstports=80 proto=tcp, action=drop proto=tcp dstports=80-80",
        "action=drop dsthost=acomment=b, action=drop dsthost=a comment=b"
    })
    void normalizes(String given, String written) {
        assertEquals(Optional.of(written), Rule.parse(given).apiText(NOW));
    }

    @ParameterizedTest
    @DisplayName("what is no rule is refused")
    @ValueSource(
            strings = {
                "",
                " ",
                "comment=only",
                "proto=tcp",
                "action=accept  proto=tcp",
                "action=accept\tproto=tcp",
                "action=accept proto",
                "action=accept =tcp",
                "action=accept Proto=tcp",
                "action=accept port=80",
                "action=accept action=accept",
                "action=accept proto=tcp proto=tcp",
                "action=accept dst4=127.0.0.1 dst6=::1",
                "action=accept dst4=127.0.0.1 dsthost=qubes-os.org",
                "action=accept dstname=a dsthost=a",
                "action=accept dstports=80",
                "action=accept proto=icmp dstports=80",
                "action=accept proto=tcp icmptype=8",
                "action=accept comment=a comment=b",
                "action=accept comment=a=b",
                "action=accept comment=a\nb",
                "action=accept expire=",
                "action=accept proto=tcp dstports=",
                "action=accept comment=first action=accept"
            })
    void refusesLines(String line) {
        assertThrows(IllegalArgumentException.class, () -> Rule.parse(line));
    }

    @Test
    @DisplayName("guests are not told the comment nor the end")
    void tellsGuestsLess() {
        Rule rule =
                Rule.parse(
                        "action=accept expire=2063292452 proto=tcp dstports=80 comment=Some comment");
        assertEquals(Optional.of("action=accept proto=tcp dstports=80-80"), rule.ruleText(NOW));
    }

    @Test
    @DisplayName("rules are the same if their API texts are, or both expired")
    void comparesTexts() {
        Rule one = Rule.parse("action=drop dst4=127.0.0.1");
        Rule same = Rule.parse("dsthost=127.0.0.1/32 action=drop comment=");
        assertEquals(one, same);
        assertEquals(one.hashCode(), same.hashCode());
        assertTrue(one.sameAs(same, NOW));
        assertNotEquals(one, Rule.of(Action.DROP));
        assertFalse(one.sameAs(Rule.of(Action.DROP), NOW));
        assertTrue(Rule.of(Action.DROP, PAST).sameAs(Rule.of(Action.ACCEPT, PAST), NOW));
        assertFalse(Rule.of(Action.DROP, PAST).sameAs(Rule.of(Action.DROP), NOW));
    }

    @Test
    @DisplayName("the default is one rule that accepts, before a policy to drop")
    void hasDefaults() {
        assertEquals(List.of(Rule.of(Action.ACCEPT)), RuleList.DEFAULT.rules());
        assertEquals(Action.DROP, RuleList.POLICY);
    }

    @Test
    @DisplayName("QubesDB gets the policy and a numbered entry for each rule")
    void hasEntries() {
        RuleList rules =
                new RuleList(
                        List.of(
                                Rule.of(Action.DROP, Proto.ICMP),
                                Rule.of(Action.DROP, Proto.TCP, DstPorts.of(80)),
                                Rule.of(Action.ACCEPT, Proto.UDP),
                                Rule.of(Action.ACCEPT, SpecialTarget.DNS)));
        assertEquals(
                List.of(
                        "policy=drop",
                        "0000=action=drop proto=icmp",
                        "0001=action=drop proto=tcp dstports=80-80",
                        "0002=action=accept proto=udp",
                        "0003=action=accept specialtarget=dns"),
                lines(rules.entries(NOW)));
    }

    @Test
    @DisplayName("numbers are those of the whole list, whatever is left out")
    void leavesGaps() {
        RuleList rules =
                new RuleList(
                        List.of(
                                Rule.of(Action.DROP, PAST),
                                Rule.parse("action=drop dst6=2001:db8::/32"),
                                Rule.parse("action=drop dst4=192.0.2.0/24"),
                                Rule.parse("action=accept dsthost=qubes-os.org"),
                                Rule.parse("action=accept expire=2063292452 comment=later")));
        List<String> both =
                List.of("0003=action=accept dsthost=qubes-os.org", "0004=action=accept");
        assertEquals(
                List.of(
                        "policy=drop",
                        "0002=action=drop dst4=192.0.2.0/24",
                        both.get(0),
                        both.get(1)),
                lines(rules.entries(NOW, AddressFamily.V4)));
        assertEquals(
                List.of(
                        "policy=drop",
                        "0001=action=drop dst6=2001:db8::/32",
                        both.get(0),
                        both.get(1)),
                lines(rules.entries(NOW, AddressFamily.V6)));
        assertEquals(5, rules.entries(NOW).size());
    }

    @Test
    @DisplayName("the Admin API gets a line for each rule that holds")
    void hasLines() {
        RuleList rules =
                new RuleList(
                        List.of(
                                Rule.of(Action.DROP, PAST),
                                Rule.parse("action=drop proto=tcp"),
                                Rule.of(Action.ACCEPT, new Comment("rest"))));
        assertEquals("action=drop proto=tcp\naction=accept comment=rest\n", rules.apiText(NOW));
        assertEquals("action=accept\n", RuleList.DEFAULT.apiText(NOW));
        assertEquals("", new RuleList(List.of()).apiText(NOW));
    }

    @Test
    @DisplayName("the next end is the earliest of those to come")
    void knowsTheNextEnd() {
        RuleList rules =
                new RuleList(
                        List.of(
                                Rule.of(Action.DROP, PAST),
                                Rule.of(Action.DROP, Expire.of(2063292452)),
                                Rule.of(Action.DROP, Expire.of(2063292400)),
                                Rule.of(Action.DROP)));
        assertEquals(Optional.of(Instant.ofEpochSecond(2063292400)), rules.nextExpiry(NOW));
        assertEquals(3, rules.at(NOW).rules().size());
        assertEquals(Optional.empty(), RuleList.DEFAULT.nextExpiry(NOW));
    }

    private static List<String> lines(Map<String, String> entries) {
        return entries.entrySet().stream().map(Object::toString).toList();
    }
}
