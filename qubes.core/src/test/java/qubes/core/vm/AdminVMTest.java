package qubes.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.error.QubesException;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.internal.system.PaperHypervisor;
import qubes.core.internal.system.Scene;

/** Rows "vm/adminvm" of spec vm-classes, and its §2.4. */
class AdminVMTest {
    @TempDir private Path home;

    private Scene scene;
    private AdminVM dom0;

    @BeforeEach
    void open() {
        scene = Scene.open(home);
        dom0 = scene.qubes().admin();
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource({
        "name, dom0",
        "qid, 0",
        "uuid, 00000000-0000-0000-0000-000000000000",
        "klass, AdminVM",
        "label, black",
        "icon, adminvm-black",
        "default_dispvm, ''",
        "include_in_backups, True",
        "updateable, True",
        "devices_denied, ''",
        "keyboard_layout, us++",
        "maxmem, 4096",
    })
    @DisplayName("what dom0 is in a new system")
    void values(String property, String value) {
        assertEquals(value, Scene.value(dom0, property));
    }

    @Test
    @DisplayName("it has number 0, always runs, and xid is no property")
    void alwaysThere() {
        assertEquals(0, dom0.xid());
        assertFalse(dom0.hasProperty("xid"));
        assertEquals(PowerState.RUNNING, dom0.powerState());
        assertFalse(dom0.isHalted());
    }

    @ParameterizedTest
    @CsvSource({"name", "qid", "uuid", "icon", "klass", "updateable", "maxmem"})
    @DisplayName("what is computed cannot be set, but reset")
    void readOnly(String property) {
        assertThrows(
                QubesPropertyValueError.class,
                () -> Scene.set(dom0, property + "=" + Scene.value(dom0, property)));
        Scene.reset(dom0, property);
    }

    @Test
    @DisplayName("its icon does not follow its label")
    void icon() {
        Scene.set(dom0, "label=red");
        assertEquals("adminvm-black", Scene.value(dom0, "icon"));
    }

    @Test
    @DisplayName("its default_dispvm needs template_for_dispvms")
    void defaultDispvm() {
        BaseVM app = scene.plain("app");
        assertThrows(QubesPropertyValueError.class, () -> Scene.set(dom0, "default_dispvm=app"));
        Scene.set(app, "template_for_dispvms=True");
        Scene.set(dom0, "default_dispvm=app");
        assertEquals("app", Scene.value(dom0, "default_dispvm"));
        Scene.reset(dom0, "default_dispvm");
        scene.set("default_dispvm=app");
        assertEquals("app", Scene.value(dom0, "default_dispvm"));
    }

    @Test
    @DisplayName("offline it uses 4242 KiB of 4096 MiB")
    void offline() {
        assertEquals(4242, dom0.stats().memoryKiB());
        assertEquals(4096 * 1024, dom0.stats().maxMemoryKiB());
    }

    @Test
    @DisplayName("on Xen with static-max 8192 its maxmem is 8")
    void staticMax() {
        scene.with(new PaperHypervisor("xen", 4096)).writeOwnMaximum(8192);
        assertEquals("8", Scene.value(dom0, "maxmem"));
        assertEquals(8192, dom0.stats().maxMemoryKiB());
    }

    @Test
    @DisplayName("a hypervisor that dom0 is no domain of leaves it at 4096 MiB")
    void noDomainOfIts() {
        scene.with(new PaperHypervisor("qemu", 4096));
        assertEquals("4096", Scene.value(dom0, "maxmem"));
        assertEquals(4096 * 1024, dom0.stats().memoryKiB());
    }

    @Test
    @DisplayName("the hypervisor's error about its memory is the caller's")
    void error() {
        scene.with(new PaperHypervisor("xen", 4096)).failStats("no such domain");
        assertEquals(
                "no such domain", assertThrows(QubesException.class, dom0::stats).getMessage());
    }
}
