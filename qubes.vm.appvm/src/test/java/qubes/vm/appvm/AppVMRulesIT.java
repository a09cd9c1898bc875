package qubes.vm.appvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static qubes.testkit.Domains.create;
import static qubes.testkit.Domains.heard;
import static qubes.testkit.Domains.named;
import static qubes.testkit.Domains.set;
import static qubes.testkit.Domains.value;
import static qubes.testkit.Domains.volume;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.error.QubesVMNotHaltedError;
import qubes.core.error.QubesValueError;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Globals;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.testkit.Domains;
import qubes.testkit.QubesFixture;

class AppVMRulesIT {
    private QubesFixture system;
    private Qubes qubes;

    @BeforeEach
    void start() {
        system = QubesFixture.with("qubes.vm.templatevm", "qubes.vm.appvm");
        qubes = system.qubes();
        create(qubes, "TemplateVM", "tiny", "kernel=");
        create(qubes, "TemplateVM", "other", "kernel=");
    }

    @AfterEach
    void stop() {
        system.close();
    }

    @Test
    @DisplayName("a new qube's root starts from its template's, its private volume is its own")
    void volumes() {
        BaseVM work = create(qubes, "AppVM", "work", "template=tiny");
        assertEquals(
                List.of("root", "private", "volatile", "kernel"),
                List.copyOf(work.record().volumes().keySet()));
        assertEquals("True", volume(work, "root", "snap_on_start"));
        assertEquals("False", volume(work, "root", "save_on_stop"));
        assertEquals(volume(named(qubes, "tiny"), "root", "vid"), volume(work, "root", "source"));
        assertEquals(volume(named(qubes, "tiny"), "root", "size"), volume(work, "root", "size"));
        assertEquals("", volume(work, "private", "source"));
        assertEquals("True", volume(work, "private", "save_on_stop"));
        assertEquals("False", volume(work, "volatile", "save_on_stop"));
    }

    @Test
    @DisplayName("another template while halted: root starts from that one's, and keeps its own id")
    void templateChange() {
        BaseVM work = create(qubes, "AppVM", "work", "template=tiny");
        String vid = volume(work, "root", "vid");
        set(work, "template=other");
        assertEquals(volume(named(qubes, "other"), "root", "vid"), volume(work, "root", "source"));
        assertEquals(vid, volume(work, "root", "vid"));
    }

    @Test
    @DisplayName("the template does not change while the qube runs")
    void templateOfRunning() {
        QubesVM work = (QubesVM) create(qubes, "AppVM", "work", "template=tiny");
        work.start();
        assertEquals(
                "Cannot change template while qube is running",
                assertThrows(QubesVMNotHaltedError.class, () -> set(work, "template=other"))
                        .getMessage());
        assertEquals("tiny", value(work, "template"));
        work.kill();
        set(work, "template=other");
        assertEquals("other", value(work, "template"));
    }

    @Test
    @DisplayName("only a TemplateVM that is there can be the template")
    void whatCanBeTheTemplate() {
        BaseVM work = create(qubes, "AppVM", "work", "template=tiny");
        create(qubes, "AppVM", "mail", "template=tiny");
        assertThrows(QubesPropertyValueError.class, () -> set(work, "template=mail"));
        assertThrows(QubesPropertyValueError.class, () -> set(work, "template=nope"));
        assertThrows(QubesPropertyValueError.class, () -> set(work, "template="));
        assertThrows(
                QubesPropertyValueError.class,
                () -> create(qubes, "AppVM", "bad", "template=mail"));
        assertEquals("tiny", value(work, "template"));
        assertEquals(Optional.empty(), qubes.find(new DomainName("bad")));
    }

    @Test
    @DisplayName("the template cannot be reset; the message offers the system's default")
    void reset() {
        BaseVM work = create(qubes, "AppVM", "work", "template=tiny");
        assertEquals(
                "Cannot unset template",
                assertThrows(QubesValueError.class, () -> Domains.reset(work, "template"))
                        .getMessage());
        qubes.set(Globals.DEFAULT_TEMPLATE, Optional.of(new DomainName("other")));
        assertEquals(
                "Cannot unset template. You can set it to the current default (other) instead",
                assertThrows(QubesValueError.class, () -> Domains.reset(work, "template"))
                        .getMessage());
    }

    @Test
    @DisplayName("without a template asked for it is the system's default, without that an error")
    void defaultTemplate() {
        assertThrows(QubesValueError.class, () -> create(qubes, "AppVM", "none"));
        qubes.set(Globals.DEFAULT_TEMPLATE, Optional.of(new DomainName("other")));
        assertEquals("other", value(create(qubes, "AppVM", "work"), "template"));
    }

    @Test
    @DisplayName("its icon is an app's, and a template's once disposables can be made from it")
    void icon() throws Exception {
        BaseVM work = create(qubes, "AppVM", "work", "template=tiny");
        assertEquals("appvm-red", value(work, "icon"));
        assertEquals(
                List.of(
                        "work property-pre-set:template_for_dispvms",
                        "work property-reset:icon",
                        "work property-set:template_for_dispvms"),
                heard(qubes, () -> set(work, "template_for_dispvms=True")));
        assertEquals("templatevm-red", value(work, "icon"));
    }
}
