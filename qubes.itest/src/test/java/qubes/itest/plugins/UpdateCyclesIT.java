package qubes.itest.plugins;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qubes.testkit.Domains.create;
import static qubes.testkit.Domains.named;

import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.itest.BuiltBundle;
import qubes.testkit.Await;
import qubes.testkit.QubesFixture;
import qubes.testkit.exam.AdminClient;

/**
 * Bundles that are updated over and over while they are in use leave nothing behind: no class
 * loader, no wiring, no memory. System property {@code qubes.cycles} says how often, each; {@code
 * mvn verify -Dqubes.cycles=1000 -Dit.test=UpdateCyclesIT …} is the long proof.
 */
class UpdateCyclesIT {
    private static final int CYCLES = Integer.getInteger("qubes.cycles", 40);
    private static final int WARM_UP = 20;
    private static final int DOMAINS = 20;

    /** In each so many cycles a domain is started and killed. */
    private static final int OFTEN = 25;

    /** So much more may be in use by chance: the rest of the system allocates and keeps as well. */
    private static final long SLACK_BYTES = 4 << 20;

    /** What leaks grows in each of so many rounds; chance does not. */
    private static final int ROUNDS = 3;

    private static final int COLLECTIONS = 4;

    @TempDir private Path folder;

    private QubesFixture system;
    private Qubes qubes;
    private AdminClient socket;

    /** What is updated, and how it is used between two updates. */
    enum Plugin {
        KLASS("qubes.vm.appvm") {
            @Override
            void use(UpdateCyclesIT test, int cycle) {
                QubesVM vm = test.app(cycle % DOMAINS);
                vm.features().set("used", "1");
                vm.set(QubesVM.VCPUS, 2);
                vm.reset(QubesVM.VCPUS);
                if (cycle % OFTEN == 0) {
                    test.startAndKill(vm);
                }
            }
        },
        EXTENSION("qubes.ext.gui") {
            @Override
            void use(UpdateCyclesIT test, int cycle) {
                BaseVM vm = test.app(0);
                vm.features().set("gui", "1");
                vm.features().remove("gui");
            }
        },
        DRIVER("qubes.storage.file") {
            @Override
            void use(UpdateCyclesIT test, int cycle) {
                QubesVM vm = test.app(cycle % DOMAINS);
                assertTrue(vm.storage().volume("private").usageBytes() >= 0);
                if (cycle % OFTEN == 0) {
                    test.startAndKill(vm);
                }
            }
        },
        DEVICE_CLASS("qubes.device.block") {
            @Override
            void use(UpdateCyclesIT test, int cycle) throws Exception {
                String reply = test.socket.call("admin.vm.device.block.Available", "dom0");
                assertTrue(reply.startsWith("0|"), reply);
            }
        },
        KLASS_METHOD_AND_GUARD("greeter") {
            @Override
            void use(UpdateCyclesIT test, int cycle) throws Exception {
                BaseVM hi = named(test.qubes, "hi");
                hi.features().set("used", "1");
                assertEquals("0|hello", test.socket.call("greeter.Greet", "hi"));
                assertEquals("0|", test.socket.call("admin.vm.property.Set+vcpus", "hi", "4"));
            }
        };

        private final String bundle;

        Plugin(String bundle) {
            this.bundle = bundle;
        }

        abstract void use(UpdateCyclesIT test, int cycle) throws Exception;
    }

    @BeforeEach
    void start() throws Exception {
        system =
                QubesFixture.with(
                        "qubes.vm.templatevm",
                        "qubes.vm.appvm",
                        "qubes.ext.gui",
                        "qubes.device.block");
        qubes = system.qubes();
        Path sockets = Files.createDirectory(system.home().resolve("run"));
        system.felix().configure("qubes.admin", Map.of("socket.dir", sockets.toString()));
        system.felix().start("qubes.admin");
        Path path = sockets.resolve("qubesd.sock");
        Await.until("the Admin API is served", () -> Files.exists(path));
        socket = new AdminClient(path);
        system.felix()
                .install(
                        BuiltBundle.named("greeter")
                                .with("Private-Package", "qubes.itest.greeter")
                                .in(folder));
        create(qubes, "TemplateVM", "tiny", "kernel=");
        create(qubes, "GreeterVM", "hi");
        for (int i = 0; i < DOMAINS; i++) {
            create(qubes, "AppVM", "app" + i, "template=tiny");
        }
    }

    @AfterEach
    void stop() {
        system.close();
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(Plugin.class)
    @DisplayName("a bundle that is updated again and again leaves no class loader behind")
    void nothingStaysBehind(Plugin plugin) throws Exception {
        Bundle bundle = system.felix().bundle(plugin.bundle);
        List<WeakReference<?>> old = new ArrayList<>();
        cycle(bundle, plugin, WARM_UP, old);
        awaitCleared(old);
        List<Long> grown = new ArrayList<>();
        do {
            grown.add(growth(bundle, plugin, old));
        } while (grown.get(grown.size() - 1) >= SLACK_BYTES && grown.size() < ROUNDS);
        assertTrue(
                grown.get(grown.size() - 1) < SLACK_BYTES,
                "heap grew by so many bytes in each round: " + grown);
    }

    /** By how much a round of cycles grows the heap. */
    private long growth(Bundle bundle, Plugin plugin, List<WeakReference<?>> old) throws Exception {
        long before = usedBytes();
        long begin = System.nanoTime();
        cycle(bundle, plugin, CYCLES, old);
        long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begin) / CYCLES;
        awaitCleared(old);
        long grown = usedBytes() - before;
        System.out.printf(
                "%s: %d updates, %d us each with use, heap %+d KiB%n",
                plugin.bundle, CYCLES, micros, grown / 1024);
        return grown;
    }

    private QubesVM app(int number) {
        return (QubesVM) named(qubes, "app" + number);
    }

    private void startAndKill(QubesVM vm) {
        vm.start();
        vm.kill();
        system.hypervisor().undefine(vm.uuid()); // it remembers whose guest it was
    }

    private void cycle(Bundle bundle, Plugin plugin, int times, List<WeakReference<?>> old)
            throws Exception {
        for (int i = 0; i < times; i++) {
            plugin.use(this, i);
            note(bundle, old);
            bundle.update();
        }
        plugin.use(this, times);
    }

    private static void note(Bundle bundle, List<WeakReference<?>> old) {
        BundleWiring wiring = bundle.adapt(BundleWiring.class);
        old.add(new WeakReference<>(wiring));
        old.add(new WeakReference<>(wiring.getClassLoader()));
    }

    private static void awaitCleared(List<WeakReference<?>> old) throws Exception {
        try {
            Await.until(
                    "all that was updated is gone",
                    () -> {
                        System.gc();
                        old.removeIf(reference -> reference.refersTo(null));
                        return old.isEmpty();
                    });
        } catch (AssertionError e) {
            throw new AssertionError(old.size() + " are left: " + old.get(0).get(), e);
        }
    }

    /** The least of several collections: what waits for a cleaner goes with a later one. */
    private static long usedBytes() {
        Runtime now = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            least = Math.min(least, now.totalMemory() - now.freeMemory());
        }
        return least;
    }
}
