package qubes.core.internal.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMError;
import qubes.core.firewall.Action;
import qubes.core.firewall.Comment;
import qubes.core.firewall.Rule;
import qubes.core.firewall.RuleList;

/** The file of a firewall, both versions (spec network.md §7). */
class FirewallFileTest {
    private static final Instant LONG_AGO = Instant.EPOCH;

    private static final String EXAMPLE =
            """
            <firewall version="2">
              <rules>
                <rule>
                  <properties>
                    <property name="action">accept</property>
                    <property name="comment">mirror</property>
                    <property name="dsthost">192.0.2.0/24</property>
                    <property name="proto">tcp</property>
                    <property name="dstports">8080-8081</property>
                  </properties>
                </rule>
                <rule>
                  <properties>
                    <property name="action">drop</property>
                  </properties>
                </rule>
              </rules>
            </firewall>""";

    @Test
    @DisplayName("the example is read, and written as it is")
    void readsTheExample() {
        FirewallContent content = read(EXAMPLE);
        assertEquals(
                "action=accept dst4=192.0.2.0/24 proto=tcp dstports=8080-8081 comment=mirror\n"
                        + "action=drop\n",
                lines(content));
        assertEquals(EXAMPLE, write(content));
    }

    @Test
    @DisplayName("options are written in the order of the file, values as they are")
    void writesInOrder() {
        RuleList rules =
                new RuleList(
                        List.of(
                                Rule.parse(
                                        "action=accept expire=2063292452 dst6=2001:db8::/32"
                                                + " proto=udp specialtarget=dns dstports=53-53"
                                                + " comment=Some comment"),
                                Rule.parse("action=drop dsthost= proto=icmp icmptype=8")));
        assertEquals(
                """
                <firewall version="2">
                  <rules>
                    <rule>
                      <properties>
                        <property name="action">accept</property>
                        <property name="comment">Some comment</property>
                        <property name="expire">2063292452</property>
                        <property name="dsthost">2001:db8::/32</property>
                        <property name="proto">udp</property>
                        <property name="specialtarget">dns</property>
                        <property name="dstports">53</property>
                      </properties>
                    </rule>
                    <rule>
                      <properties>
                        <property name="action">drop</property>
                        <property name="dsthost"></property>
                        <property name="proto">icmp</property>
                        <property name="icmptype">8</property>
                      </properties>
                    </rule>
                  </rules>
                </firewall>""",
                write(new FirewallContent(rules, List.of())));
    }

    @ParameterizedTest
    @DisplayName("a file without rules has none: all is dropped")
    @ValueSource(
            strings = {
                "<firewall version='2'/>",
                "<firewall version='2'>\n</firewall>",
                "<firewall version='2'><rules/></firewall>"
            })
    void readsNoRules(String text) {
        assertEquals(List.of(), read(text).rules().rules());
        assertEquals("<firewall version=\"2\">\n  <rules/>\n</firewall>", write(read(text)));
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("properties may come in any order; an empty one is not set, but for a host name")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    dstports:80 proto:tcp action:accept | action=accept proto=tcp dstports=80-80
                    icmptype:8 action:drop proto:icmp   | action=drop proto=icmp icmptype=8
                    action:drop proto: icmptype:        | action=drop
                    action:drop expire: comment:        | action=drop
                    action:drop dsthost:                | action=drop dsthost=
                    """)
    void readsProperties(String properties, String line) {
        assertEquals(line + "\n", lines(read(file(properties))));
    }

    @ParameterizedTest
    @DisplayName("a property's value may be in its attribute ref, which then wins over its text")
    @ValueSource(
            strings = {
                "<property name='action' ref='drop'/>",
                "<property name='action' ref='drop'>accept</property>",
                "<property ref='' name='action'>drop</property>"
            })
    void readsReferences(String property) {
        assertEquals(
                "action=drop\n",
                lines(
                        read(
                                "<firewall version='2'><rules><rule><properties>"
                                        + property
                                        + "</properties></rule></rules></firewall>")));
    }

    @Test
    @DisplayName("version 1: dns and icmp are allowed, the policy is to deny but for two rules")
    void readsVersion1() {
        FirewallContent content =
                read(
                        """
                        <firewall dns="allow" icmp="allow" policy="deny" yumProxy="allow">
                            <rule address="192.168.0.0" netmask="24" proto="tcp" port="443"/>
                            <rule address="qubes-os.org" proto="tcp" port="443" toport="1024"/>
                        </firewall>
                        """);
        assertEquals(
                "action=accept specialtarget=dns\n"
                        + "action=accept proto=icmp\n"
                        + "action=accept dst4=192.168.0.0/24 proto=tcp dstports=443-443\n"
                        + "action=accept dsthost=qubes-os.org proto=tcp dstports=443-1024\n",
                lines(content));
    }

    @ParameterizedTest(name = "{0} {1}")
    @DisplayName("version 1: the policy stands for what is not said, and is the last rule")
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            textBlock =
                    """
                    policy='deny' | none | drop specialtarget=dns, drop proto=icmp
                    policy='allow' | none | accept specialtarget=dns, accept proto=icmp, accept
                    policy='allow' dns='deny' icmp='deny' | none | drop specialtarget=dns, drop proto=icmp, accept
                    policy='deny' version='1' dns='allow' | none | accept specialtarget=dns, drop proto=icmp
                    policy='allow' | address='10.0.0.1' | accept specialtarget=dns, accept proto=icmp, drop dst4=10.0.0.1/32, accept
                    policy='allow' | address='qubes-os.org' port='443' toport='1024' | accept specialtarget=dns, accept proto=icmp, drop dsthost=qubes-os.org proto=tcp dstports=443-1024, accept
                    policy='deny' | address='10.0.0.1' netmask='0' | drop specialtarget=dns, drop proto=icmp, accept dst4=10.0.0.1/32
                    policy='deny' | proto='any' address='10.0.0.0' netmask='8' | drop specialtarget=dns, drop proto=icmp, accept dst4=10.0.0.0/8
                    policy='deny' | proto='udp' port='53' | drop specialtarget=dns, drop proto=icmp, accept proto=udp dstports=53-53
                    policy='deny' | port='80' | drop specialtarget=dns, drop proto=icmp, accept proto=tcp dstports=80-80
                    policy='deny' | proto='icmp' | drop specialtarget=dns, drop proto=icmp, accept proto=icmp
                    policy='deny' | proto='tcp' expire='2063292452' | drop specialtarget=dns, drop proto=icmp, accept expire=2063292452 proto=tcp
                    """)
    void convertsVersion1(String head, String rule, String expected) {
        String text =
                "<QubesFirewallRules "
                        + head
                        + ">"
                        + (rule == null ? "" : "<rule " + rule + "></rule>")
                        + "</QubesFirewallRules>";
        assertEquals(
                expected, lines(read(text)).strip().replace("action=", "").replace("\n", ", "));
    }

    @ParameterizedTest
    @DisplayName("version 1: what is no rule is refused")
    @ValueSource(
            strings = {
                "<firewall/>",
                "<firewall policy='drop'/>",
                "<firewall policy='allow' dns='accept'/>",
                "<firewall policy='allow' proxy='deny'/>",
                "<firewall policy='allow'><rule dst='10.0.0.1'/></firewall>",
                "<firewall policy='allow'><rule address='10.0.0.1' netmask='33'/></firewall>",
                "<firewall policy='allow'><rule address='10.0.0.1' netmask='a'/></firewall>",
                "<firewall policy='allow'><rule proto='any' port='80'/></firewall>",
                "<firewall policy='allow'><rule proto='icmp' port='80'/></firewall>",
                "<firewall policy='allow'><rule proto='tcp' toport='80'/></firewall>",
                "<firewall policy='allow'><rule expire='soon'/></firewall>",
                "<firewall policy='allow'><rule><rule/></rule></firewall>",
                "<firewall policy='allow'>text</firewall>"
            })
    void refusesVersion1(String text) {
        assertRefused(text);
    }

    @ParameterizedTest
    @DisplayName("another version is refused, for this daemon would lose what is new in it")
    @ValueSource(strings = {"3", "0", "", "2.0", " 2"})
    void refusesVersions(String version) {
        QubesVMError refusal =
                assertThrows(
                        QubesVMError.class,
                        () -> read("<firewall version='" + version + "' policy='allow'/>"));
        assertEquals(
                "firewall.xml is of version '" + version + "', which is not supported; 1 and 2 are",
                refusal.getMessage());
    }

    @ParameterizedTest
    @DisplayName("what nobody understands is refused: it may be a condition")
    @ValueSource(
            strings = {
                "<rules version='2'/>",
                "<firewall version='2' policy='drop'/>",
                "<firewall version='2'><rule/></firewall>",
                "<firewall version='2'><rules/><rules/></firewall>",
                "<firewall version='2'><rules order='last'/></firewall>",
                "<firewall version='2'><rules><policy/></rules></firewall>",
                "<firewall version='2'><rules>text</rules></firewall>",
                "<firewall version='2'><rules><![CDATA[text]]></rules></firewall>",
                "<firewall version='2'><rules><rule/></rules></firewall>",
                "<firewall version='2'><rules><rule><properties/></rule></rules></firewall>",
                "<firewall version='2'><rules><rule if='up'><properties><property name='action'>drop"
                        + "</property></properties></rule></rules></firewall>",
                "<firewall version='2'><rules><rule><features/></rule></rules></firewall>"
            })
    void refusesWhatIsUnknown(String text) {
        assertRefused(text);
    }

    @ParameterizedTest
    @DisplayName("properties that make no rule are refused")
    @ValueSource(
            strings = {
                "proto:tcp",
                "action:reject",
                "action:",
                "action:drop srcport:80",
                "action:drop action:drop",
                "action:drop dst4:10.0.0.1",
                "action:drop dstports:80",
                "action:drop proto:icmp dstports:80",
                "action:drop proto:tcp icmptype:8",
                "action:drop dsthost:10.0.0.1/33",
                "action:drop expire:soon",
                "action:drop comment:a=b",
                "action:drop :x"
            })
    void refusesProperties(String properties) {
        assertRefused(file(properties));
    }

    @ParameterizedTest
    @DisplayName("what is no plain XML is refused in one line")
    @ValueSource(
            strings = {
                "",
                " ",
                "text",
                "<firewall version='2'>",
                "<firewall version='2'/><firewall version='2'/>",
                "<firewall version='2'/>text",
                "<!DOCTYPE firewall><firewall version='2'/>",
                "<!DOCTYPE firewall [<!ENTITY e 'drop'>]><firewall version='2'>&e;</firewall>",
                "<!DOCTYPE firewall SYSTEM 'file:///etc/passwd'><firewall version='2'/>",
                "<firewall version='2'><rules>&e;</rules></firewall>",
                "<firewall version='2'><rules><rule><properties><property name='comment'>&e;"
                        + "</property></properties></rule></rules></firewall>",
                "<firewall version='2'><rules><rule><properties><property name='action'>drop<b/>"
                        + "</property></properties></rule></rules></firewall>",
                "<firewall version='2'><rules><rule><properties><property name='action' ref='a'>"
                        + "</property></properties></rule></rules></firewall>",
                "<firewall version='2' version='2'/>"
            })
    void refusesBrokenXml(String text) {
        assertRefused(text);
    }

    @Test
    @DisplayName("comments and instructions are kept, in front of the rules")
    void keepsRemarks() {
        FirewallContent content =
                read(
                        "<!--before--><?tool a?><firewall version='2'><!--in--><rules><!--a < b-->"
                                + "<rule><properties><property name='action'>dr<!--word-->op"
                                + "</property></properties></rule></rules></firewall><!--after-->");
        String written = write(content);
        assertEquals(
                """
                <firewall version="2">
                  <!--before-->
                  <?tool a?>
                  <!--in-->
                  <!--a < b-->
                  <!--word-->
                  <!--after-->
                  <rules>
                    <rule>
                      <properties>
                        <property name="action">drop</property>
                      </properties>
                    </rule>
                  </rules>
                </firewall>""",
                written);
        assertEquals(content, read(written));
        assertEquals(
                content.remarks(),
                read(write(content.with(RuleList.DEFAULT))).remarks(),
                "whatever the rules");
    }

    @Test
    @DisplayName("a comment of any length is saved, or refused before the file is touched")
    void refusesLongComments() {
        Rule rule = Rule.of(Action.DROP, new Comment("x".repeat(StoreXml.MAX_TEXT)));
        FirewallContent content = FirewallContent.DEFAULT.with(new RuleList(List.of(rule)));
        assertEquals(content, read(write(content)));
        Rule longer = rule.with(new Comment("x".repeat(StoreXml.MAX_TEXT + 1)));
        FirewallContent tooLong = FirewallContent.DEFAULT.with(new RuleList(List.of(longer)));
        assertTrue(
                assertThrows(QubesException.class, () -> write(tooLong))
                        .getMessage()
                        .startsWith("firewall.xml: property 'comment' cannot be stored"));
    }

    private static void assertRefused(String text) {
        StoreFormatException refusal = assertThrows(StoreFormatException.class, () -> read(text));
        assertTrue(refusal.getMessage().startsWith("firewall.xml, line "), refusal.getMessage());
        assertFalse(refusal.getMessage().contains("\n"), refusal.getMessage());
    }

    private static FirewallContent read(String text) {
        return new FirewallReader().read(text.getBytes(UTF_8), "firewall.xml");
    }

    private static String write(FirewallContent content) {
        return new String(FirewallWriter.write(content, "firewall.xml"), UTF_8);
    }

    private static String lines(FirewallContent content) {
        return content.rules().apiText(LONG_AGO);
    }

    private static String file(String properties) {
        StringBuilder text = new StringBuilder("<firewall version='2'><rules><rule><properties>");
        for (String property : properties.strip().split(" ")) {
            int colon = property.indexOf(':');
            text.append("<property name='").append(property, 0, colon).append("'>");
            text.append(property.substring(colon + 1)).append("</property>");
        }
        return text.append("</properties></rule></rules></firewall>").toString();
    }
}
