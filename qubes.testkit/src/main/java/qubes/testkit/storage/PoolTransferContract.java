package qubes.testkit.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static qubes.testkit.storage.PoolVolumes.SIZE;
import static qubes.testkit.storage.PoolVolumes.ZEROES;
import static qubes.testkit.storage.PoolVolumes.created;
import static qubes.testkit.storage.PoolVolumes.origin;
import static qubes.testkit.storage.PoolVolumes.readOnce;
import static qubes.testkit.storage.PoolVolumes.session;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.error.QubesException;
import qubes.core.error.QubesNotImplementedError;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolCapability;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeSpec;

/**
 * What a pool owes the core where data enters and leaves its volumes other than by the guest:
 * import, export, resize, revert. Part of {@link PoolContract}, which is what a driver's test
 * implements.
 */
public interface PoolTransferContract {
    /**
     * {@return a fresh, empty pool after {@link Pool#setup}; the contract closes it} Called several
     * times by some tests.
     *
     * @throws Exception if it cannot be made
     */
    Pool emptyPool() throws Exception;

    /**
     * Revert works where it is declared and is refused where it is not.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("revert works where it is declared and is refused where it is not")
    default void revertMatchesDeclaration() throws Exception {
        try (Pool pool = emptyPool()) {
            if (PoolVolumes.refusesGuestsData(pool)) {
                return;
            }
            Volume volume = created(pool, "private");
            session(volume, "first");
            if (!pool.capabilities().contains(PoolCapability.REVERT)) {
                assertThrows(QubesNotImplementedError.class, () -> volume.revert("any"));
                return;
            }
            session(volume, "other");
            assertThrows(StoragePoolException.class, () -> volume.revert("no-such-revision"));
            String newest = volume.revisions().get(volume.revisions().size() - 1).id();
            volume.start();
            DiskContent.of(volume).write(0, "third");
            assertThrows(StoragePoolException.class, () -> volume.revert(newest));
            assertEquals("third", DiskContent.of(volume).read(0, 5));
            volume.stop();
            volume.revert(volume.revisions().get(volume.revisions().size() - 1).id());
            assertEquals("other", readOnce(volume));
        }
    }

    /**
     * Resize works where it is declared, stopped and started, and keeps the data.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("resize works where it is declared, stopped and started, and keeps the data")
    default void resizeMatchesDeclaration() throws Exception {
        try (Pool pool = emptyPool()) {
            if (PoolVolumes.refusesGuestsData(pool)) {
                return;
            }
            Volume volume = created(pool, "private");
            session(volume, "first");
            if (!pool.capabilities().contains(PoolCapability.RESIZE)) {
                assertThrows(QubesNotImplementedError.class, () -> volume.resize(2 * SIZE));
                return;
            }
            volume.resize(2 * SIZE);
            assertEquals(2 * SIZE, volume.sizeBytes());
            volume.start();
            assertEquals("\0\0\0\0", DiskContent.of(volume).read(2 * SIZE - 4, 4));
            DiskContent.of(volume).write(2 * SIZE - 4, "end!");
            volume.resize(3 * SIZE);
            assertEquals(3 * SIZE, volume.sizeBytes());
            volume.stop();
            assertEquals(3 * SIZE, volume.sizeBytes());
            volume.start();
            assertEquals("first", DiskContent.of(volume).read(0, 5));
            assertEquals("end!", DiskContent.of(volume).read(2 * SIZE - 4, 4));
            assertEquals("\0\0\0\0", DiskContent.of(volume).read(3 * SIZE - 4, 4));
            DiskContent.of(volume).write(3 * SIZE - 4, "far!");
            volume.stop();
        }
    }

    /**
     * A read-only volume is not resized.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("a read-only volume is not resized")
    default void readOnlyIsNotResized() throws Exception {
        try (Pool pool = emptyPool()) {
            if (PoolVolumes.refusesGuestsData(pool)) {
                return;
            }
            Volume writable = created(pool, "private");
            VolumeSpec of = writable.spec();
            Volume volume =
                    pool.volume(
                            new VolumeSpec(
                                    of.name(),
                                    of.vid(),
                                    of.kind(),
                                    of.sizeBytes(),
                                    false,
                                    of.source(),
                                    of.revisionsToKeep()));
            assertThrows(QubesException.class, () -> volume.resize(2 * SIZE));
            assertEquals(SIZE, volume.sizeBytes());
        }
    }

    /**
     * An import that ends well replaces all data and sets the size.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("an import that ends well replaces all data and sets the size")
    default void importReplacesData() throws Exception {
        try (Pool pool = emptyPool()) {
            if (PoolVolumes.refusesGuestsData(pool)) {
                return;
            }
            Volume volume = created(pool, "private");
            session(volume, "first");
            if (!pool.capabilities().contains(PoolCapability.IMPORT)) {
                assertThrows(QubesNotImplementedError.class, () -> volume.importData(SIZE));
                return;
            }
            Path target = volume.importData(2 * SIZE);
            assertNotEquals(volume.path(), Optional.of(target));
            DiskContent.raw(target).write(4096, "new");
            volume.importDataEnd(true);
            assertEquals(2 * SIZE, volume.sizeBytes());
            assertEquals(ZEROES, readOnce(volume));
            volume.start();
            assertEquals("new", DiskContent.of(volume).read(4096, 3));
            volume.stop();
        }
    }

    /**
     * An import that ends badly leaves the data as it was.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("an import that ends badly leaves the data as it was")
    default void failedImportChangesNothing() throws Exception {
        try (Pool pool = emptyPool()) {
            if (!pool.capabilities().contains(PoolCapability.IMPORT)) {
                return; // importReplacesData claims the refusal
            }
            Volume volume = created(pool, "private");
            session(volume, "first");
            Path target = volume.importData(2 * SIZE);
            DiskContent.raw(target).write(0, "other");
            volume.importDataEnd(false);
            assertEquals(SIZE, volume.sizeBytes());
            assertEquals("first", readOnce(volume));
            assertThrows(StoragePoolException.class, () -> volume.importDataEnd(true));
            assertEquals("first", readOnce(volume));
        }
    }

    /**
     * A volume that is in use does not accept an import.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("a volume that is in use does not accept an import")
    default void usedVolumeRefusesImport() throws Exception {
        try (Pool pool = emptyPool()) {
            if (!pool.capabilities().contains(PoolCapability.IMPORT)) {
                return; // importReplacesData claims the refusal
            }
            Volume other = created(pool, "other");
            Volume volume = created(pool, "private");
            volume.start();
            DiskContent.of(volume).write(0, "first");
            assertThrows(StoragePoolException.class, () -> volume.importData(SIZE));
            assertThrows(StoragePoolException.class, () -> volume.importVolume(other));
            volume.stop();
            assertEquals("first", readOnce(volume));
        }
    }

    /**
     * A volume takes over the committed data of another, of this pool or of a different one.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName(
            "a volume takes over the committed data of another, of this pool or of a different one")
    default void importsVolumes() throws Exception {
        try (Pool pool = emptyPool();
                Pool elsewhere = emptyPool()) {
            if (PoolVolumes.refusesGuestsData(pool)) {
                return;
            }
            for (Pool from : List.of(pool, elsewhere)) {
                Volume source = created(from, "root");
                session(source, "their");
                Volume volume = pool.volume(origin(pool, from == pool ? "near" : "far", 1));
                volume.create();
                session(volume, "first");
                if (!pool.capabilities().contains(PoolCapability.IMPORT)) {
                    assertThrows(QubesNotImplementedError.class, () -> volume.importVolume(source));
                    continue;
                }
                volume.importVolume(source);
                assertEquals("their", readOnce(volume));
                session(volume, "again");
                assertEquals("their", readOnce(source));
            }
        }
    }

    /**
     * A volume of a pool of another driver is imported through its export, which is ended.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName(
            "a volume of a pool of another driver is imported through its export, which is ended")
    default void importsFromAnyDriver() throws Exception {
        try (Pool pool = emptyPool()) {
            if (!pool.capabilities().contains(PoolCapability.IMPORT)) {
                return; // importsVolumes claims the refusal
            }
            Path data = Files.createTempFile("exported", ".raw");
            try {
                DiskContent.raw(data).write(2 * SIZE - 4, "end!");
                ExportedFile foreign = new ExportedFile(data);
                Volume volume = created(pool, "private");
                session(volume, "first");
                volume.importVolume(foreign);
                assertEquals(0, foreign.openExports());
                assertEquals(2 * SIZE, volume.sizeBytes());
                volume.start();
                assertEquals(ZEROES, DiskContent.of(volume).read(0, 5));
                assertEquals("end!", DiskContent.of(volume).read(2 * SIZE - 4, 4));
                volume.stop();
            } finally {
                Files.delete(data);
            }
        }
    }

    /**
     * An import of a volume that cannot be read leaves the data as it was.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("an import of a volume that cannot be read leaves the data as it was")
    default void unreadableSourceChangesNothing() throws Exception {
        try (Pool pool = emptyPool()) {
            if (!pool.capabilities().contains(PoolCapability.IMPORT)) {
                return; // importsVolumes claims the refusal
            }
            Volume volume = created(pool, "private");
            session(volume, "first");
            Volume neverCreated = pool.volume(origin(pool, "missing", 1));
            assertThrows(StoragePoolException.class, () -> volume.importVolume(neverCreated));
            ExportedFile unreadable = new ExportedFile(Path.of("/nowhere/at/all"));
            assertThrows(StoragePoolException.class, () -> volume.importVolume(unreadable));
            assertEquals(0, unreadable.openExports());
            assertEquals("first", readOnce(volume));
        }
    }

    /**
     * Committed data can be read from outside where that is declared.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("committed data can be read from outside where that is declared")
    default void exportMatchesDeclaration() throws Exception {
        try (Pool pool = emptyPool()) {
            if (PoolVolumes.refusesGuestsData(pool)) {
                return;
            }
            Volume volume = created(pool, "private");
            session(volume, "first");
            if (!pool.capabilities().contains(PoolCapability.EXPORT)) {
                assertThrows(QubesNotImplementedError.class, volume::export);
                return;
            }
            Path exported = volume.export();
            assertEquals("first", DiskContent.raw(exported).read(0, 5));
            volume.exportEnd(exported);
            assertEquals("first", readOnce(volume));
            volume.start();
            DiskContent.of(volume).write(0, "later");
            assertNotEquals(Optional.of("later"), readFromOutside(volume));
            volume.stop();
            assertEquals(Optional.of("later"), readFromOutside(volume));
        }
    }

    /** Five bytes of what a volume exports; empty if it refuses, as one may while it is in use. */
    private static Optional<String> readFromOutside(Volume volume) {
        Path exported;
        try {
            exported = volume.export();
        } catch (StoragePoolException e) {
            return Optional.empty();
        }
        String text = DiskContent.raw(exported).read(0, 5);
        volume.exportEnd(exported);
        return Optional.of(text);
    }
}
