package qubes.ext.features;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.error.QubesVMError;
import qubes.core.error.QubesValueError;
import qubes.core.vm.BaseVM;
import qubes.core.vm.QubesVM;
import qubes.testkit.Domains;
import qubes.testkit.QubesFixture;

/** What features that configure a qube may be (spec admin-api §14). */
class FeatureRulesIT {
    private static QubesFixture system;
    private static BaseVM work;

    @BeforeAll
    static void start() {
        system = QubesFixture.with("qubes.vm.standalonevm", "qubes.ext.features");
        work = Domains.create(system.qubes(), "StandaloneVM", "work", "kernel=");
    }

    @AfterAll
    static void stop() {
        system.close();
    }

    /** A number in braces stands for so many letters. */
    private static String spelt(String name) {
        int brace = name.indexOf('{');
        return brace < 0
                ? name
                : name.substring(0, brace)
                        + "x"
                                .repeat(
                                        Integer.parseInt(
                                                name.substring(brace + 1, name.length() - 1)));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "service.test1, true",
        "service.{48}, true",
        "service.{49}, false",
        "service.{60}, false",
        "service.app-dispvm.{60}, true",
        "service., false",
        "service.., false",
        "service..., false",
        "service....x, true",
        "service.a/b, false",
        "services, true",
    })
    @DisplayName("A service's name does for a file; another is refused, and nothing is set")
    void serviceNames(String feature, boolean accepted) {
        String name = spelt(feature);
        if (accepted) {
            work.features().set(name, "1");
        } else {
            assertThrows(QubesValueError.class, () -> work.features().set(name, "1"));
        }
        assertEquals(accepted, work.features().containsKey(name));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "vm-config.test, true",
        "vm-config.{52}, true",
        "vm-config.{53}, false",
        "vm-config., false",
        "vm-config.1a, false",
        "vm-config.-a, false",
        "vm-config.A1, true",
    })
    @DisplayName("The name of a setting begins with a letter; another is complained of, though set")
    void configNames(String feature, boolean accepted) {
        String name = spelt(feature);
        if (accepted) {
            work.features().set(name, "");
        } else {
            assertThrows(QubesValueError.class, () -> work.features().set(name, "1"));
        }
        assertTrue(work.features().containsKey(name));
        assertDoesNotThrow(() -> work.features().delete(name));
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource({
        "custom-persist.home, /home, true",
        "custom-persist., /home, false",
        "custom-persist.{54}, /home, true",
        "custom-persist.{55}, /home, false",
        "custom-persist.a, /with:colon, true",
        "custom-persist.a, home, false",
        "custom-persist.a, '', false",
        "custom-persist.a, file:root:root:0755:/x, true",
        "custom-persist.a, dir:user:user:755:/x:y, true",
        "custom-persist.a, bad:root:root:0755:/x, false",
        "custom-persist.a, file:root:root:9750:/var/test, false",
        "custom-persist.a, file:root:root:-755:/var/test, false",
        "custom-persist.a, file:root:root:07777:/x, true",
        "custom-persist.a, file:root:root:10000:/x, false",
        "custom-persist.a, file:root:root::/x, false",
        "custom-persist.a, file:root:root:0755:x, false",
        "custom-persist.a, file:root:root:0755, false",
    })
    @DisplayName("What persists is a path, or says how it is made; else it is complained of")
    void persistence(String feature, String value, boolean accepted) {
        String name = spelt(feature);
        if (accepted) {
            assertDoesNotThrow(() -> work.features().set(name, value));
        } else {
            assertThrows(QubesValueError.class, () -> work.features().set(name, value));
        }
        assertEquals(value, work.features().get(name));
    }

    @Test
    @DisplayName("service.meminfo-writer says whether memory may change, and is gone then")
    void memoryBalance() {
        BaseVM vm = Domains.create(system.qubes(), "StandaloneVM", "balanced", "kernel=");
        vm.features().set("service.meminfo-writer", "");
        assertFalse(vm.isDefault(QubesVM.MAXMEM));
        assertEquals("0", Domains.value(vm, "maxmem"));
        vm.features().set("service.meminfo-writer", "1");
        assertTrue(vm.isDefault(QubesVM.MAXMEM));
        assertFalse(vm.features().containsKey("service.meminfo-writer"));
        system.qubes().admin().features().set("service.meminfo-writer", "1");
    }

    @Test
    @DisplayName("what is being restored does not start")
    void restore() {
        BaseVM vm = Domains.create(system.qubes(), "StandaloneVM", "restored", "kernel=");
        vm.tags().add("backup-restore-in-progress");
        QubesVMError refused = assertThrows(QubesVMError.class, ((QubesVM) vm)::start);
        assertEquals("Restore of this domain in progress, cannot start", refused.getMessage());
        vm.tags().remove("backup-restore-in-progress");
        ((QubesVM) vm).start();
    }
}
