package qubes.ext.gui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static qubes.testkit.Domains.create;
import static qubes.testkit.Domains.heard;
import static qubes.testkit.Domains.named;
import static qubes.testkit.Domains.set;
import static qubes.testkit.Domains.tags;
import static qubes.testkit.Domains.value;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.error.QubesVMError;
import qubes.core.error.QubesVMInUseError;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Globals;
import qubes.core.vm.PowerState;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.testkit.QubesFixture;

class GuiRulesIT {
    private QubesFixture system;
    private Qubes qubes;
    private BaseVM work;

    @BeforeEach
    void start() {
        system = QubesFixture.with("qubes.vm.standalonevm", "qubes.ext.gui");
        qubes = system.qubes();
        for (String name : List.of("sys-gui", "sys-vnc", "sys.dot", "work")) {
            create(qubes, "StandaloneVM", name, "kernel=");
        }
        work = named(qubes, "work");
    }

    @AfterEach
    void stop() {
        system.close();
    }

    @Test
    @DisplayName("guivm sys-gui -> sys-vnc: the tag is replaced before the change is told")
    void replacementIsTold() throws Exception {
        set(work, "guivm=sys-gui");
        assertEquals(
                List.of(
                        "work property-pre-set:guivm",
                        "work domain-tag-delete:guivm-sys-gui",
                        "work domain-tag-add:guivm-sys-vnc",
                        "work property-set:guivm"),
                heard(qubes, () -> set(work, "guivm=sys-vnc")));
        assertEquals(
                List.of("work property-pre-set:guivm", "work property-set:guivm"),
                heard(qubes, () -> set(work, "guivm=sys-vnc")));
    }

    @Test
    @DisplayName("default_guivm = sys-gui: the tag of those at default follows")
    void defaultIsFollowed() throws Exception {
        set(named(qubes, "sys-vnc"), "guivm=dom0");
        set(named(qubes, "sys.dot"), "guivm=dom0");
        assertEquals(
                List.of(
                        "- property-pre-set:default_guivm",
                        "sys-gui domain-tag-delete:guivm-dom0",
                        "sys-gui domain-tag-add:guivm-sys-gui",
                        "sys-gui property-set:guivm",
                        "work domain-tag-delete:guivm-dom0",
                        "work domain-tag-add:guivm-sys-gui",
                        "work property-set:guivm",
                        "- property-set:default_guivm"),
                heard(
                        qubes,
                        () ->
                                qubes.set(
                                        Globals.DEFAULT_GUIVM,
                                        Optional.of(new DomainName("sys-gui")))));
        assertEquals("guivm-dom0", tags(named(qubes, "sys-vnc"), "guivm-"));
    }

    @Test
    @DisplayName("a tag that was lost while the extension was away is back with it")
    void tagsComeBack() throws Exception {
        system.felix().bundle("qubes.ext.gui").stop();
        work.tags().remove("guivm-dom0");
        set(work, "guivm=sys-gui");
        assertEquals("", tags(work, "guivm-"));
        system.felix().bundle("qubes.ext.gui").start();
        assertEquals("guivm-sys-gui", tags(work, "guivm-"));
    }

    @Test
    @DisplayName("nothing is kept in step once the extension is gone")
    void unloads() throws Exception {
        system.felix().bundle("qubes.ext.gui").stop();
        set(work, "guivm=sys-gui");
        create(qubes, "StandaloneVM", "later", "kernel=");
        assertEquals("guivm-dom0", tags(work, "guivm-"));
        assertEquals("", tags(named(qubes, "later"), "guivm-"));
    }

    @Test
    @DisplayName("keyboard_layout of a guivm is told on those it shows that have no own")
    void layoutIsTold() throws Exception {
        set(work, "guivm=sys-gui");
        set(named(qubes, "sys-vnc"), "guivm=sys-gui");
        set(named(qubes, "sys-vnc"), "keyboard_layout=de++");
        assertEquals(
                List.of(
                        "sys-gui property-pre-set:keyboard_layout",
                        "work property-reset:keyboard_layout",
                        "sys-gui property-set:keyboard_layout"),
                heard(qubes, () -> set(named(qubes, "sys-gui"), "keyboard_layout=fr++")));
        assertEquals("fr++", value(work, "keyboard_layout"));
        assertEquals(
                List.of(
                        "sys-gui property-pre-set:keyboard_layout",
                        "sys-gui property-set:keyboard_layout"),
                heard(qubes, () -> set(named(qubes, "sys-gui"), "keyboard_layout=fr++")));
    }

    @Test
    @DisplayName("dom0's keyboard_layout is told on those it shows")
    void layoutOfDom0IsTold() throws Exception {
        set(work, "guivm=");
        assertEquals(
                List.of(
                        "dom0 property-pre-set:keyboard_layout",
                        "sys-gui property-reset:keyboard_layout",
                        "sys-vnc property-reset:keyboard_layout",
                        "sys.dot property-reset:keyboard_layout",
                        "dom0 property-set:keyboard_layout"),
                heard(qubes, () -> set(qubes.admin(), "keyboard_layout=fr++")));
    }

    @Test
    @DisplayName("what a creator with set-created-guivm creates gets that guivm")
    void creatorChooses() {
        named(qubes, "sys-vnc").features().set("set-created-guivm", "sys-gui");
        work.tags().add("created-by-sys-vnc");
        assertEquals("sys-gui", value(work, "guivm"));
        assertEquals("guivm-sys-gui", tags(work, "guivm-"));
        BaseVM other = named(qubes, "sys-gui");
        other.tags().add("created-by-nobody");
        other.tags().add("created-by-dom0");
        assertEquals("dom0", value(other, "guivm"));
        named(qubes, "sys-vnc").features().set("set-created-guivm", "nowhere");
        assertThrows(QubesPropertyValueError.class, () -> other.tags().add("created-by-sys-vnc"));
    }

    @Test
    @DisplayName("it does not shut down under a running client, unless forced")
    void shutdownUnderClient() {
        QubesVM gui = (QubesVM) named(qubes, "sys-gui");
        set(gui, "guivm=sys-gui");
        set(work, "guivm=sys-gui");
        gui.start();
        ((QubesVM) work).start();
        QubesVMError refused = assertThrows(QubesVMError.class, () -> gui.shutdown(false, true));
        assertEquals(
                "sys-gui shows the windows of running qubes: work; shut these down first, or force it",
                refused.getMessage());
        assertEquals(
                Optional.empty(), Optional.of(refused).filter(QubesVMInUseError.class::isInstance));
        gui.shutdown(true, true);
        assertEquals(PowerState.HALTED, gui.powerState());
        gui.start();
        ((QubesVM) work).shutdown(false, true);
        gui.shutdown(false, true);
        assertEquals(PowerState.HALTED, gui.powerState());
    }
}
