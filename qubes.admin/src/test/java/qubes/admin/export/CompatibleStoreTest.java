package qubes.admin.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import qubes.core.internal.store.PropertyOrder;
import qubes.core.internal.store.StoreReader;
import qubes.core.internal.store.StoreWriter;
import qubes.core.state.SystemState;

class CompatibleStoreTest {
    private static final Path OF_THE_ORIGINAL =
            Path.of("../qubes.core/src/test/resources/qubes/core/internal/store/qubes-100.xml.gz");

    /** A store that the original loads, with marks where rows put something. */
    private static final String STORE =
            """
            <qubes>
              [root]
              <labels><label id="label-1" color="0xcc0000">red</label></labels>
              <pools><pool name="p" driver="file" dir_path="/d"[@pool]/>[pools]</pools>
              <properties>[global]</properties>
              <domains>
                <domain id="domain-0" class="AdminVM"><properties>[dom0]</properties></domain>
                <domain id="domain-1" class="TemplateVM">[template]%s</domain>
                <domain id="domain-2" class="AppVM"[@domain]>
                  %s
                  [domain]
                  <devices class="pci"><device backend-domain="dom0" id="1">[device]</device>[devices]</devices>
                  <volume-config><volume name="root" pool="p" vid="v"[@volume]/></volume-config>
                </domain>
                [domains]
              </domains>
            </qubes>
            """
                    .formatted(
                            identity(1, "base", ""),
                            identity(
                                    2,
                                    "work",
                                    "<property name=\"template\">base</property>[work]"));

    /**
     * Something that the original does not load.
     *
     * @param what what it is
     * @param mark where in {@link #STORE} it stands
     * @param piece its text
     * @param gone what of it is not exported
     * @param instead what is exported for it; may be empty
     * @param said what is said of the change, in one line each
     */
    record Row(
            String what, String mark, String piece, String gone, String instead, String... said) {
        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Row> rows() {
        return Stream.of(
                new Row(
                        "class NetVM",
                        "[domains]",
                        domain(3, "NetVM", "net", property("template", "base")),
                        "NetVM",
                        "class=\"AppVM\"",
                        "net: class NetVM became AppVM with provides_network=True"),
                new Row(
                        "class NetVM that says itself that it provides network",
                        "[domains]",
                        domain(
                                3,
                                "NetVM",
                                "net",
                                property("template", "base")
                                        + property("provides_network", "True")),
                        "NetVM",
                        property("provides_network", "True"),
                        "net: class NetVM became AppVM"),
                new Row(
                        "class NetVM without template",
                        "[domains]",
                        domain(3, "NetVM", "net", property("template", "")),
                        "NetVM",
                        "class=\"StandaloneVM\"",
                        "net: class NetVM became StandaloneVM with provides_network=True"),
                new Row(
                        "unknown class",
                        "[domains]",
                        domain(3, "HologramVM", "ghost", ""),
                        "ghost",
                        "",
                        "ghost: left out, the original has no class 'HologramVM'"),
                new Row(
                        "unknown class of a template, and who is based on it",
                        "[domains]",
                        domain(3, "AppVM", "a", property("template", "dvm"))
                                + domain(4, "DispVM", "disp1", property("template", "a"))
                                + domain(5, "FarVM", "dvm", ""),
                        "disp1",
                        "",
                        "a: left out, the original does not load 'dvm' as template of a AppVM",
                        "disp1: left out, the original does not load 'a' as template of a DispVM",
                        "dvm: left out, the original has no class 'FarVM'"),
                new Row(
                        "AppVM without template",
                        "[domains]",
                        domain(3, "AppVM", "bare", ""),
                        "bare",
                        "",
                        "bare: left out, the original does not load '' as template of a AppVM"),
                new Row(
                        "reference to a qube that is left out",
                        "[domains]",
                        domain(3, "HologramVM", "ghost", property("provides_network", "True"))
                                + domain(
                                        4,
                                        "AppVM",
                                        "a",
                                        property("template", "base") + property("netvm", "ghost")),
                        "ghost",
                        property("netvm", ""),
                        "ghost: left out, the original has no class 'HologramVM'",
                        "a: property 'netvm' became none, the original does not load 'ghost' there"),
                new Row(
                        "netvm that does not provide network",
                        "[work]",
                        property("netvm", "base"),
                        property("netvm", "base"),
                        property("netvm", ""),
                        "work: property 'netvm' became none, the original does not load 'base' there"),
                new Row(
                        "default_dispvm that is no disposable template",
                        "[dom0]",
                        property("default_dispvm", "work"),
                        property("default_dispvm", "work"),
                        property("default_dispvm", ""),
                        "dom0: property 'default_dispvm' became none, the original does not load"
                                + " 'work' there"),
                new Row(
                        "system's reference to nobody",
                        "[global]",
                        property("clockvm", "gone"),
                        "gone",
                        property("clockvm", ""),
                        "System: property 'clockvm' became none, the original does not load 'gone'"
                                + " there"),
                new Row(
                        "unknown property of a qube",
                        "[work]",
                        property("wingspan", "3"),
                        "wingspan",
                        "",
                        "work: property 'wingspan' is left out, the original does not know it"),
                new Row(
                        "property of another class",
                        "[work]",
                        property("auto_cleanup", "True"),
                        "auto_cleanup",
                        "",
                        "work: property 'auto_cleanup' is left out, the original does not know it"),
                new Row(
                        "unknown property of the system",
                        "[global]",
                        property("wingspan", "3"),
                        "wingspan",
                        "",
                        "System: property 'wingspan' is left out, the original does not know it"),
                row("label that is not there", "label", "teal"),
                row("boolean that is none", "debug", "often"),
                row("integer that is none", "maxmem", "much"),
                row("integer out of range", "vcpus", "0"),
                row("negative maxmem", "maxmem", "-1"),
                row("empty integer", "stubdom_mem", ""),
                row("unknown virt_mode", "virt_mode", "warp"),
                row("kernel that is a path", "kernel", "../../x"),
                row("empty text that would become the word None", "bootmode", ""),
                new Row(
                        "pool driver",
                        "[pools]",
                        "<pool name=\"far\" driver=\"tape\"/>",
                        "far",
                        "",
                        "Pool 'far' is left out, the original has no driver 'tape'"),
                new Row(
                        "default pool that is left out",
                        "[global]",
                        property("default_pool", "far"),
                        "far",
                        "",
                        "System: property 'default_pool' is left out, the original does not load"
                                + " 'far' there"),
                new Row(
                        "qube with a volume in such a pool",
                        "[domains]",
                        "<domain id=\"domain-3\" class=\"StandaloneVM\">"
                                + identity(3, "a", "")
                                + "<volume-config><volume name=\"root\" pool=\"far\" vid=\"v\"/>"
                                + "</volume-config></domain>",
                        "far",
                        "",
                        "a: left out, its volume 'root' is in pool 'far', which the original does"
                                + " not have"),
                new Row(
                        "option of a pool",
                        "[@pool]",
                        " reel=\"7\"",
                        "reel",
                        "",
                        "Pool 'p': option 'reel' is left out"),
                new Row(
                        "attribute of a volume",
                        "[@volume]",
                        " hue=\"7\"",
                        "hue",
                        "",
                        "work: volume 'root': attribute 'hue' is left out"),
                new Row(
                        "element and comment of a qube",
                        "[domain]",
                        "<aura/><!-- aura -->",
                        "aura",
                        "",
                        "work: 2 elements, attributes or comments are left out"),
                new Row(
                        "attribute of a qube",
                        "[@domain]",
                        " hue=\"7\"",
                        "hue",
                        "",
                        "work: 1 elements, attributes or comments are left out"),
                new Row(
                        "element of a device",
                        "[device]",
                        "<aura/>",
                        "aura",
                        "",
                        "work: 1 elements, attributes or comments are left out"),
                new Row(
                        "comment of the system",
                        "[root]",
                        "<!-- aura -->",
                        "aura",
                        "",
                        "1 elements, attributes or comments outside of domains are left out"),
                new Row(
                        "device mode manual",
                        "[devices]",
                        "<device backend-domain=\"dom0\" id=\"2\" mode=\"manual\"/>",
                        "manual",
                        "",
                        "work: 1 device assignments are left out, the original does not load them"),
                new Row(
                        "device mode that is none",
                        "[devices]",
                        "<device backend-domain=\"dom0\" id=\"2\" mode=\"sometimes\"/>",
                        "sometimes",
                        "",
                        "work: 1 device assignments are left out, the original does not load them"),
                new Row(
                        "device that is perhaps required",
                        "[devices]",
                        "<device backend-domain=\"dom0\" id=\"2\" required=\"perhaps\"/>",
                        "perhaps",
                        "",
                        "work: 1 device assignments are left out, the original does not load them"),
                new Row(
                        "device of any backend, which the original forgets",
                        "[devices]",
                        "<device backend-domain=\"*\" id=\"2\" mode=\"required\"/>",
                        "\"*\"",
                        "",
                        "work: 1 device assignments are left out, the original does not load them"),
                new Row(
                        "device of a qube that is left out",
                        "[domains]",
                        domain(3, "HologramVM", "ghost", "")
                                + "<domain id=\"domain-4\" class=\"TemplateVM\">"
                                + identity(4, "t", "")
                                + "<devices class=\"usb\"><device backend-domain=\"ghost\" id=\"2\"/>"
                                + "</devices></domain>",
                        "ghost",
                        "",
                        "ghost: left out, the original has no class 'HologramVM'",
                        "t: 1 device assignments are left out, the original does not load them"),
                new Row(
                        "device of a RemoteVM",
                        "[domains]",
                        "<domain id=\"domain-3\" class=\"RemoteVM\">"
                                + identity(3, "far", "")
                                + "<devices class=\"usb\"><device backend-domain=\"dom0\" id=\"2\"/>"
                                + "</devices></domain>",
                        "usb",
                        "",
                        "far: 1 device assignments are left out, the original does not load them"),
                new Row(
                        "attribute of a device",
                        "[devices]",
                        "<device backend-domain=\"dom0\" id=\"2\" hue=\"7\"/>",
                        "hue",
                        "id=\"2\"",
                        "work: 1 elements, attributes or comments are left out"),
                new Row(
                        "disposable of a class that the original does not let be its template",
                        "[domains]",
                        domain(3, "TemplateVM", "t", property("template_for_dispvms", "True"))
                                + domain(4, "DispVM", "disp1", property("template", "t")),
                        "template_for_dispvms",
                        property("name", "t"),
                        "disp1: left out, the original does not load 't' as template of a DispVM",
                        "t: property 'template_for_dispvms' is left out, the original does not"
                                + " know it"),
                new Row(
                        "empty property of a RemoteVM",
                        "[domains]",
                        domain(
                                3,
                                "RemoteVM",
                                "far",
                                property("relayvm", "work") + property("remote_name", "")),
                        "remote_name",
                        property("relayvm", "work"),
                        "far: property 'remote_name' is left out, the original does not load ''"
                                + " there"));
    }

    /** A value of a property of work that the original refuses. */
    private static Row row(String what, String property, String value) {
        return new Row(
                what,
                "[work]",
                property(property, value),
                "\"" + property + "\"",
                "",
                "work: property '%s' is left out, the original does not load '%s' there"
                        .formatted(property, value));
    }

    @ParameterizedTest
    @MethodSource("rows")
    @DisplayName("it is converted or left out, and that is said")
    void convertsAndSays(Row row) {
        CompatibleStore exported = CompatibleStore.of(read(with(row.mark(), row.piece())));
        String text = write(exported.state());
        assertFalse(text.contains(row.gone()), text);
        assertTrue(text.contains(row.instead()), text);
        assertEquals(
                Stream.of(row.said()).sorted().toList(),
                exported.changes().stream().sorted().toList());
    }

    @ParameterizedTest
    @MethodSource("rows")
    @DisplayName("what was exported is exported without a change")
    void exportsOnce(Row row) {
        SystemState once = CompatibleStore.of(read(with(row.mark(), row.piece()))).state();
        CompatibleStore twice = CompatibleStore.of(once);
        assertEquals(List.of(), twice.changes());
        assertEquals(write(once), write(twice.state()));
    }

    @Test
    @DisplayName("a store that the original wrote is exported as it is")
    void leavesStoreOfTheOriginal() throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(OF_THE_ORIGINAL))) {
            SystemState state = new StoreReader().read(in, "qubes-100.xml");
            CompatibleStore exported = CompatibleStore.of(state);
            assertEquals(List.of(), exported.changes());
            assertEquals(write(state), write(exported.state()));
        }
    }

    @Test
    @DisplayName("features, tags and assignments stay")
    void keepsTheRest() {
        String text =
                with(
                        "[domain]",
                        "<features><feature name=\"never.heard\">1</feature></features>"
                                + "<tags><tag name=\"mine\"/></tags>");
        CompatibleStore exported = CompatibleStore.of(read(text));
        assertEquals(List.of(), exported.changes());
        assertEquals(write(read(text)), write(exported.state()));
    }

    private static String with(String mark, String piece) {
        return STORE.replace(mark, piece).replaceAll("\\[@?[a-z0-9]+]", "");
    }

    private static String domain(int qid, String klass, String name, String properties) {
        return "<domain id=\"domain-%d\" class=\"%s\">%s</domain>"
                .formatted(qid, klass, identity(qid, name, properties));
    }

    private static String identity(int qid, String name, String properties) {
        return "<properties>"
                + property("name", name)
                + property("qid", Integer.toString(qid))
                + property("uuid", "5b1d0b0e-2f0b-4e7e-9d0e-%012d".formatted(qid))
                + properties
                + "</properties>";
    }

    private static String property(String name, String value) {
        return "<property name=\"" + name + "\">" + value + "</property>";
    }

    private static SystemState read(String text) {
        return new StoreReader().read(new ByteArrayInputStream(text.getBytes(UTF_8)), "qubes.xml");
    }

    private static String write(SystemState state) {
        return new StoreWriter(PropertyOrder.AS_STORED).text(state);
    }
}
