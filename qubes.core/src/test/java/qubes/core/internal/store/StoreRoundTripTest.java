package qubes.core.internal.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Iterator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.state.SystemState;

class StoreRoundTripTest {
    private static final String EMPTY_DEVICES = " *<devices class=\"[a-z]+\"/>\n";

    @ParameterizedTest
    @CsvSource({"qubes-10.xml, 11", "qubes-100.xml.gz, 101"})
    @DisplayName(
            "a store the original wrote is written back byte for byte but for empty containers of devices")
    void writesBackWhatTheOriginalWrote(String file, int domains) throws IOException {
        String text = Stores.resource(file);
        SystemState state = Stores.read(text);
        String written = Stores.write(state);
        assertEquals(domains, state.size());
        assertEquals(Stores.canonical(text), Stores.canonical(written));
        assertEquals(text.strip().replaceAll(EMPTY_DEVICES, ""), written);
    }

    @Test
    @DisplayName("the example of the specification is written back, its domains by name")
    void writesBackTheExample() throws IOException {
        String text = Stores.resource("spec-example.xml");
        int gate = text.indexOf("    <domain id=\"domain-5\"");
        int farBox = text.indexOf("    <domain id=\"domain-7\"");
        int end = text.indexOf("  </domains>");
        String byName =
                text.substring(0, gate)
                        + text.substring(farBox, end)
                        + text.substring(gate, farBox)
                        + text.substring(end);
        assertEquals(byName.replaceAll(EMPTY_DEVICES, ""), Stores.write(Stores.read(text)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!-- before --><qubes/>",
                "<qubes><!-- inside --><labels/></qubes>",
                "<qubes/><!-- after -->",
                "<?style sheet?><qubes><domains><?x?></domains></qubes>",
                "<qubes a='1' b='&#10;&quot;'/>",
                "<qubes><future x='1'><deep>text <b/> more</deep></future><domains/></qubes>",
                "<qubes><domains order='any'><!-- the one --><domain id='domain-0' class='AdminVM'/><!-- end --></domains></qubes>",
                "<qubes><labels><label id='label-1' hue='3'>red<!-- c --></label><shade/></labels></qubes>",
                "<qubes><pools><pool name='a' driver='d' x='1'><opt y='2'/>text</pool></pools></qubes>",
                "<qubes><properties kind='k'><property name='a' unit='MiB'>1<!-- c --></property></properties></qubes>",
                "<qubes><ns:x xmlns:ns='urn:a' ns:b='c'/></qubes>",
                "<qubes><domains>stray &amp; text</domains></qubes>",
            })
    @DisplayName("what nobody here understands about the system is written back where it stood")
    void keepsWhatItDoesNotUnderstandOfTheSystem(String text) throws IOException {
        assertKept(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!-- c --><future x='1'/><features/>",
                "<features><!-- c --><feature name='a' since='4'>1</feature><x/></features>",
                "<features f='1'/>",
                "<tags><!-- c --><tag name='a' by='me'><why/></tag></tags>",
                "<devices class='pci' d='1'><!-- c --></devices>",
                "<devices class='pci'><device id='1' new='2'><option name='o' t='u'> v </option><x/></device></devices>",
                "<devices class='pci'><device id='1'><x/></device><!-- c --><device id='2'/></devices>",
                "<devices><device id='no class'/></devices>",
                "<volume-config v='1'><!-- c --><volume name='root' future='1'><part/></volume></volume-config>",
                "<volume-config><x/></volume-config>",
                "</domain><domain id='domain-4' class='T'><properties><property name='qid'>4</property><property name='name'>x</property>"
                        + "<property name='uuid'>5b1d0b0e-2f0b-4e7e-9d0e-000000000004</property>"
                        + "<property name='a' ref='net'/><!-- last --></properties><x/>",
            })
    @DisplayName("what nobody here understands about a domain is written back where it stood")
    void keepsWhatItDoesNotUnderstandOfADomain(String text) throws IOException {
        assertKept(Stores.withDomains(Stores.domain(3, "work", text)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<properties p='1'><property name='memory' unit='a'>1</property></properties><properties p='2'><property name='memory' unit='b'>2</property></properties>",
                "<features p='1'><feature name='f' unit='a'>1</feature><feature name='f' unit='b'>2</feature></features><features p='2'/>",
                "<tags p='1'><tag name='t' unit='a'/></tags><tags p='2'><tag name='t' unit='b'/></tags>",
                "<devices class='pci' p='1'><device id='1'><option name='o' unit='a'/><option name='o' unit='b'/></device></devices><devices class='pci' p='2'/>",
                "<volume-config p='1' unit='a'><x/></volume-config><volume-config p='2' unit='b'/>",
            })
    @DisplayName("of elements that are there twice with attributes nobody knows, the last counts")
    void writesRepeatedElementsOnce(String text) {
        String once = Stores.write(Stores.read(Stores.withDomains(Stores.domain(3, "work", text))));
        assertEquals(once, Stores.write(Stores.read(once)));
        assertTrue(once.contains(" p=\"2\"") && once.contains(" unit=\"b\""), once);
    }

    @Test
    @DisplayName("containers of the system that are there twice are written once")
    void writesRepeatedContainersOnce() {
        String once =
                Stores.write(
                        Stores.read(
                                "<qubes><labels a='1'/><labels a='2' b='3'/><domains a='1'/><domains a='2'/></qubes>"));
        assertTrue(once.contains("<labels a=\"2\" b=\"3\"/>"), once);
        assertTrue(once.contains("<domains a=\"2\">"), once);
    }

    private static void assertKept(String text) throws IOException {
        String once = Stores.write(Stores.read(text));
        String twice = Stores.write(Stores.read(once));
        assertEquals(once, twice);
        String before = Stores.canonical(text);
        String after = Stores.canonical(once);
        Iterator<String> written = after.lines().iterator();
        before.lines()
                .forEach(
                        line -> {
                            boolean found = false;
                            while (!found && written.hasNext()) {
                                found = written.next().equals(line);
                            }
                            assertTrue(found, () -> line + " is not in its place in\n" + after);
                        });
    }

    @Test
    @DisplayName("a comment goes with the domain it stands in front of, whatever the order")
    void commentStaysInFrontOfItsDomain() {
        String text =
                Stores.withDomains(
                        Stores.domain(1, "zebra", ""),
                        "<!-- the ant -->",
                        Stores.domain(2, "ant", ""));
        String written = Stores.write(Stores.read(text));
        assertTrue(written.contains("    <!-- the ant -->\n    <domain id=\"domain-2\""), written);
        assertTrue(written.indexOf("domain-2") < written.indexOf("domain-1\""), written);
    }

    @Test
    @DisplayName("the layout of the published schema is read and written in the layout of today")
    void readsTheLayoutOfTheSchema() {
        String schema =
                """
                <qubes version="3.0">
                  <properties><property name="default_netvm" ref="net"/></properties>
                  <domains>
                    <domain id="domain-3" class="AppVM">
                      <properties>
                        <property name="label" ref="label-1"/>
                        <property name="uuid">5b1d0b0e-2f0b-4e7e-9d0e-4a8b7d2f9c11</property>
                        <property name="name">net</property>
                        <property name="qid">3</property>
                      </properties>
                    </domain>
                  </domains>
                  <labels><label id="label-1" color="#cc0000">red</label></labels>
                </qubes>
                """;
        assertEquals(
                """
                <qubes>
                  <labels>
                    <label id="label-1" color="#cc0000">red</label>
                  </labels>
                  <pools/>
                  <properties>
                    <property name="default_netvm" ref="net"/>
                  </properties>
                  <domains>
                    <domain id="domain-0" class="AdminVM">
                      <properties/>
                      <features/>
                      <tags/>
                    </domain>
                    <domain id="domain-3" class="AppVM">
                      <properties>
                        <property name="label" ref="label-1"/>
                        <property name="uuid">5b1d0b0e-2f0b-4e7e-9d0e-4a8b7d2f9c11</property>
                        <property name="name">net</property>
                        <property name="qid">3</property>
                      </properties>
                      <features/>
                      <tags/>
                    </domain>
                  </domains>
                </qubes>""",
                Stores.write(Stores.read(schema)));
    }
}
