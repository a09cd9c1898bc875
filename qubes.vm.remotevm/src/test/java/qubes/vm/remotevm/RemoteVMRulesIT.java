package qubes.vm.remotevm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qubes.testkit.Domains.create;
import static qubes.testkit.Domains.named;
import static qubes.testkit.Domains.set;
import static qubes.testkit.Domains.value;

import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.PowerState;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.testkit.QubesFixture;

class RemoteVMRulesIT {
    private QubesFixture system;
    private Qubes qubes;

    @BeforeEach
    void start() {
        system = QubesFixture.with("qubes.vm.standalonevm", "qubes.vm.remotevm");
        qubes = system.qubes();
        create(qubes, "StandaloneVM", "relay", "kernel=");
        create(qubes, "RemoteVM", "far");
    }

    @AfterEach
    void stop() {
        system.close();
    }

    @Test
    @DisplayName("it always runs, has no volumes, and is not in backups")
    void nothingHere() {
        BaseVM far = named(qubes, "far");
        assertEquals(PowerState.RUNNING, far.powerState());
        assertFalse(far.isHalted());
        assertTrue(far.record().volumes().isEmpty());
        assertEquals("False", value(far, "include_in_backups"));
        assertEquals("remotevm-red", value(far, "icon"));
        assertEquals(Optional.empty(), far.as(QubesVM.class));
    }

    @Test
    @DisplayName("only a local qube can relay to it")
    void relay() {
        BaseVM far = named(qubes, "far");
        create(qubes, "RemoteVM", "farther");
        assertThrows(QubesPropertyValueError.class, () -> set(far, "relayvm=farther"));
        assertThrows(QubesPropertyValueError.class, () -> set(far, "relayvm=nope"));
        set(far, "relayvm=relay");
        assertEquals("relay", value(far, "relayvm"));
        set(far, "relayvm=");
        assertEquals("", value(far, "relayvm"));
    }

    @Test
    @DisplayName("its texts are kept as they are, and it can be removed")
    void texts() {
        BaseVM far = named(qubes, "far");
        set(far, "remote_name=work at home");
        set(far, "transport_rpc=qubesair.Ssh");
        assertEquals("work at home", value(far, "remote_name"));
        assertEquals("qubesair.Ssh", value(far, "transport_rpc"));
        set(far, "remote_name=");
        assertEquals("", value(far, "remote_name"));
        assertFalse(far.isDefault(far.properties().find("remote_name").orElseThrow()));
        qubes.remove(far);
        assertEquals(Optional.empty(), qubes.find(new DomainName("far")));
    }
}
