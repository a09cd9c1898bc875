package qubes.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceRegistration;
import qubes.core.hypervisor.Hypervisor;
import qubes.core.storage.PoolDriver;
import qubes.core.vm.Qubes;
import qubes.testkit.hypervisor.MemoryHypervisor;
import qubes.testkit.storage.MemoryPoolDriver;

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
 * are started in any case and must be found as {@link EmbeddedFelix} finds them; those of storage
 * are not needed {@linkplain #inMemory in memory}. A plugin under test is a bundle among those, or
 * an object that a test {@linkplain #provide provides}: what needs no bundle of its own needs no
 * packaging either.
 */
public final class QubesFixture implements RunningSystem {
    private final Path home;
    private final EmbeddedFelix felix;
    private final MemoryHypervisor hypervisor = new MemoryHypervisor();
    private final boolean inMemory;
    private @Nullable ServiceRegistration<Hypervisor> registration;

    /** A service that a test provides, until it is closed; closing it again does nothing. */
    public interface Provided extends AutoCloseable {
        /**
         * Takes the service away, as a bundle that stops: who used it has let it go on return. May
         * block as long as that takes.
         */
        @Override
        void close();
    }

    private QubesFixture(Path home, EmbeddedFelix felix, boolean inMemory) {
        this.home = home;
        this.felix = felix;
        this.inMemory = inMemory;
    }

    /**
     * {@return a system with an empty store and those bundles} Blocks.
     *
     * @param bundles symbolic names
     */
    public static QubesFixture with(String... bundles) {
        return open(null, false, bundles);
    }

    /**
     * {@return a system with an empty store and those bundles, whose pools are {@link
     * MemoryPoolDriver}s: of this project it needs {@code qubes.core} alone, which comes with the
     * test kit} Blocks.
     *
     * @param bundles symbolic names
     */
    public static QubesFixture inMemory(String... bundles) {
        return open(null, true, bundles);
    }

    /**
     * {@return a system that loads {@code store}, a {@code qubes.xml}, with those bundles} Blocks.
     *
     * @param store a {@code qubes.xml}
     * @param bundles symbolic names
     */
    public static QubesFixture load(InputStream store, String... bundles) {
        return open(store, false, bundles);
    }

    private static QubesFixture open(
            @Nullable InputStream store, boolean inMemory, String... bundles) {
        QubesFixture system;
        try {
            system =
                    new QubesFixture(
                            Files.createTempDirectory("qubes-"), EmbeddedFelix.empty(), inMemory);
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
        if (inMemory) {
            felix.start("qubes.core");
            Path disks = home.resolve("disks");
            for (String driver : List.of("file", "file-reflink")) { // of which a new store has one
                provide(PoolDriver.class, MemoryPoolDriver.in(disks, driver));
            }
            provide(PoolDriver.class, MemoryPoolDriver.ofKernels("linux-kernel"));
        } else {
            felix.start("qubes.core", "qubes.storage.file", "qubes.storage.kernels");
        }
        felix.start(bundles);
        qubes();
    }

    /**
     * Provides a plugin, as a bundle with that service would: a klass's factory, an extension, a
     * storage driver, a class of devices. The core has taken it over on return.
     *
     * @param <S> type of the service
     * @param type interface that it is registered with
     * @param service the plugin
     * @return takes it away
     */
    public <S> Provided provide(Class<S> type, S service) {
        return provide(type, service, Map.of());
    }

    /**
     * {@return as {@link #provide(Class, Object)}}
     *
     * @param <S> type of the service
     * @param type interface that it is registered with
     * @param service the plugin
     * @param properties of the service, such as its ranking
     */
    public <S> Provided provide(Class<S> type, S service, Map<String, ?> properties) {
        ServiceRegistration<S> provided =
                felix.context().registerService(type, service, new Hashtable<>(properties));
        AtomicBoolean gone = new AtomicBoolean();
        return () -> {
            if (gone.compareAndSet(false, true)) {
                provided.unregister();
            }
        };
    }

    /**
     * {@return stops the core and starts it again: what is there afterwards was read from the
     * store} Blocks until all is written and read.
     */
    public Qubes restart() {
        qubes().awaitDurable();
        try {
            Bundle core = felix.bundle("qubes.core");
            core.stop();
            core.start();
        } catch (BundleException e) {
            throw new IllegalStateException("The core does not start again: " + e.getMessage(), e);
        }
        return qubes();
    }

    /** The application, now: another one after the core's bundle was stopped and started. */
    @Override
    public Qubes qubes() {
        return felix.service(Qubes.class);
    }

    /** {@return the guests, and the way to make their hypervisor fail} */
    public MemoryHypervisor hypervisor() {
        return hypervisor;
    }

    /** {@return the framework, to stop and start bundles} */
    public EmbeddedFelix felix() {
        return felix;
    }

    /** {@return the folder with everything that the system writes} */
    public Path home() {
        return home;
    }

    /** {@return the store's file} */
    public Path store() {
        return home.resolve("qubes.xml");
    }

    /**
     * Takes the hypervisor away or gives it back, as its bundle would; guests run on meanwhile.
     *
     * @param present false to take it away
     */
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
