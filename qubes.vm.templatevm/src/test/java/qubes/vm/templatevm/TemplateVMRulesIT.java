package qubes.vm.templatevm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qubes.testkit.Domains.create;
import static qubes.testkit.Domains.heard;
import static qubes.testkit.Domains.named;
import static qubes.testkit.Domains.reset;
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
import qubes.core.error.QubesValueError;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.Globals;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.testkit.QubesFixture;

class TemplateVMRulesIT {
    private QubesFixture system;
    private Qubes qubes;

    @BeforeEach
    void start() {
        system = QubesFixture.with("qubes.vm.templatevm");
        qubes = system.qubes();
        system.felix().context().registerService(DomainFactory.class, new Child.Factory(), null);
        create(qubes, "TemplateVM", "tiny", "kernel=");
    }

    @AfterEach
    void stop() {
        system.close();
    }

    @Test
    @DisplayName("a template has no network unless told, whatever the system's default")
    void cutOff() {
        create(qubes, "Child", "net", "template=tiny", "provides_network=True", "netvm=");
        qubes.set(Globals.DEFAULT_NETVM, Optional.of(new DomainName("net")));
        BaseVM tiny = named(qubes, "tiny");
        assertEquals("", value(tiny, "netvm"));
        assertEquals("net", value(create(qubes, "Child", "work", "template=tiny"), "netvm"));
        set(tiny, "netvm=net");
        assertEquals("net", value(tiny, "netvm"));
    }

    @Test
    @DisplayName("its netvm is checked as any other's")
    void netvmIsChecked() {
        create(qubes, "Child", "work", "template=tiny");
        assertThrows(QubesValueError.class, () -> set(named(qubes, "tiny"), "netvm=work"));
        assertThrows(QubesPropertyValueError.class, () -> set(named(qubes, "tiny"), "netvm=nope"));
    }

    @Test
    @DisplayName(
            "a change of what others inherit is told of those at the default, and of no others")
    void inheritedChange() throws Exception {
        create(qubes, "Child", "follows", "template=tiny");
        create(qubes, "Child", "own", "template=tiny", "memory=300");
        BaseVM tiny = named(qubes, "tiny");
        assertEquals(
                List.of(
                        "tiny property-pre-set:memory",
                        "follows property-reset:memory",
                        "tiny property-set:memory"),
                heard(qubes, () -> set(tiny, "memory=500")));
        assertEquals("500", value(named(qubes, "follows"), "memory"));
        assertEquals("300", value(named(qubes, "own"), "memory"));
        assertEquals(
                List.of("tiny property-pre-set:memory", "tiny property-set:memory"),
                heard(qubes, () -> set(tiny, "memory=500")));
        assertEquals(
                List.of("tiny property-pre-set:debug", "tiny property-set:debug"),
                heard(qubes, () -> set(tiny, "debug=True")));
    }

    @Test
    @DisplayName("each property that others inherit is told of, a reset of it is not")
    void everyInheritedProperty() throws Exception {
        create(qubes, "Child", "work", "template=tiny");
        BaseVM tiny = named(qubes, "tiny");
        for (String assignment :
                List.of(
                        "default_user=root",
                        "kernelopts=quiet",
                        "vcpus=3",
                        "memory=300",
                        "maxmem=3000",
                        "qrexec_timeout=7",
                        "shutdown_timeout=8")) {
            String property = assignment.substring(0, assignment.indexOf('='));
            List<String> heard = heard(qubes, () -> set(tiny, assignment));
            assertEquals("tiny property-pre-set:" + property, heard.get(0));
            assertTrue(heard.contains("work property-reset:" + property), heard::toString);
            assertEquals("tiny property-set:" + property, heard.get(heard.size() - 1));
            assertEquals(
                    List.of(
                            "tiny property-pre-reset:" + property,
                            "tiny property-pre-del:" + property,
                            "tiny property-reset:" + property,
                            "tiny property-del:" + property),
                    heard(qubes, () -> reset(tiny, property)));
        }
    }

    @Test
    @DisplayName("the boot mode of qubes at the default follows the template's feature")
    void bootMode() throws Exception {
        BaseVM work = create(qubes, "Child", "work", "template=tiny");
        BaseVM tiny = named(qubes, "tiny");
        tiny.features().set("boot-mode.kernelopts.safe", "nomodeset");
        assertEquals("default", value(tiny, "appvm_default_bootmode"));
        assertEquals(
                List.of(
                        "tiny domain-feature-pre-set:boot-mode.appvm-default",
                        "work property-reset:bootmode",
                        "tiny property-reset:appvm_default_bootmode",
                        "work property-reset:bootmode",
                        "tiny domain-feature-set:boot-mode.appvm-default"),
                heard(qubes, () -> tiny.features().set("boot-mode.appvm-default", "safe")));
        assertEquals("safe", value(tiny, "appvm_default_bootmode"));
        assertEquals("safe", value(work, "bootmode"));
        assertEquals("default", value(tiny, "bootmode"));
        set(tiny, "appvm_default_bootmode=default");
        assertEquals("default", value(work, "bootmode"));
    }

    @Test
    @DisplayName("its files are under vm-templates")
    void directory() {
        QubesVM tiny = (QubesVM) named(qubes, "tiny");
        assertEquals(system.home().resolve("vm-templates/tiny"), tiny.storage().directory());
        assertEquals("vm-templates/tiny/root", volume(tiny, "root", "vid"));
        assertEquals("templatevm-red", value(tiny, "icon"));
        assertTrue(tiny.get(QubesVM.UPDATEABLE));
    }
}
