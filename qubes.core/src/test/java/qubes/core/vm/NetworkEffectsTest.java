package qubes.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.internal.system.Scene;

/** What listeners hear of computed values when an address changes: spec events §3. */
class NetworkEffectsTest {
    @TempDir private Path home;

    private Scene scene;
    private BaseVM net;
    private BaseVM vm;

    @BeforeEach
    void open() {
        scene = Scene.open(home);
        net = scene.plain("net", "provides_network=True");
        vm = scene.plain("work", "netvm=net");
        scene.plain("other");
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @Test
    @DisplayName("a provider's ip: its gateway, its visible ip, its clients' gateway")
    void ipOfProvider() throws Exception {
        assertEquals(
                List.of(
                        "net property-pre-set:ip",
                        "net property-reset:gateway",
                        "net property-reset:visible_ip",
                        "work property-reset:visible_gateway",
                        "net property-set:ip"),
                scene.heard(() -> Scene.set(net, "ip=10.0.0.1")));
        assertEquals(
                List.of("net property-pre-set:ip", "net property-set:ip"),
                scene.heard(() -> Scene.set(net, "ip=10.0.0.1")));
        assertEquals(
                List.of(
                        "net property-pre-reset:ip",
                        "net property-pre-del:ip",
                        "net property-reset:gateway",
                        "net property-reset:visible_ip",
                        "work property-reset:visible_gateway",
                        "net property-reset:ip",
                        "net property-del:ip"),
                scene.heard(() -> Scene.reset(net, "ip")));
        assertEquals(
                List.of(
                        "net property-pre-reset:ip",
                        "net property-pre-del:ip",
                        "net property-reset:ip",
                        "net property-del:ip"),
                scene.heard(() -> Scene.reset(net, "ip")));
    }

    @Test
    @DisplayName("a client's ip: its visible ip only")
    void ipOfClient() throws Exception {
        assertEquals(
                List.of(
                        "work property-pre-set:ip",
                        "work property-reset:visible_ip",
                        "work property-set:ip"),
                scene.heard(() -> Scene.set(vm, "ip=10.0.0.2")));
    }

    @Test
    @DisplayName("ip6: the same with 6, but a reset is not told further, as with the original")
    void ip6() throws Exception {
        assertEquals(
                List.of(
                        "net property-pre-set:ip6",
                        "net property-reset:gateway6",
                        "net property-reset:visible_ip6",
                        "work property-reset:visible_gateway6",
                        "net property-set:ip6"),
                scene.heard(() -> Scene.set(net, "ip6=fd00::1")));
        assertEquals(
                List.of(
                        "net property-pre-reset:ip6",
                        "net property-pre-del:ip6",
                        "net property-reset:ip6",
                        "net property-del:ip6"),
                scene.heard(() -> Scene.reset(net, "ip6")));
    }

    @Test
    @DisplayName("provides_network: the feature servicevm, the icon, the gateways")
    void providesNetwork() throws Exception {
        BaseVM other = scene.named("other");
        Scene.set(other, "label=green");
        assertEquals("appvm-green", Scene.value(other, "icon"));
        assertEquals(
                List.of(
                        "other property-pre-set:provides_network",
                        "other domain-feature-pre-set:servicevm",
                        "other domain-feature-set:servicevm",
                        "other property-reset:icon",
                        "other property-reset:gateway",
                        "other property-reset:gateway6",
                        "other property-set:provides_network"),
                scene.heard(() -> Scene.set(other, "provides_network=True")));
        assertEquals("1", other.features().get("servicevm"));
        assertEquals("servicevm-green", Scene.value(other, "icon"));
        assertEquals(
                List.of(
                        "other property-pre-set:provides_network",
                        "other domain-feature-pre-delete:servicevm",
                        "other domain-feature-delete:servicevm",
                        "other property-reset:icon",
                        "other property-reset:gateway",
                        "other property-reset:gateway6",
                        "other property-set:provides_network"),
                scene.heard(() -> Scene.set(other, "provides_network=False")));
        assertFalse(other.features().containsKey("servicevm"));
        assertEquals(
                List.of(
                        "other property-pre-set:provides_network",
                        "other property-reset:icon",
                        "other property-set:provides_network"),
                scene.heard(() -> Scene.set(other, "provides_network=False")));
    }

    @Test
    @DisplayName("a reset of provides_network takes the feature away and tells of the icon only")
    void resetOfProvidesNetwork() throws Exception {
        Scene.set(vm, "netvm=");
        Scene.set(net, "provides_network=True");
        assertEquals(
                List.of(
                        "net property-pre-reset:provides_network",
                        "net property-pre-del:provides_network",
                        "net domain-feature-pre-delete:servicevm",
                        "net domain-feature-delete:servicevm",
                        "net property-reset:icon",
                        "net property-reset:provides_network",
                        "net property-del:provides_network"),
                scene.heard(() -> Scene.reset(net, "provides_network")));
    }
}
