package qubes.vm.standalonevm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static qubes.testkit.Domains.create;
import static qubes.testkit.Domains.named;
import static qubes.testkit.Domains.value;
import static qubes.testkit.Domains.volume;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.event.Lifecycle;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Qubes;
import qubes.testkit.QubesFixture;

class StandaloneVMRulesIT {
    private QubesFixture system;
    private Qubes qubes;

    @BeforeEach
    void start() {
        system = QubesFixture.with("qubes.vm.standalonevm");
        qubes = system.qubes();
        create(qubes, "StandaloneVM", "alone", "kernel=");
    }

    @AfterEach
    void stop() {
        system.close();
    }

    @Test
    @DisplayName("all its volumes are its own")
    void volumes() {
        BaseVM alone = named(qubes, "alone");
        assertEquals(
                List.of("root", "private", "volatile", "kernel"),
                List.copyOf(alone.record().volumes().keySet()));
        assertEquals("True", volume(alone, "root", "save_on_stop"));
        assertEquals("10737418240", volume(alone, "root", "size"));
        assertEquals("", volume(alone, "root", "source"));
        assertEquals("appvms/alone/root", volume(alone, "root", "vid"));
    }

    @Test
    @DisplayName("it has no template, and its software stays")
    void noTemplate() {
        assertFalse(named(qubes, "alone").hasProperty("template"));
        assertEquals("True", value(named(qubes, "alone"), "updateable"));
        assertEquals("standalonevm-red", value(named(qubes, "alone"), "icon"));
    }

    @Test
    @DisplayName("an imported root boots as its template says that standalone qubes do")
    void bootModeOfImportedRoot() {
        BaseVM alone = named(qubes, "alone");
        alone.fire(new Lifecycle.ImportVolume(alone, "root", "tiny-root"));
        assertFalse(alone.features().containsKey("boot-mode.active"));
        alone.features().set("boot-mode.standalone-default", "safe");
        alone.fire(new Lifecycle.ImportVolume(alone, "root", "tiny-root"));
        assertFalse(alone.features().containsKey("boot-mode.active"));
        alone.features().set("boot-mode.kernelopts.safe", "nomodeset");
        alone.fire(new Lifecycle.ImportVolume(alone, "private", "tiny-private"));
        assertFalse(alone.features().containsKey("boot-mode.active"));
        alone.fire(new Lifecycle.ImportVolume(alone, "root", "tiny-root"));
        assertEquals("safe", alone.features().get("boot-mode.active"));
        assertEquals("safe", value(alone, "bootmode"));
        alone.features().set("boot-mode.standalone-default", "default");
        alone.fire(new Lifecycle.ImportVolume(alone, "root", "tiny-root"));
        assertEquals("default", value(alone, "bootmode"));
    }
}
