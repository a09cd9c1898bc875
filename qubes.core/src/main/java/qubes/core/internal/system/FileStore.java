package qubes.core.internal.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.device.PciPaths;
import qubes.core.error.QubesException;
import qubes.core.internal.migration.Migrations;
import qubes.core.internal.migration.Notes;
import qubes.core.internal.store.GroupCommit;
import qubes.core.internal.store.PropertyOrder;
import qubes.core.internal.store.StoreFile;
import qubes.core.internal.store.StoreReader;
import qubes.core.internal.store.StoreWriter;
import qubes.core.property.PropertyTable;
import qubes.core.state.SystemState;

/** The store in a file, locked for as long as the daemon runs. */
final class FileStore implements OpenStore {
    private static final Logger log = LoggerFactory.getLogger(FileStore.class);

    /** Says in the log what changes with the next save. */
    private static final class LoggedNotes implements Notes {
        @Override
        public void changed(String what) {
            log.info("{}; the store will say so with the next save", what);
        }

        @Override
        public void odd(String what) {
            log.warn("{}", what);
        }
    }

    private final StoreFile file;
    private final SystemState loaded;

    private FileStore(StoreFile file, SystemState loaded) {
        this.file = file;
        this.loaded = loaded;
    }

    static FileStore open(CoreConfig config) {
        Path path = path(config);
        if (config.create() && Files.notExists(path)) {
            return create(path, Path.of(config.home()));
        }
        StoreFile file = StoreFile.open(path);
        try {
            SystemState read = file.read(new StoreReader());
            SystemState current = Migrations.migrate(read, new LoggedNotes());
            return new FileStore(file, PciPorts.resolved(current, new PciPaths(PciPaths.SYSFS)));
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static FileStore create(Path path, Path home) {
        try {
            Files.createDirectories(home);
        } catch (IOException e) {
            throw new QubesException("The home folder cannot be made", e);
        }
        SystemState empty = EmptyStore.under(home);
        return new FileStore(
                StoreFile.create(path, new StoreWriter(PropertyOrder.AS_STORED).write(empty)),
                empty);
    }

    private static Path path(CoreConfig config) {
        if (!config.store().isEmpty()) {
            return Path.of(config.store());
        }
        String environment = System.getenv("QUBES_XML_PATH");
        return environment == null
                ? Path.of(config.home()).resolve("qubes.xml")
                : Path.of(environment);
    }

    @Override
    public SystemState loaded() {
        return loaded;
    }

    @Override
    public Persistence persist(
            Supplier<Model.Committed> newest,
            Function<String, Optional<PropertyTable>> order,
            LongConsumer onDurable) {
        StoreWriter writer = new StoreWriter(new DeclaredOrder(order));
        GroupCommit commits =
                new GroupCommit(
                        newest.get().version(),
                        () -> version(newest.get()),
                        state -> file.save(writer.write(state)),
                        onDurable,
                        Threads.named("qubes-store-"));
        return new GroupedPersistence(file, commits);
    }

    private static GroupCommit.Version version(Model.Committed committed) {
        return new GroupCommit.Version(committed.version(), committed.state());
    }

    private record GroupedPersistence(StoreFile file, GroupCommit commits) implements Persistence {
        @Override
        public void changed(long version) {
            commits.markDirty(version);
        }

        @Override
        public void awaitDurable(long version) {
            commits.awaitDurable(version);
        }

        @Override
        public long durable() {
            return commits.durableVersion();
        }

        @Override
        public void close() {
            try (file;
                    commits) {
                log.debug("Closing the store");
            } catch (QubesException e) {
                log.error("The last changes could not be written: {}", e.getMessage());
            }
        }
    }
}
