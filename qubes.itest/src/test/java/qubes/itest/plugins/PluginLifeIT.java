package qubes.itest.plugins;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qubes.testkit.Domains.create;

import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Qubes;
import qubes.itest.plugins.Hands.Hand;
import qubes.itest.plugins.PluginJars.PluginJar;
import qubes.testkit.Await;
import qubes.testkit.Domains;
import qubes.testkit.QubesFixture;
import qubes.testkit.exam.AdminClient;

/**
 * Every plugin that is shipped is stopped, started, updated, refreshed, uninstalled and installed,
 * by each way there is, while domains of all klasses are halted, started, stopped and cloned and
 * clients read, write and subscribe: no acknowledged change is lost, and no event is wrong.
 */
class PluginLifeIT {
    private static QubesFixture system;
    private static Qubes qubes;
    private static Path path;
    private static Hands hands;
    private static List<String> domains;

    private Clients clients;
    private FeatureView view;

    @BeforeAll
    static void start() throws Exception {
        system =
                QubesFixture.with(
                        PluginJars.shipped().stream()
                                .map(PluginJar::name)
                                .filter(name -> !name.equals("qubes.hypervisor.libvirt"))
                                .toArray(String[]::new));
        system.felix()
                .configure(
                        "qubes.hypervisor.libvirt",
                        Map.of("uri", "test:///default", "accelerator", "tcg", "templates", ""));
        system.felix().start("qubes.hypervisor.libvirt"); // waits: guests are in memory
        qubes = system.qubes();
        Path sockets = Files.createDirectory(system.home().resolve("run"));
        system.felix().configure("qubes.admin", Map.of("socket.dir", sockets.toString()));
        system.felix().start("qubes.admin");
        path = sockets.resolve("qubesd.sock");
        Await.until("the Admin API is served", () -> Files.exists(path));
        hands = new Hands(system.felix(), system.home());
        create(qubes, "TemplateVM", "tiny", "kernel=");
        create(qubes, "AppVM", "dvm", "template=tiny", "template_for_dispvms=True");
        create(qubes, "AppVM", "app", "template=tiny");
        create(qubes, "StandaloneVM", "alone", "kernel=");
        create(qubes, "StandaloneVM", "copied", "kernel=");
        create(qubes, "NetVM", "net", "template=tiny");
        create(qubes, "DispVM", "disp", "template=dvm");
        create(qubes, "RemoteVM", "far");
        domains = qubes.domains().stream().map(vm -> vm.name().value()).toList();
    }

    @AfterAll
    static void stop() {
        system.close();
    }

    @BeforeEach
    void letClientsIn() throws Exception {
        view = FeatureView.open(path);
        clients = new Clients(new AdminClient(path));
        clients.read(domains);
        for (String domain : List.of("tiny", "app", "alone", "net", "disp", "far", "dom0")) {
            clients.write(domain);
        }
        clients.startAndKill("app");
        clients.startAndKill("alone");
        clients.cloneOf("copied", "private", "admin.vm.Create.StandaloneVM");
    }

    @AfterEach
    void showThemOut() throws Exception {
        clients.stop();
        view.close();
    }

    static Stream<Arguments> everyPluginByEveryHand() {
        return PluginJars.shipped().stream()
                .flatMap(plugin -> Stream.of(Hand.values()).map(h -> Arguments.of(plugin, h)));
    }

    @ParameterizedTest(name = "{0} | {1}")
    @MethodSource("everyPluginByEveryHand")
    @DisplayName("plugin | hand: nothing is lost, nothing is told wrongly, everything goes on")
    void comesAndGoes(PluginJar plugin, Hand hand) throws Exception {
        WeakReference<ClassLoader> old = hands.classes(plugin);
        long begin = System.nanoTime();
        hand.use(hands, plugin);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        Await.until("every domain is what it was", this::allAreThere);
        clients.stop();
        System.out.printf(
                "%s by %s: %d ms, %d answers, %d of them refusals%n",
                plugin, hand, millis, clients.answers(), clients.refusals());
        assertEquals(List.of(), clients.failures());
        assertAllIsKept();
        for (BaseVM vm : qubes.domains()) {
            system.hypervisor().destroy(vm.uuid());
            system.hypervisor().undefine(vm.uuid()); // it remembers whose guest it was
        }
        Await.until(
                "the classes that were there before are gone",
                () -> {
                    System.gc();
                    return old.refersTo(null);
                });
    }

    @Test
    @DisplayName("what is a plugin is found by manifest")
    void pluginsAreFound() {
        List<String> names = PluginJars.shipped().stream().map(PluginJar::name).toList();
        assertTrue(
                names.containsAll(
                        List.of(
                                "qubes.vm.appvm",
                                "qubes.storage.file",
                                "qubes.device.block",
                                "qubes.ext.gui",
                                "qubes.hypervisor.libvirt")),
                names.toString());
    }

    private boolean allAreThere() {
        return domains.stream().map(name -> Domains.named(qubes, name)).allMatch(BaseVM::available);
    }

    private void assertAllIsKept() throws Exception {
        qubes.awaitDurable();
        String store = Files.readString(system.store());
        for (Map.Entry<String, String> last : clients.acknowledged().entrySet()) {
            String domain = last.getKey();
            assertEquals(
                    last.getValue(), Domains.named(qubes, domain).features().get("count"), domain);
            assertTrue(
                    store.contains("<feature name=\"count\">" + last.getValue() + "</feature>"),
                    domain + " in the store");
            Await.until(
                    "a subscriber knows of " + domain + ": " + last.getValue(),
                    () -> last.getValue().equals(view.of(domain).get("count")));
        }
        assertEquals("", view.end());
    }
}
