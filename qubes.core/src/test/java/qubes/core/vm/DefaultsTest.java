package qubes.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.internal.system.PaperHypervisor;
import qubes.core.internal.system.Scene;

/** Rows "vm/qubesvm defaults" and those of "TC_90" about defaults, of spec vm-classes. */
class DefaultsTest {
    private static final long HOST_MIB = 4096;

    @TempDir private Path home;

    private Scene scene;

    @BeforeEach
    void open() {
        scene = Scene.open(home);
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @ParameterizedTest(name = "{0} = \"{1}\"")
    @CsvSource({
        "autostart, False",
        "audiovm, dom0",
        "backup_timestamp, ''",
        "bootmode, default",
        "debug, False",
        "default_dispvm, ''",
        "default_user, user",
        "devices_denied, ''",
        "guivm, dom0",
        "include_in_backups, True",
        "installed_by_rpm, False",
        "kernel, -",
        "kernelopts, ''",
        "keyboard_layout, us++",
        "label, -",
        "icon, -",
        "management_dispvm, ''",
        "maxmem, 0",
        "memory, 400",
        "qrexec_timeout, 60",
        "shutdown_timeout, 60",
        "stubdom_mem, ''",
        "updateable, True",
        "vcpus, 2",
        "virt_mode, pvh",
        "xid, -1",
        "stubdom_xid, -1",
        "stubdom_uuid, ''",
        "start_time, ''",
        "mac, 00:16:3e:5e:6c:00",
        "ip, ''",
        "ip6, ''",
        "netvm, ''",
        "provides_network, False",
        "dns, ''",
    })
    @DisplayName("what a new domain without a template has, and the store does not hold")
    void ofNewDomain(String property, String value) {
        BaseVM vm = scene.plain("work");
        assertEquals(value, Scene.value(vm, property));
        assertEquals("-", Scene.stored(vm, property));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "memory, 500",
        "vcpus, 3",
        "default_user, root",
        "qrexec_timeout, 7",
        "shutdown_timeout, 8",
        "management_dispvm, throwaway",
        "virt_mode, pv",
    })
    @DisplayName("is the template's value, its template's in turn, and its own once it is set")
    void alongTemplates(String property, String value) {
        scene.plain("throwaway", "template_for_dispvms=True");
        QubesVM root = scene.plain("root");
        QubesVM base = scene.derived("base", root);
        QubesVM vm = scene.derived("work", base);
        String first = Scene.value(vm, property);
        Scene.set(root, property + "=" + value);
        assertEquals(value, Scene.value(vm, property));
        Scene.set(vm, property + "=" + value);
        Scene.reset(root, property);
        assertEquals(value, Scene.value(vm, property));
        assertEquals(value, Scene.stored(vm, property));
        Scene.reset(vm, property);
        assertEquals(first, Scene.value(vm, property));
        assertEquals("-", Scene.stored(vm, property));
    }

    @Test
    @DisplayName("the kernel is the system's, the template's in its place")
    void kernel() throws Exception {
        for (String kernel : List.of("dummy", "other")) {
            Files.createDirectories(home.resolve("vm-kernels").resolve(kernel));
            Files.createFile(home.resolve("vm-kernels").resolve(kernel).resolve("vmlinuz"));
        }
        BaseVM base = scene.plain("base");
        BaseVM vm = scene.derived("work", base);
        scene.set("default_kernel=dummy");
        assertEquals("dummy", Scene.value(vm, "kernel"));
        Scene.set(base, "kernel=other");
        assertEquals("other", Scene.value(vm, "kernel"));
        Scene.set(vm, "kernel=");
        assertEquals("", Scene.value(vm, "kernel"));
        assertEquals("", Scene.stored(vm, "kernel"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"qrexec_timeout", "shutdown_timeout"})
    @DisplayName("a timeout is the system's: 60, or what was set there")
    void timeouts(String property) {
        BaseVM vm = scene.plain("work");
        scene.set("default_" + property + "=123");
        assertEquals("123", Scene.value(vm, property));
    }

    @ParameterizedTest
    @ValueSource(strings = {"guivm", "audiovm"})
    @DisplayName("guivm and audiovm are the system's")
    void guiAndAudio(String property) {
        scene.plain("sys-gui");
        BaseVM vm = scene.plain("work");
        scene.set("default_" + property + "=sys-gui");
        assertEquals("sys-gui", Scene.value(vm, property));
        scene.set("default_" + property + "=");
        assertEquals("", Scene.value(vm, property));
    }

    @Test
    @DisplayName("management_dispvm: the system's A, the template's explicit B")
    void managementDispvm() {
        scene.plain("a", "template_for_dispvms=True");
        scene.plain("b", "template_for_dispvms=True");
        BaseVM base = scene.plain("base");
        BaseVM vm = scene.derived("work", base);
        scene.set("management_dispvm=a");
        assertEquals("a", Scene.value(vm, "management_dispvm"));
        Scene.set(base, "management_dispvm=b");
        assertEquals("b", Scene.value(vm, "management_dispvm"));
    }

    @Test
    @DisplayName("a template's explicit none is a value")
    void explicitNone() {
        scene.plain("a", "template_for_dispvms=True");
        BaseVM base = scene.plain("base");
        BaseVM vm = scene.derived("work", base);
        scene.set("management_dispvm=a");
        Scene.set(base, "management_dispvm=");
        assertEquals("", Scene.value(vm, "management_dispvm"));
    }

    @Test
    @DisplayName("the keyboard layout is the guivm's, unless that is itself or none")
    void keyboardLayout() {
        scene.plain("sys-gui", "keyboard_layout=de++");
        BaseVM vm = scene.plain("work");
        Scene.set(scene.qubes().admin(), "keyboard_layout=fr++");
        assertEquals("fr++", Scene.value(vm, "keyboard_layout"));
        Scene.set(vm, "guivm=sys-gui");
        assertEquals("de++", Scene.value(vm, "keyboard_layout"));
        Scene.set(vm, "guivm=");
        assertEquals("us++", Scene.value(vm, "keyboard_layout"));
    }

    @Test
    @DisplayName("virt_mode is hvm with PCI devices, whatever the template says")
    void virtModeWithPci() {
        BaseVM vm = scene.derived("work", scene.plain("base", "virt_mode=pv"));
        assertEquals("pv", Scene.value(vm, "virt_mode"));
        scene.assignPci(vm, "*");
        assertEquals("hvm", Scene.value(vm, "virt_mode"));
    }

    @ParameterizedTest(name = "{0}, {1}: {2}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    hvm  | -                                                      | 0
                    hvm  | qrexec=1                                               | 2048
                    hvm  | qrexec=                                                | 0
                    hvm  | qrexec=1 supported-service.qubes-firewall=1            | 0
                    hvm  | qrexec=1 supported-service.qubes-firewall=             | 0
                    hvm  | qrexec=1 supported-service.qubes-firewall=1 supported-service.meminfo-writer=1 | 2048
                    hvm  | qrexec=1 supported-service.meminfo-writer=             | 0
                    pvh  | -                                                      | 2048
                    pvh  | os=Windows                                             | 2048
                    pvh  | os=Linux                                               | 1000
                    pv   | os=Linux                                               | 1000
                    """)
    @DisplayName("maxmem on a Xen host of 4096 MiB, memory 100")
    void maxmem(String mode, String features, String expected) {
        scene.with(new PaperHypervisor("xen", HOST_MIB));
        BaseVM vm = scene.plain("work", "memory=100", "virt_mode=" + mode);
        setFeatures(vm, features);
        assertEquals(expected, Scene.value(vm, "maxmem"));
    }

    @Test
    @DisplayName("maxmem: what the template advertises counts, its os does not, its value wins")
    void maxmemAndTemplate() {
        scene.with(new PaperHypervisor("xen", HOST_MIB));
        BaseVM base = scene.plain("base", "virt_mode=hvm", "memory=100");
        BaseVM vm = scene.derived("work", base);
        setFeatures(base, "qrexec=1 supported-service.qubes-firewall=1");
        assertEquals("0", Scene.value(vm, "maxmem"));
        setFeatures(base, "supported-service.meminfo-writer=1 os=Linux");
        assertEquals("1000", Scene.value(base, "maxmem"));
        assertEquals("1000", Scene.value(vm, "maxmem"));
        Scene.set(base, "maxmem=1234");
        assertEquals("1234", Scene.value(vm, "maxmem"));
    }

    @Test
    @DisplayName("maxmem is 0 with PCI devices and off Xen")
    void noBalancing() {
        BaseVM vm = scene.plain("work");
        assertEquals("0", Scene.value(vm, "maxmem"));
        scene.with(new PaperHypervisor("xen", HOST_MIB));
        scene.assignPci(vm, "*");
        assertEquals("0", Scene.value(vm, "maxmem"));
    }

    @Test
    @DisplayName("ten times a huge memory is no small number")
    void hugeMemory() {
        scene.with(new PaperHypervisor("xen", HOST_MIB));
        BaseVM vm = scene.plain("work", "memory=2147483647");
        setFeatures(vm, "os=Linux");
        assertEquals("2048", Scene.value(vm, "maxmem"));
    }

    private static void setFeatures(BaseVM vm, String features) {
        if (!features.equals("-")) {
            for (String feature : features.split(" ", -1)) {
                String[] parts = feature.split("=", 2);
                vm.features().set(parts[0], parts[1]);
            }
        }
    }
}
