package qubes.ext.gui;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.vm.BaseVM;
import qubes.testkit.Domains;
import qubes.testkit.QubesFixture;

class GuiTagsIT {
    private static QubesFixture system;

    @BeforeAll
    static void start() {
        system = QubesFixture.with("qubes.vm.standalonevm", "qubes.ext.gui");
        Domains.create(system.qubes(), "StandaloneVM", "sys-gui", "kernel=");
        Domains.create(system.qubes(), "StandaloneVM", "sys-vnc", "kernel=");
        Domains.create(system.qubes(), "StandaloneVM", "sys.dot", "kernel=");
    }

    @AfterAll
    static void stop() {
        system.close();
    }

    @ParameterizedTest(name = "guivm: {0} | tags {1}")
    @CsvSource({
        "'', guivm-dom0",
        "sys-gui, guivm-sys-gui",
        "sys-gui -> sys-vnc, guivm-sys-vnc",
        "sys-gui -> sys-gui, guivm-sys-gui",
        "sys-gui -> dom0, guivm-dom0",
        "sys-gui -> <reset>, guivm-dom0",
        "sys-gui -> <none>, ''",
        "<none> -> sys-vnc, guivm-sys-vnc",
        "sys.dot, ''",
    })
    @DisplayName("The tag says who shows the windows, and nothing else")
    void tagFollows(String steps, String tags) {
        BaseVM vm =
                Domains.create(
                        system.qubes(),
                        "StandaloneVM",
                        "work-" + system.qubes().domains().size(),
                        "kernel=");
        Domains.walk(vm, "guivm", steps);
        assertEquals(tags, Domains.tags(vm, "guivm-"));
    }
}
