package qubes.core.internal.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import qubes.core.state.SystemState;
import qubes.core.value.DomainName;

/** Loading, changing something else and saving drops nothing that nobody here knows. */
class NothingDroppedTest {
    /** A store with a mark wherever something unknown can stand. */
    private static final String STORE =
            """
            [before]<qubes[@qubes]>[qubes]
              <labels[@labels]>[labels]<label id="label-1" color="0xcc0000"[@label]>red</label></labels>
              <pools[@pools]>[pools]<pool name="p" driver="file"[@pool]>[pool]</pool></pools>
              <properties[@properties]>[properties]<property name="clockvm"[@property]>net</property></properties>
              <domains[@domains]>[domains]
                <domain id="domain-0" class="AdminVM"><properties/><features/><tags/></domain>
                <domain id="domain-2" class="AppVM"[@domain]>[domain]
                  <properties>[d.properties]
                    <property name="label">red</property>
                    <property name="name">net</property>
                    <property name="qid">2</property>
                    <property name="uuid">5b1d0b0e-2f0b-4e7e-9d0e-000000000002</property>
                  </properties>
                  <features[@features]>[features]<feature name="a"[@feature]>1</feature></features>
                  <tags[@tags]>[tags]<tag name="t"[@tag]>[tag]</tag></tags>
                  <devices class="pci"[@devices]>[devices]
                    <device backend-domain="dom0" id="00_1c.0" mode="required" identity="*"[@device]>[device]<option name="o"[@option]>True</option></device>
                  </devices>
                  [d.devices]
                  <volume-config[@volumes]>[volumes]<volume name="root" pool="p" vid="v"[@volume]>[volume]</volume></volume-config>
                  [d.last]
                </domain>
                <domain id="domain-3" class="AppVM">
                  <properties>
                    <property name="name">work</property>
                    <property name="qid">3</property>
                    <property name="uuid">5b1d0b0e-2f0b-4e7e-9d0e-000000000003</property>
                  </properties>
                  <features/><tags/>
                </domain>
                [more]
              </domains>[last]
            </qubes>[after]
            """;

    private static final String FAR_DOMAIN =
            """
            <domain id="domain-9" class="HologramVM" hue="7">
              <properties>
                <property name="name">x-ghost</property>
                <property name="qid">9</property>
                <property name="uuid">5b1d0b0e-2f0b-4e7e-9d0e-000000000009</property>
                <property name="wingspan">3</property>
                <property name="netvm" ref="net"/>
              </properties>
              <features><feature name="f">1</feature></features>
              <tags><tag name="far"/></tags>
              <devices class="warp"><device backend-domain="net" id="1"/></devices>
              <volume-config><volume name="aura" pool="far" vid="a"/></volume-config>
              <aura/>
            </domain>
            """;

    /**
     * Something that nobody here knows.
     *
     * @param what what it is
     * @param mark where in {@link #STORE} it stands
     * @param piece its text
     */
    record Row(String what, String mark, String piece) {
        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Row> rows() {
        return Stream.of(
                new Row("domain class", "[more]", FAR_DOMAIN),
                new Row("pool driver", "[pools]", "<pool name='far' driver='tape' reel='7'/>"),
                new Row("option of a pool", "[@pool]", " reel='7'"),
                new Row("global property", "[properties]", property("wingspan", "3")),
                new Row("property of a domain", "[d.properties]", property("wingspan", "3")),
                new Row("empty property", "[d.properties]", property("wingspan", "")),
                new Row(
                        "property by reference",
                        "[d.properties]",
                        "<property name='b' ref='net'/>"),
                new Row(
                        "feature",
                        "[features]",
                        "<feature name='never.heard-of'> é&lt; </feature>"),
                new Row("empty feature", "[features]", "<feature name='never'></feature>"),
                new Row("tag", "[tags]", "<tag name='never:heard'/>"),
                new Row(
                        "device class",
                        "[d.devices]",
                        "<devices class='warp'><device backend-domain='net' id='1'/></devices>"),
                new Row("device mode", "[devices]", "<device id='2' mode='some-day'/>"),
                new Row("option of a device", "[device]", "<option name='never'>x</option>"),
                new Row("volume", "[volumes]", "<volume name='extra' pool='p' vid='w'/>"),
                new Row("attribute of qubes", "[@qubes]", " x='1'"),
                new Row("attribute of labels", "[@labels]", " x='1'"),
                new Row("attribute of a label", "[@label]", " x='1'"),
                new Row("attribute of pools", "[@pools]", " x='1'"),
                new Row("attribute of properties", "[@properties]", " x='1'"),
                new Row("attribute of a property", "[@property]", " x='1'"),
                new Row("attribute of domains", "[@domains]", " x='1'"),
                new Row("attribute of a domain", "[@domain]", " x='1'"),
                new Row("attribute of features", "[@features]", " x='1'"),
                new Row("attribute of a feature", "[@feature]", " x='1'"),
                new Row("attribute of tags", "[@tags]", " x='1'"),
                new Row("attribute of a tag", "[@tag]", " x='1'"),
                new Row("attribute of devices", "[@devices]", " x='1'"),
                new Row("attribute of a device", "[@device]", " x='1'"),
                new Row("attribute of an option", "[@option]", " x='1'"),
                new Row("attribute of volume-config", "[@volumes]", " x='1'"),
                new Row("attribute of a volume", "[@volume]", " x='1'"),
                new Row("attribute with a prefix", "[@domain]", " xmlns:n='urn:n' n:x='1'"));
    }

    /** Every place where an element, a comment or an instruction can stand. */
    static Stream<Row> nodes() {
        return Stream.of(
                        "[qubes]",
                        "[labels]",
                        "[pools]",
                        "[pool]",
                        "[properties]",
                        "[domains]",
                        "[domain]",
                        "[d.properties]",
                        "[features]",
                        "[tags]",
                        "[tag]",
                        "[devices]",
                        "[device]",
                        "[d.devices]",
                        "[volumes]",
                        "[volume]",
                        "[d.last]",
                        "[more]",
                        "[last]")
                .flatMap(
                        mark ->
                                Stream.of(
                                        new Row(
                                                "element at " + mark,
                                                mark,
                                                "<future x='1'><deep>text</deep></future>"),
                                        new Row("comment at " + mark, mark, "<!-- mine -->"),
                                        new Row("instruction at " + mark, mark, "<?do it?>")));
    }

    static Stream<Row> outside() {
        return Stream.of("[before]", "[after]")
                .flatMap(
                        mark ->
                                Stream.of(
                                        new Row("comment " + mark, mark, "<!-- mine -->"),
                                        new Row("instruction " + mark, mark, "<?do it?>")));
    }

    @ParameterizedTest
    @MethodSource({"rows", "nodes"})
    @DisplayName("it is kept over a change of something else, and over the change's undoing")
    void keeps(Row row) throws IOException {
        String text = with(row);
        String changed = Stores.write(touched(Stores.read(text), Optional.of("1")));
        assertNotEquals(Stores.canonical(text), Stores.canonical(changed));
        String undone = Stores.write(touched(Stores.read(changed), Optional.empty()));
        assertEquals(Stores.canonical(text), Stores.canonical(undone));
        assertNotEquals(Stores.canonical(with(new Row("", "[]", ""))), Stores.canonical(undone));
    }

    @ParameterizedTest
    @MethodSource("outside")
    @DisplayName("it is kept where it stands outside of the root element")
    void keepsOutside(Row row) {
        String changed = Stores.write(touched(Stores.read(with(row)), Optional.of("1")));
        assertTrue(changed.contains(row.piece()), changed);
        assertTrue(
                changed.startsWith(row.piece()) == row.mark().equals("[before]"),
                () -> "not in its place: " + changed);
    }

    private static SystemState touched(SystemState state, Optional<String> feature) {
        return state.withChanged(
                state.domain(new DomainName("work")).withFeature("of-a-test", feature));
    }

    private static String with(Row row) {
        return STORE.replace(row.mark(), row.piece()).replaceAll("\\[[@a-z.]+]", "");
    }

    private static String property(String name, String value) {
        return Stores.property(name, value);
    }
}
