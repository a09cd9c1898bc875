package qubes.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import qubes.core.hypervisor.GuestSpec;
import qubes.core.hypervisor.GuestState;
import qubes.core.hypervisor.Hypervisor;
import qubes.testkit.EmbeddedFelix;
import qubes.testkit.hypervisor.BareDomain;
import qubes.testkit.hypervisor.GuestRecorder;

/** libvirt's bundle, which keeps native callbacks and an event loop, comes and goes. */
class HypervisorLifeIT {
    @Test
    @DisplayName("guests start and their stops are told after the bundle was stopped, and updated")
    void comesAndGoes() throws Exception {
        try (EmbeddedFelix felix = EmbeddedFelix.empty()) {
            felix.configure(
                    "qubes.hypervisor.libvirt",
                    Map.of("uri", "test:///default", "accelerator", "tcg", "templates", ""));
            felix.start("qubes.hypervisor.libvirt");
            runOneGuest(felix.service(Hypervisor.class));
            Bundle libvirt = felix.bundle("qubes.hypervisor.libvirt");

            libvirt.stop();
            assertNull(felix.context().getServiceReference(Hypervisor.class));
            libvirt.start();
            runOneGuest(felix.service(Hypervisor.class));

            libvirt.update(); // other classes, the same native library
            runOneGuest(felix.service(Hypervisor.class));
        }
    }

    private static void runOneGuest(Hypervisor hypervisor) throws Exception {
        assertTrue(hypervisor.connected());
        assertEquals("test", hypervisor.kind());
        UUID uuid = UUID.randomUUID();
        GuestRecorder heard = new GuestRecorder();
        try (AutoCloseable listening = hypervisor.listen(heard)) {
            hypervisor.create(
                    new GuestSpec(
                            uuid,
                            "work",
                            400,
                            0,
                            2,
                            "pvh",
                            Optional.empty(),
                            Optional.empty(),
                            "",
                            List.of(),
                            new BareDomain("work")));
            hypervisor.resume(uuid);
            heard.await(GuestRecorder.What.RESUMED, uuid);
            hypervisor.destroy(uuid);
            heard.await(GuestRecorder.What.STOPPED, uuid);
            assertEquals(GuestState.HALTED, hypervisor.state(uuid));
            hypervisor.undefine(uuid);
        }
    }
}
