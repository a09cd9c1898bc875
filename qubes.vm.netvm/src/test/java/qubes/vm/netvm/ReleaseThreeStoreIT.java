package qubes.vm.netvm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qubes.testkit.Domains.named;
import static qubes.testkit.Domains.set;
import static qubes.testkit.Domains.value;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleException;
import qubes.core.vm.Qubes;
import qubes.testkit.QubesFixture;

/** A store with the network classes of release 3. */
class ReleaseThreeStoreIT {
    private static final String STORE =
            "<qubes version=\"3.0\"><properties>"
                    + property("default_netvm", "fw")
                    + property("default_fw_netvm", "net")
                    + "</properties><domains>"
                    + domain(1, "TemplateVM", "tiny", "")
                    + domain(
                            2, "NetVM", "net", property("template", "tiny") + property("netvm", ""))
                    + domain(3, "ProxyVM", "fw", property("template", "tiny"))
                    + domain(4, "AppVM", "work", property("template", "tiny"))
                    + "</domains></qubes>";

    private QubesFixture system;
    private Qubes qubes;

    @BeforeEach
    void start() {
        system =
                QubesFixture.load(
                        new ByteArrayInputStream(STORE.getBytes(UTF_8)),
                        "qubes.vm.templatevm",
                        "qubes.vm.appvm",
                        "qubes.vm.netvm");
        qubes = system.qubes();
    }

    @AfterEach
    void stop() {
        system.close();
    }

    @Test
    @DisplayName("its NetVM and its ProxyVM load as NetVM, and give the network they gave")
    void loads() {
        assertEquals("NetVM", named(qubes, "net").klass());
        assertEquals("NetVM", named(qubes, "fw").klass());
        assertEquals("", value(named(qubes, "net"), "netvm"));
        assertEquals("net", value(named(qubes, "fw"), "netvm"));
        assertEquals("fw", value(named(qubes, "work"), "netvm"));
        assertEquals("True", value(named(qubes, "fw"), "provides_network"));
    }

    @Test
    @DisplayName("they give network also while the klass is away")
    void givesNetworkWithoutKlass() throws BundleException {
        system.felix().bundle("qubes.vm.netvm").stop();
        set(named(qubes, "work"), "netvm=fw");
        assertEquals("fw", value(named(qubes, "work"), "netvm"));
    }

    @Test
    @DisplayName("the store says so with the next save")
    void savesAsToday() throws IOException {
        assertEquals(STORE, Files.readString(system.store()));
        set(named(qubes, "work"), "memory=600");
        qubes.awaitDurable();
        String saved = Files.readString(system.store());
        assertTrue(saved.contains("<domain id=\"domain-3\" class=\"NetVM\">"), saved);
        assertTrue(saved.contains(property("provides_network", "True")), saved);
    }

    private static String domain(int qid, String klass, String name, String properties) {
        return "<domain id=\"domain-%d\" class=\"%s\"><properties>".formatted(qid, klass)
                + property("name", name)
                + property("qid", Integer.toString(qid))
                + property("uuid", "5b1d0b0e-2f0b-4e7e-9d0e-%012d".formatted(qid))
                + properties
                + "</properties></domain>";
    }

    private static String property(String name, String value) {
        return "<property name=\"" + name + "\">" + value + "</property>";
    }
}
