package qubes.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.ServiceRegistration;
import qubes.core.hypervisor.Hypervisor;
import qubes.core.vm.Qubes;
import qubes.testkit.hypervisor.MemoryHypervisor;

/**
 * A whole system in a plain JUnit test: the real core and real plugins in an {@link EmbeddedFelix},
 * the store and the pool {@code varlibqubes} of image files in a temporary folder, guests in
 * memory.
 *
 * <pre>{@code
 * try (var system = QubesFixture.with("qubes.vm.templatevm", "qubes.vm.appvm")) {
 *     Qubes qubes = system.qubes();
 *     …
 * }
 * }</pre>
 *
 * <p>The bundles {@code qubes.core}, {@code qubes.storage.file} and {@code qubes.storage.kernels}
 * are started in any case and must be found as {@link EmbeddedFelix} finds them.
 */
public final class QubesFixture implements AutoCloseable {
    private final Path home;
    private final EmbeddedFelix felix;
    private final MemoryHypervisor hypervisor = new MemoryHypervisor();
    private @Nullable ServiceRegistration<Hypervisor> registration;

    private QubesFixture(Path home, EmbeddedFelix felix) {
        this.home = home;
        this.felix = felix;
    }

    /** A system with an empty store and those bundles. Blocks. */
    public static QubesFixture with(String... bundles) {
        return open(null, bundles);
    }

    /** A system that loads {@code store}, a {@code qubes.xml}, with those bundles. Blocks. */
    public static QubesFixture load(InputStream store, String... bundles) {
        return open(store, bundles);
    }

    private static QubesFixture open(@Nullable InputStream store, String... bundles) {
        QubesFixture system;
        try {
            system = new QubesFixture(Files.createTempDirectory("qubes-"), EmbeddedFelix.empty());
            if (store != null) {
                Files.copy(store, system.store());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            system.start(bundles);
            return system;
        } catch (RuntimeException e) {
            system.close();
            throw e;
        }
    }

    private void start(String... bundles) {
        registration = felix.context().registerService(Hypervisor.class, hypervisor, null);
        felix.configure(
                "qubes.core",
                Map.of(
                        "home",
                        home.toString(),
                        "store",
                        store().toString(),
                        "create",
                        true,
                        "profile",
                        "embedded"));
        felix.start("qubes.core", "qubes.storage.file", "qubes.storage.kernels");
        felix.start(bundles);
        qubes();
    }

    /** The application, now: another one after the core's bundle was stopped and started. */
    public Qubes qubes() {
        return felix.service(Qubes.class);
    }

    /** The guests, and the way to make their hypervisor fail. */
    public MemoryHypervisor hypervisor() {
        return hypervisor;
    }

    /** The framework, to stop and start bundles. */
    public EmbeddedFelix felix() {
        return felix;
    }

    /** The folder with everything that the system writes. */
    public Path home() {
        return home;
    }

    /** The store's file. */
    public Path store() {
        return home.resolve("qubes.xml");
    }

    /** Takes the hypervisor away or gives it back, as its bundle would; guests run on meanwhile. */
    public void hypervisorPresent(boolean present) {
        if (registration != null && !present) {
            registration.unregister();
            registration = null;
        } else if (registration == null && present) {
            registration = felix.context().registerService(Hypervisor.class, hypervisor, null);
        }
    }

    /** Stops the system and removes its folder. */
    @Override
    public void close() {
        felix.close();
        hypervisor.close();
        try (Stream<Path> files = Files.walk(home)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
