package qubes.vm.netvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.error.QubesVMInUseError;
import qubes.core.error.QubesVMNotHaltedError;
import qubes.core.error.QubesVMNotStartedError;
import qubes.core.error.QubesValueError;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Network;
import qubes.core.vm.PowerState;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.testkit.QubesFixture;

class NetVMRulesIT {
    private QubesFixture system;
    private Qubes qubes;

    @BeforeEach
    void start() {
        system = QubesFixture.with("qubes.vm.templatevm", "qubes.vm.appvm", "qubes.vm.netvm");
        qubes = system.qubes();
        create(qubes, "TemplateVM", "tiny", "kernel=");
        create(qubes, "NetVM", "net", "template=tiny");
    }

    @AfterEach
    void stop() {
        system.close();
    }

    @Test
    @DisplayName("it gives network from birth, and so can be another's netvm")
    void providesNetwork() {
        assertEquals("True", value(named(qubes, "net"), "provides_network"));
        assertTrue(named(qubes, "net").isDefault(Network.PROVIDES_NETWORK));
        assertEquals(
                "net",
                value(create(qubes, "AppVM", "work", "template=tiny", "netvm=net"), "netvm"));
        assertEquals("10.137.0.2", value(named(qubes, "net"), "ip"));
    }

    @Test
    @DisplayName("it goes on giving network while others use it")
    void staysWhileUsed() {
        create(qubes, "AppVM", "work", "template=tiny", "netvm=net");
        assertThrows(
                QubesValueError.class, () -> set(named(qubes, "net"), "provides_network=False"));
        set(named(qubes, "work"), "netvm=");
        set(named(qubes, "net"), "provides_network=False");
        assertThrows(QubesValueError.class, () -> set(named(qubes, "work"), "netvm=net"));
    }

    @Test
    @DisplayName("it does not shut down under a running client, unless forced")
    void shutdownUnderClient() {
        QubesVM net = (QubesVM) named(qubes, "net");
        QubesVM work = (QubesVM) create(qubes, "AppVM", "work", "template=tiny", "netvm=net");
        work.start();
        assertEquals(PowerState.RUNNING, net.powerState());
        assertThrows(QubesVMInUseError.class, () -> net.shutdown(false, true));
        assertEquals(PowerState.RUNNING, net.powerState());
        net.shutdown(true, true);
        assertEquals(PowerState.HALTED, net.powerState());
    }

    @Test
    @DisplayName("it is marked as serving others, as long as it does")
    void servicevm() {
        BaseVM net = named(qubes, "net");
        assertEquals("1", net.features().get("servicevm"));
        assertEquals("servicevm-red", value(net, "icon"));
        set(net, "provides_network=False");
        assertNull(net.features().get("servicevm"));
        assertEquals("appvm-red", value(net, "icon"));
        reset(net, "provides_network");
        assertEquals("servicevm-red", value(net, "icon"));
        assertNull(
                create(qubes, "NetVM", "off", "template=tiny", "provides_network=False")
                        .features()
                        .get("servicevm"));
    }

    @Test
    @DisplayName("a running client moves to another that runs, and only to one that runs")
    void runningClient() throws Exception {
        QubesVM other = (QubesVM) create(qubes, "NetVM", "other", "template=tiny");
        QubesVM work = (QubesVM) create(qubes, "AppVM", "work", "template=tiny", "netvm=net");
        work.start();
        assertThrows(QubesVMNotStartedError.class, () -> set(work, "netvm=other"));
        other.start();
        assertEquals(
                List.of(
                        "work property-pre-set:netvm",
                        "other net-domain-connect",
                        "work property-set:netvm"),
                heard(qubes, () -> set(work, "netvm=other")));
        set(work, "netvm=");
        set(work, "netvm=net");
        assertEquals("net", value(work, "netvm"));
    }

    @Test
    @DisplayName("a paused client moves when it runs on; a shut down one has nothing to be told")
    void pausedClient() throws Exception {
        QubesVM other = (QubesVM) create(qubes, "NetVM", "other", "template=tiny");
        QubesVM work = (QubesVM) create(qubes, "AppVM", "work", "template=tiny", "netvm=net");
        work.start();
        other.start();
        work.pause();
        set(work, "netvm=other");
        assertEquals("net", work.features().get("deferred-netvm-original"));
        assertTrue(heard(qubes, work::unpause).contains("other net-domain-connect"));
        assertNull(work.features().get("deferred-netvm-original"));
        work.pause();
        set(work, "netvm=net");
        work.kill();
        assertNull(work.features().get("deferred-netvm-original"));
        assertEquals("net", value(work, "netvm"));
    }

    @Test
    @DisplayName("its template is a TemplateVM and changes only while it is halted")
    void template() {
        create(qubes, "TemplateVM", "other", "kernel=");
        QubesVM net = (QubesVM) named(qubes, "net");
        assertThrows(QubesPropertyValueError.class, () -> set(net, "template=net"));
        net.start();
        assertThrows(QubesVMNotHaltedError.class, () -> set(net, "template=other"));
        net.kill();
        set(net, "template=other");
        assertEquals(volume(named(qubes, "other"), "root", "vid"), volume(net, "root", "source"));
        assertThrows(QubesValueError.class, () -> reset(net, "template"));
    }
}
