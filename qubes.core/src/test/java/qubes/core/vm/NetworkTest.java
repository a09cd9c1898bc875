package qubes.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.error.QubesVMInUseError;
import qubes.core.error.QubesVMNotStartedError;
import qubes.core.error.QubesValueError;
import qubes.core.event.Lifecycle;
import qubes.core.hypervisor.GuestState;
import qubes.core.internal.system.PaperHypervisor;
import qubes.core.internal.system.Scene;

/** Rows "vm/mix/net" of spec network, its §1 and §2. */
class NetworkTest {
    @TempDir private Path home;

    private Scene scene;
    private BaseVM net1;
    private BaseVM net2;
    private BaseVM vm;

    @BeforeEach
    void open() {
        scene = Scene.open(home);
        net1 = scene.plain("net1", "provides_network=True");
        net2 = scene.plain("net2", "provides_network=True");
        vm = scene.plain("work");
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @Test
    @DisplayName("netvm is the system's by default, and not in the store")
    void defaultNetvm() {
        Scene.set(net1, "netvm=");
        scene.set("default_netvm=net1");
        assertEquals("net1", Scene.value(vm, "netvm"));
        assertEquals("-", Scene.stored(vm, "netvm"));
    }

    @Test
    @DisplayName("netvm = VM, reset, = name, = null")
    void netvm() {
        Scene.set(net1, "netvm=");
        scene.set("default_netvm=net1");
        vm.set(Network.NETVM, Optional.of(net2.name()));
        assertEquals("net2", Scene.stored(vm, "netvm"));
        Scene.reset(vm, "netvm");
        assertEquals("net1", Scene.value(vm, "netvm"));
        Scene.set(vm, "netvm=net2");
        assertEquals("net2", Scene.stored(vm, "netvm"));
        Scene.set(vm, "netvm=");
        assertEquals("", Scene.value(vm, "netvm"));
        assertEquals("", Scene.stored(vm, "netvm"));
    }

    @ParameterizedTest(name = "netvm = {0}: {1}")
    @CsvSource({
        "invalid, QubesPropertyValueError",
        "123, QubesPropertyValueError",
        "dom0, QubesValueError",
        "work, QubesValueError",
        "plain, QubesValueError",
    })
    @DisplayName("what is not there or gives no network is refused")
    void refusedNetvm(String name, String error) {
        scene.plain("plain");
        assertEquals(
                error,
                assertThrows(RuntimeException.class, () -> Scene.set(vm, "netvm=" + name))
                        .getClass()
                        .getSimpleName());
    }

    @Test
    @DisplayName("itself, and whoever gets network from it, is refused: set, reset and by default")
    void loops() throws Exception {
        Scene.set(net2, "netvm=net1");
        assertThrows(QubesValueError.class, () -> Scene.set(net1, "netvm=net1"));
        assertThrows(QubesValueError.class, () -> Scene.set(net1, "netvm=net2"));
        assertThrows(QubesPropertyValueError.class, () -> scene.set("default_netvm=net2"));
        Scene.set(net1, "netvm=");
        scene.set("default_netvm=net2");
        assertEquals(
                List.of("net1 property-pre-reset:netvm"),
                scene.heard(
                        () ->
                                assertThrows(
                                        QubesValueError.class, () -> Scene.reset(net1, "netvm"))));
        assertEquals("", Scene.value(net1, "netvm"));
    }

    @Test
    @DisplayName("a reset whose default differs is told as a change")
    void resetThatDiffers() throws Exception {
        Scene.set(net1, "netvm=");
        scene.set("default_netvm=net1");
        Scene.set(vm, "netvm=net2");
        assertEquals(
                List.of(
                        "work property-pre-reset:netvm",
                        "work property-pre-set:netvm",
                        "work property-pre-del:netvm",
                        "work property-set:netvm",
                        "work property-reset:netvm",
                        "work property-del:netvm"),
                scene.heard(() -> Scene.reset(vm, "netvm")));
        assertEquals(
                List.of(
                        "work property-pre-reset:netvm",
                        "work property-pre-del:netvm",
                        "work property-reset:netvm",
                        "work property-del:netvm"),
                scene.heard(() -> Scene.reset(vm, "netvm")));
    }

    @Test
    @DisplayName("who is used keeps giving network, unless the property is reset")
    void providesNetwork() {
        Scene.set(vm, "netvm=net1");
        assertThrows(QubesValueError.class, () -> Scene.set(net1, "provides_network=False"));
        Scene.reset(net1, "provides_network");
        assertEquals("False", Scene.value(net1, "provides_network"));
        assertEquals("net1", Scene.value(vm, "netvm"));
        Scene.set(net1, "provides_network=True");
        Scene.set(vm, "netvm=");
        Scene.set(net1, "provides_network=False");
    }

    @Test
    @DisplayName("connected are those whose effective netvm it is")
    void connected() {
        Scene.set(net1, "netvm=");
        Scene.set(net2, "netvm=net1");
        scene.set("default_netvm=net1");
        assertEquals(List.of(net2, vm), net1.find(Network.class).orElseThrow().connected());
        Scene.set(vm, "netvm=net2");
        assertEquals(List.of(net2), net1.find(Network.class).orElseThrow().connected());
    }

    @ParameterizedTest(name = "{0} of {1}: \"{2}\"")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ip               | up     | 10.137.0.4
                    ip               | client | 10.137.0.5
                    ip               | lonely | ''
                    ip               | passing | 10.138.1.1
                    ip6              | up     | fd09:24ef:4179::a89:4
                    ip6              | client | fd09:24ef:4179::a89:5
                    ip6              | lonely | ''
                    ip6              | passing | fd09:24ef:4179::a8a:ff
                    visible_ip       | up     | 10.137.0.4
                    visible_ip       | client | 10.137.0.5
                    visible_ip6      | client | fd09:24ef:4179::a89:5
                    gateway          | up     | 10.137.0.4
                    gateway          | client | ''
                    gateway6         | up     | fd09:24ef:4179::a89:4
                    gateway6         | client | ''
                    visible_gateway  | up     | ''
                    visible_gateway  | client | 10.137.0.4
                    visible_gateway  | lonely | ''
                    visible_gateway6 | up     | ''
                    visible_gateway6 | client | fd09:24ef:4179::a89:4
                    visible_netmask  | client | 255.255.255.255
                    visible_netmask  | up     | ''
                    visible_netmask  | lonely | ''
                    dns              | up     | 10.139.1.1 10.139.1.2
                    dns              | client | 10.139.1.1 10.139.1.2
                    dns              | lonely | ''
                    mac              | client | 00:16:3e:5e:6c:00
                    """)
    @DisplayName("addresses follow from the number, the netvm and the feature ipv6 along netvms")
    void addresses(String property, String name, String expected) {
        BaseVM up = scene.plain("up", "provides_network=True"); // qid 4
        scene.plain("client", "netvm=up");
        scene.plain("lonely");
        scene.create("PassingVM", "passing", "template=work", "dispid=255", "netvm=up");
        up.features().set("ipv6", true);
        assertEquals(expected, Scene.value(scene.named(name), property));
    }

    @Test
    @DisplayName("ipv6 only on a client gives it an address, and no gateway")
    void ipv6OfClientOnly() {
        Scene.set(vm, "netvm=net1");
        assertEquals("", Scene.value(vm, "ip6"));
        vm.features().set("ipv6", true);
        assertEquals("fd09:24ef:4179::a89:3", Scene.value(vm, "ip6"));
        assertEquals("", Scene.value(vm, "visible_gateway6"));
        net1.features().set("ipv6", true);
        assertEquals("fd09:24ef:4179::a89:1", Scene.value(vm, "visible_gateway6"));
        vm.features().set("ipv6", false);
        assertEquals("", Scene.value(vm, "ip6"));
        assertEquals("", Scene.value(vm, "visible_gateway6"));
    }

    @Test
    @DisplayName(
            "the features net.fake-* hide addresses, also from the template; empty ones do not")
    void fakeAddresses() {
        BaseVM base = scene.plain("base");
        BaseVM app = scene.derived("app", base, "netvm=net1", "ip=10.0.0.9");
        base.features().set("net.fake-ip", "192.168.1.2");
        base.features().set("net.fake-gateway", "192.168.1.1");
        base.features().set("net.fake-netmask", "255.255.255.0");
        assertEquals("10.0.0.9", Scene.value(app, "ip"));
        assertEquals("192.168.1.2", Scene.value(app, "visible_ip"));
        assertEquals("192.168.1.1", Scene.value(app, "visible_gateway"));
        assertEquals("255.255.255.0", Scene.value(app, "visible_netmask"));
        for (String feature : List.of("ip", "gateway", "netmask")) {
            app.features().set("net.fake-" + feature, "");
        }
        assertEquals("10.0.0.9", Scene.value(app, "visible_ip"));
        assertEquals("10.137.0.1", Scene.value(app, "visible_gateway"));
        assertEquals("255.255.255.255", Scene.value(app, "visible_netmask"));
    }

    @Test
    @DisplayName("a provider's fake address is the gateway of its clients")
    void fakeGateway() {
        Scene.set(vm, "netvm=net1");
        net1.features().set("net.fake-ip", "172.16.0.1");
        assertEquals("172.16.0.1", Scene.value(net1, "gateway"));
        assertEquals("172.16.0.1", Scene.value(vm, "visible_gateway"));
    }

    @Test
    @DisplayName("who no longer gives network and has none is no netmask either")
    void netmaskOfFormerProvider() {
        Scene.set(vm, "netvm=net1");
        Scene.reset(net1, "provides_network");
        assertEquals("", Scene.value(vm, "visible_netmask"));
        assertEquals("", Scene.value(vm, "visible_gateway"));
    }

    @Test
    @DisplayName("an address that was set replaces the derived one, and cannot be none")
    void explicitAddress() {
        Scene.set(vm, "ip=1.2.3.4");
        Scene.set(vm, "ip6=FD00::1");
        assertEquals("1.2.3.4", Scene.value(vm, "ip"));
        assertEquals("fd00::1", Scene.value(vm, "ip6"));
        assertThrows(QubesValueError.class, () -> Scene.set(vm, "ip="));
        assertThrows(IllegalArgumentException.class, () -> vm.set(Network.IP, Optional.empty()));
        assertThrows(IllegalArgumentException.class, () -> vm.set(Network.IP6, Optional.empty()));
        Scene.reset(vm, "ip");
        assertEquals("", Scene.value(vm, "ip"));
    }

    @ParameterizedTest(name = "running: {0} -> {1}")
    @CsvSource({"'', net1", "net1, ''", "net1, net2"})
    @DisplayName("a running domain changes its netvm, and the new one hears of it")
    void running(String from, String to) throws Exception {
        PaperHypervisor hypervisor = scene.with(new PaperHypervisor("memory", 4096));
        Scene.set(vm, "netvm=" + from);
        for (BaseVM each : List.of(vm, net1, net2)) {
            hypervisor.write(each, GuestState.RUNNING);
        }
        List<String> heard = scene.heard(() -> Scene.set(vm, "netvm=" + to));
        assertEquals(to, Scene.value(vm, "netvm"));
        assertEquals(
                to.isEmpty()
                        ? List.of("work property-pre-set:netvm", "work property-set:netvm")
                        : List.of(
                                "work property-pre-set:netvm",
                                to + " net-domain-connect",
                                "work property-set:netvm"),
                heard);
        assertFalse(vm.features().containsKey("deferred-netvm-original"));
    }

    @Test
    @DisplayName("a running domain does not get a netvm that does not run")
    void stoppedNetvm() {
        PaperHypervisor hypervisor = scene.with(new PaperHypervisor("memory", 4096));
        hypervisor.write(vm, GuestState.RUNNING);
        assertThrows(QubesVMNotStartedError.class, () -> Scene.set(vm, "netvm=net1"));
        assertEquals("", Scene.value(vm, "netvm"));
    }

    @ParameterizedTest(name = "paused: {0} -> net2 -> net1")
    @ValueSource(strings = {"net1", ""})
    @DisplayName("what a paused guest had is remembered, once, until it runs on")
    void paused(String original) throws Exception {
        PaperHypervisor hypervisor = scene.with(new PaperHypervisor("memory", 4096));
        Scene.set(vm, "netvm=" + original);
        hypervisor.write(vm, GuestState.PAUSED);
        hypervisor.write(net1, GuestState.RUNNING);
        hypervisor.write(net2, GuestState.RUNNING);
        Scene.set(vm, "netvm=net2");
        assertEquals(original, vm.features().get("deferred-netvm-original"));
        Scene.set(vm, "netvm=net1");
        Scene.set(vm, "netvm=net2");
        assertEquals(original, vm.features().get("deferred-netvm-original"));
        hypervisor.write(vm, GuestState.RUNNING);
        assertEquals(
                List.of(
                        "work property-pre-set:netvm",
                        "net2 net-domain-connect",
                        "work property-set:netvm",
                        "work domain-feature-pre-delete:deferred-netvm-original",
                        "work domain-feature-delete:deferred-netvm-original",
                        "work domain-unpaused"),
                scene.heard(() -> vm.fire(new Lifecycle.Unpaused(vm))));
        assertFalse(vm.features().containsKey("deferred-netvm-original"));
    }

    @Test
    @DisplayName("a change put off waits for a netvm that does not run, and ends with the guest")
    void putOffFurther() throws Exception {
        PaperHypervisor hypervisor = scene.with(new PaperHypervisor("memory", 4096));
        Scene.set(vm, "netvm=net1");
        hypervisor.write(vm, GuestState.PAUSED);
        hypervisor.write(net2, GuestState.RUNNING);
        Scene.set(vm, "netvm=net2");
        hypervisor.write(net2, GuestState.HALTED);
        hypervisor.write(vm, GuestState.RUNNING);
        vm.find(Network.class).orElseThrow().applyDeferredNetvm();
        assertEquals("net1", vm.features().get("deferred-netvm-original"));
        hypervisor.write(net2, GuestState.RUNNING);
        net2.fire(new Lifecycle.Started(net2, true));
        assertFalse(vm.features().containsKey("deferred-netvm-original"));
        vm.features().set("deferred-netvm-original", "net1");
        vm.fire(new Lifecycle.Shutdown(vm));
        assertFalse(vm.features().containsKey("deferred-netvm-original"));
    }

    @Test
    @DisplayName("a change to none that was put off is told beforehand only")
    void putOffToNone() throws Exception {
        PaperHypervisor hypervisor = scene.with(new PaperHypervisor("memory", 4096));
        Scene.set(vm, "netvm=net1");
        hypervisor.write(vm, GuestState.PAUSED);
        Scene.set(vm, "netvm=");
        hypervisor.write(vm, GuestState.RUNNING);
        assertEquals(
                List.of(
                        "work property-pre-set:netvm",
                        "work domain-feature-pre-delete:deferred-netvm-original",
                        "work domain-feature-delete:deferred-netvm-original"),
                scene.heard(vm.find(Network.class).orElseThrow()::applyDeferredNetvm));
    }

    @Test
    @DisplayName("a netvm with a running client does not shut down, unless forced")
    void shutdown() {
        PaperHypervisor hypervisor = scene.with(new PaperHypervisor("memory", 4096));
        Scene.set(vm, "netvm=net1");
        net1.fire(new Lifecycle.PreShutdown(net1, false));
        hypervisor.write(vm, GuestState.RUNNING);
        QubesVMInUseError refusal =
                assertThrows(
                        QubesVMInUseError.class,
                        () -> net1.fire(new Lifecycle.PreShutdown(net1, false)));
        assertTrue(refusal.getMessage().contains("work"), refusal.getMessage());
        net1.fire(new Lifecycle.PreShutdown(net1, true));
    }

    @Test
    @DisplayName("a disposable that nobody uses yet keeps no netvm up, and is not told of another")
    void startedInAdvance() throws Exception {
        PaperHypervisor hypervisor = scene.with(new PaperHypervisor("memory", 4096));
        BaseVM disposable = scene.create("PassingVM", "disp1", "template=work", "netvm=net1");
        disposable.tags().add("started-in-advance");
        hypervisor.write(disposable, GuestState.PAUSED);
        hypervisor.write(net1, GuestState.RUNNING);
        hypervisor.write(net2, GuestState.RUNNING);
        net1.fire(new Lifecycle.PreShutdown(net1, false));
        Scene.set(disposable, "netvm=net2");
        hypervisor.write(disposable, GuestState.RUNNING);
        assertEquals(
                List.of("disp1 domain-unpaused"),
                scene.heard(() -> disposable.fire(new Lifecycle.Unpaused(disposable))));
        assertEquals("net1", disposable.features().get("deferred-netvm-original"));
        disposable.tags().remove("started-in-advance");
        assertThrows(
                QubesVMInUseError.class, () -> net2.fire(new Lifecycle.PreShutdown(net2, false)));
        disposable.find(Network.class).orElseThrow().applyDeferredNetvm();
        assertFalse(disposable.features().containsKey("deferred-netvm-original"));
    }
}
