package qubes.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qubes.testkit.Domains.create;
import static qubes.testkit.Domains.named;

import java.nio.file.Files;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Bundle;
import qubes.core.error.QubesVMNotAvailableError;
import qubes.core.vm.BaseVM;
import qubes.core.vm.PowerState;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.testkit.QubesFixture;

/** Klasses that come and go under a system that runs. */
class KlassLifeIT {
    private QubesFixture system;
    private Qubes qubes;
    private Bundle appvm;

    @BeforeEach
    void start() {
        system =
                QubesFixture.with(
                        "qubes.vm.templatevm",
                        "qubes.vm.appvm",
                        "qubes.vm.standalonevm",
                        "qubes.vm.netvm",
                        "qubes.vm.dispvm",
                        "qubes.vm.remotevm");
        qubes = system.qubes();
        appvm = system.felix().bundle("qubes.vm.appvm");
        create(qubes, "TemplateVM", "tiny", "kernel=");
    }

    @AfterEach
    void stop() {
        system.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "TemplateVM, label=green",
        "StandaloneVM, label=green",
        "AppVM, template=tiny",
        "NetVM, template=tiny",
        "DispVM, template=dvm",
        "RemoteVM, label=green",
    })
    @DisplayName("every klass can be created, survives a restart of the core, and be removed")
    void everyKlassIsCreatable(String klass, String property) throws Exception {
        create(qubes, "AppVM", "dvm", "template=tiny", "template_for_dispvms=True");
        create(qubes, klass, "made", property);
        qubes.awaitDurable();
        Bundle core = system.felix().bundle("qubes.core");
        core.stop();
        core.start();
        Qubes again = system.qubes();
        BaseVM made = named(again, "made");
        assertTrue(made.available());
        assertEquals(klass, made.klass());
        again.remove(made);
        assertTrue(again.find(made.name()).isEmpty());
    }

    @Test
    @DisplayName("stopping a klass bundle keeps its domains, their place and their text")
    void stoppingAKlassBundleKeepsItsDomains() throws Exception {
        int qid = create(qubes, "AppVM", "work", "template=tiny", "memory=600").qid();
        String before = durableStore();
        appvm.stop();
        assertFalse(named(qubes, "work").available());
        assertEquals(qid, named(qubes, "work").qid());
        assertEquals("AppVM", named(qubes, "work").klass());
        named(qubes, "tiny").features().set("touched", "1");
        named(qubes, "tiny").features().remove("touched");
        assertEquals(before, durableStore());
        appvm.start();
        assertTrue(named(qubes, "work").available());
        assertEquals(600, named(qubes, "work").get(QubesVM.MEMORY));
        assertEquals(before, durableStore());
    }

    @Test
    @DisplayName(
            "an unavailable domain refuses typed reads with what to install, and its template stays in use")
    void unavailableDomainSaysWhatToInstall() throws Exception {
        create(qubes, "AppVM", "work", "template=tiny");
        appvm.stop();
        String message =
                assertThrows(
                                QubesVMNotAvailableError.class,
                                () -> named(qubes, "work").get(QubesVM.MEMORY))
                        .getMessage();
        assertTrue(message.contains("AppVM"), message);
        assertThrows(RuntimeException.class, () -> qubes.remove(named(qubes, "tiny")));
        assertTrue(qubes.find(named(qubes, "tiny").name()).isPresent());
    }

    @Test
    @DisplayName("a guest runs on while its klass is away, and is found running when it is back")
    void guestRunsOnWithoutItsKlass() throws Exception {
        QubesVM work = (QubesVM) create(qubes, "StandaloneVM", "work", "kernel=");
        work.start();
        Bundle standalone = system.felix().bundle("qubes.vm.standalonevm");
        standalone.stop();
        assertEquals(PowerState.RUNNING, named(qubes, "work").powerState());
        assertTrue(system.hypervisor().state(work.uuid()).active());
        standalone.start();
        QubesVM back = (QubesVM) named(qubes, "work");
        assertEquals(PowerState.RUNNING, back.powerState());
        back.kill();
        assertEquals(PowerState.HALTED, back.powerState());
    }

    @Test
    @DisplayName("an update of a klass bundle renews its domains' objects and nothing else")
    void updateRenewsItsDomains() throws Exception {
        BaseVM before = create(qubes, "AppVM", "work", "template=tiny");
        BaseVM template = named(qubes, "tiny");
        String text = durableStore();
        appvm.update();
        BaseVM after = named(qubes, "work");
        assertTrue(after.available());
        assertFalse(before.available());
        assertFalse(before.getClass() == after.getClass());
        assertSame(template, named(qubes, "tiny"));
        assertEquals(text, durableStore());
    }

    @Test
    @DisplayName("an unavailable domain can be removed")
    void unavailableDomainCanBeRemoved() throws Exception {
        create(qubes, "AppVM", "work", "template=tiny");
        appvm.uninstall();
        qubes.remove(named(qubes, "work"));
        assertFalse(durableStore().contains(">work<"));
    }

    @Test
    @DisplayName("without a hypervisor domains are kept, and their guests are found again")
    void hypervisorComesAndGoes() {
        QubesVM work = (QubesVM) create(qubes, "StandaloneVM", "work", "kernel=");
        work.start();
        system.hypervisorPresent(false);
        assertTrue(work.available());
        assertThrows(RuntimeException.class, work::pause);
        system.hypervisorPresent(true);
        assertEquals(PowerState.RUNNING, work.powerState());
    }

    private String durableStore() throws Exception {
        qubes.awaitDurable();
        return Files.readString(system.store());
    }
}
