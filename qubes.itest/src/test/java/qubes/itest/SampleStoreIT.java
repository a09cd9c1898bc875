package qubes.itest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import qubes.testkit.Await;
import qubes.testkit.exam.AdminClient;
import qubes.testkit.exam.PaxExam;
import qubes.testkit.exam.QubesExam;
import qubes.testkit.exam.QubesHome;

/** The shipped system on a store that the original wrote, as a client of the Admin API sees it. */
@ExtendWith(PaxExam.class)
class SampleStoreIT {
    private static final String LIST =
            """
            default-dvm AppVM
            disp9953 DispVM
            dom0 AdminVM
            fedora-41-xfce TemplateVM
            mail-0004 AppVM
            personal-0001 AppVM
            sys-firewall AppVM
            sys-net AppVM
            untrusted-0003 AppVM
            vault-0002 AppVM
            work-0000 AppVM
            """;

    private QubesHome home;
    private AdminClient socket;

    @Configuration
    static Option[] system() throws IOException {
        try (InputStream store = SampleStoreIT.class.getResourceAsStream("qubes-10.xml")) {
            return options(QubesExam.options(QubesHome.create().store(store)));
        }
    }

    @BeforeEach
    void findSystem(BundleContext context) throws Exception {
        home = QubesHome.of(context);
        socket = new AdminClient(home.socket());
        Await.until("the Admin API is served", () -> Files.exists(home.socket()));
    }

    @Test
    @DisplayName("all its domains are listed with their klasses")
    void domainsAreListed() throws Exception {
        StringBuilder listed = new StringBuilder();
        for (String line : list()) {
            listed.append(line.replaceAll(" class=(\\w+) .*", " $1")).append('\n');
        }
        assertEquals(LIST, listed.toString());
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "sys-net, memory, default=False type=int 425",
        "sys-net, netvm, default=False type=vm ",
        "sys-firewall, netvm, default=False type=vm sys-net",
        "vault-0002, netvm, default=True type=vm sys-firewall",
        "disp9953, template, default=False type=vm default-dvm",
        "default-dvm, template_for_dispvms, default=False type=bool True",
        "mail-0004, label, default=False type=label red",
        "mail-0004, qid, default=False type=int 10",
    })
    @DisplayName("properties are as stored, or as their defaults say")
    void propertiesAreAsStored(String domain, String property, String answer) throws Exception {
        assertEquals(
                "0|" + answer.strip(),
                socket.call("admin.vm.property.Get+" + property, domain).strip());
    }

    @Test
    @DisplayName("a store that nobody changes is not written")
    void unchangedStoreIsNotWritten() throws Exception {
        list();
        try (InputStream original = getClass().getResourceAsStream("qubes-10.xml")) {
            assertEquals(
                    new String(original.readAllBytes(), UTF_8), Files.readString(home.store()));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "qubes.vm.templatevm",
                "qubes.vm.appvm",
                "qubes.vm.standalonevm",
                "qubes.vm.netvm",
                "qubes.vm.dispvm",
                "qubes.vm.remotevm",
                "qubes.storage.file",
                "qubes.storage.kernels",
                "qubes.storage.lvm",
                "qubes.hypervisor.libvirt",
                "qubes.device.block",
                "qubes.device.pci",
            })
    @DisplayName("a plugin's stop and start leave the list and the store as they were")
    void pluginStopsAndStarts(String name, BundleContext context) throws Exception {
        List<String> before = list();
        String stored = Files.readString(home.store());
        Bundle plugin = find(context, name);
        plugin.stop();
        assertEquals(names(before), names(list()));
        plugin.start();
        Await.until("the list is as before", () -> before.equals(list()));
        assertEquals(stored, Files.readString(home.store()));
    }

    @Test
    @DisplayName("the core's stop ends the Admin API, its start brings both back as they were")
    void coreStopsAndStarts(BundleContext context) throws Exception {
        List<String> before = list();
        String stored = Files.readString(home.store());
        Bundle core = find(context, "qubes.core");
        core.stop();
        assertFalse(Files.exists(home.socket()));
        core.start();
        Await.until("the Admin API is served", () -> Files.exists(home.socket()));
        Await.until("the list is as before", () -> before.equals(list()));
        assertEquals(stored, Files.readString(home.store()));
    }

    private static List<String> names(List<String> lines) {
        return lines.stream().map(line -> line.replaceAll(" state=\\w+", "")).toList();
    }

    private static Bundle find(BundleContext context, String name) {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow();
    }

    private List<String> list() throws IOException {
        String reply = socket.call("admin.vm.List", "dom0");
        assertTrue(reply.startsWith("0|"), reply);
        return reply.substring(2).lines().sorted().toList();
    }
}
