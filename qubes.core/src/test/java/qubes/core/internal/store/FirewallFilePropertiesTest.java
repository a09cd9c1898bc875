package qubes.core.internal.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import qubes.core.error.QubesException;
import qubes.core.firewall.AnyRules;
import qubes.core.firewall.Rule;
import qubes.core.firewall.RuleList;

@Label("The file of a firewall")
class FirewallFilePropertiesTest {
    private static final List<String> PIECES =
            List.of(
                    "<firewall version='2'>",
                    "<firewall policy='allow'>",
                    "</firewall>",
                    "<rules>",
                    "</rules>",
                    "<rule>",
                    "<rule address='10.0.0.1'/>",
                    "</rule>",
                    "<properties>",
                    "</properties>",
                    "<property name='action'>",
                    "<property name='proto'>",
                    "<property>",
                    "</property>",
                    "drop",
                    "tcp",
                    "<!--a-->",
                    "<?a?>",
                    "<![CDATA[drop]]>",
                    "<!DOCTYPE a [<!ENTITY b 'c'>]>",
                    "&b;",
                    "&#0;",
                    "&#10;",
                    "\u00ff",
                    "\0",
                    " ",
                    "\n",
                    "<",
                    "\"");

    @Property(tries = 300)
    @Label("holds any rules")
    void roundTrips(@ForAll("lists") List<Rule> rules) {
        FirewallContent content = FirewallContent.DEFAULT.with(new RuleList(rules));
        byte[] written = FirewallWriter.write(content, "firewall.xml");
        assertEquals(content, new FirewallReader().read(written, "firewall.xml"));
    }

    @Property(tries = 2000)
    @Label("is read so that it can be written, or refused in one line")
    void isReadOrRefused(@ForAll("texts") String text) {
        FirewallContent content;
        try {
            content = new FirewallReader().read(text.getBytes(ISO_8859_1), "firewall.xml");
        } catch (QubesException e) {
            assertFalse(e.getMessage().contains("\n"), e.getMessage());
            return;
        }
        byte[] written = FirewallWriter.write(content, "firewall.xml");
        assertEquals(content, new FirewallReader().read(written, "firewall.xml"));
    }

    @Provide
    Arbitrary<List<Rule>> lists() {
        return AnyRules.rules().list().ofMaxSize(20);
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> soup =
                Arbitraries.of(PIECES).list().ofMaxSize(25).map(all -> String.join("", all));
        Arbitrary<String> framed =
                soup.map(
                        inner ->
                                "<firewall version='2'><rules><rule><properties>"
                                        + "<property name='action'>drop</property>"
                                        + inner
                                        + "</properties></rule></rules></firewall>");
        return Arbitraries.oneOf(soup, framed);
    }
}
