package qubes.testkit.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qubes.testkit.storage.PoolVolumes.SIZE;
import static qubes.testkit.storage.PoolVolumes.ZEROES;
import static qubes.testkit.storage.PoolVolumes.created;
import static qubes.testkit.storage.PoolVolumes.origin;
import static qubes.testkit.storage.PoolVolumes.owner;
import static qubes.testkit.storage.PoolVolumes.readOnce;
import static qubes.testkit.storage.PoolVolumes.session;
import static qubes.testkit.storage.PoolVolumes.snapshotOf;
import static qubes.testkit.storage.PoolVolumes.spec;
import static qubes.testkit.storage.PoolVolumes.volatileVolume;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.error.QubesException;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolCapability;
import qubes.core.storage.Revision;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeKind;

/**
 * What every pool owes the core: the life of volumes here, what comes in and goes out in {@link
 * PoolTransferContract}. Implement it in a test class of the driver's bundle and override nothing
 * but {@link PoolTransferContract#emptyPool}. What a pool does not declare among its {@link
 * PoolCapability capabilities} it must refuse: such a test is never skipped, it then claims the
 * refusal.
 */
public interface PoolContract extends PoolTransferContract {

    /**
     * A new volume is empty, has the size asked for, and is listed.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("a new volume is empty, has the size asked for, and is listed")
    default void newVolumeIsEmpty() throws Exception {
        try (Pool pool = emptyPool()) {
            assertEquals(List.of(), pool.list());
            if (PoolVolumes.refusesGuestsData(pool)) {
                return;
            }
            Volume volume = created(pool, "private");
            assertEquals(SIZE, volume.sizeBytes());
            assertEquals(List.of(volume.spec().vid()), pool.list());
            assertFalse(volume.dirty());
            assertEquals(ZEROES, readOnce(volume));
        }
    }

    /**
     * What a guest wrote is there at the next start, and in any later object for the volume.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName(
            "what a guest wrote is there at the next start, and in any later object for the volume")
    default void writesPersist() throws Exception {
        try (Pool pool = emptyPool()) {
            if (PoolVolumes.refusesGuestsData(pool)) {
                return;
            }
            Volume volume = created(pool, "private");
            session(volume, "first");
            assertFalse(volume.dirty());
            assertEquals("first", readOnce(pool.volume(volume.spec())));
        }
    }

    /**
     * What a guest wrote is kept when the volume was never stopped, and committed at the next stop.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName(
            "what a guest wrote is kept when the volume was never stopped, and committed at the next stop")
    default void crashKeepsWrites() throws Exception {
        try (Pool pool = emptyPool()) {
            if (PoolVolumes.refusesGuestsData(pool)) {
                return;
            }
            Volume volume = created(pool, "private");
            session(volume, "first");
            volume.start();
            DiskContent.of(volume).write(0, "lost?");

            Volume afterCrash = pool.volume(volume.spec());
            assertTrue(afterCrash.dirty());
            afterCrash.start();
            assertEquals("lost?", DiskContent.of(afterCrash).read(0, 5));
            afterCrash.stop();
            assertFalse(afterCrash.dirty());
            assertEquals("lost?", readOnce(afterCrash));
        }
    }

    /**
     * Stopping what is not started changes nothing.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("stopping what is not started changes nothing")
    default void stopTwice() throws Exception {
        try (Pool pool = emptyPool()) {
            if (PoolVolumes.refusesGuestsData(pool)) {
                return;
            }
            Volume volume = created(pool, "private");
            volume.stop();
            session(volume, "first");
            List<Revision> revisions = volume.revisions();
            volume.stop();
            assertEquals(revisions, volume.revisions());
            assertEquals("first", readOnce(volume));
        }
    }

    /**
     * A snapshot starts with its source's committed data and drops what was written to it.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName(
            "a snapshot starts with its source's committed data and drops what was written to it")
    default void snapshotDropsWrites() throws Exception {
        try (Pool pool = emptyPool()) {
            if (PoolVolumes.refusesGuestsData(pool)) {
                return;
            }
            Volume source = created(pool, "root");
            session(source, "first");
            Volume snapshot = snapshotOf(pool, source);
            snapshot.start();
            assertEquals("first", DiskContent.of(snapshot).read(0, 5));
            DiskContent.of(snapshot).write(0, "mine!");
            assertEquals("mine!", DiskContent.of(snapshot).read(0, 5));
            snapshot.stop();
            assertEquals("first", readOnce(snapshot));
            assertEquals("first", readOnce(source));
        }
    }

    /**
     * A snapshot sees neither what its running source writes nor what that commits, until its next
     * start.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName(
            "a snapshot sees neither what its running source writes nor what that commits, until its next start")
    default void snapshotIsStable() throws Exception {
        try (Pool pool = emptyPool()) {
            if (PoolVolumes.refusesGuestsData(pool)) {
                return;
            }
            Volume source = created(pool, "root");
            session(source, "first");
            source.start();
            Volume snapshot = snapshotOf(pool, source);
            snapshot.start();
            assertFalse(snapshot.outdated());
            DiskContent.of(source).write(0, "later");
            DiskContent.of(snapshot).write(SIZE / 2, "own"); // far away: copies are made in chunks
            assertEquals("first", DiskContent.of(snapshot).read(0, 5));
            source.stop();
            assertEquals(
                    pool.capabilities().contains(PoolCapability.OUTDATED), snapshot.outdated());
            assertEquals("first", DiskContent.of(snapshot).read(0, 5));
            assertEquals("own", DiskContent.of(snapshot).read(SIZE / 2, 3));
            snapshot.stop();
            assertFalse(snapshot.outdated());
            assertEquals("later", readOnce(snapshot));
        }
    }

    /**
     * A volatile volume is empty at every start, also after a crash, and gone after a stop.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName(
            "a volatile volume is empty at every start, also after a crash, and gone after a stop")
    default void volatileIsEmpty() throws Exception {
        try (Pool pool = emptyPool()) {
            if (PoolVolumes.refusesGuestsData(pool)) {
                return;
            }
            Volume scratch = volatileVolume(pool);
            scratch.create();
            scratch.start();
            assertEquals(SIZE, scratch.sizeBytes());
            DiskContent.of(scratch).write(0, "dirty");
            scratch.start();
            assertEquals(ZEROES, DiskContent.of(scratch).read(0, 5));
            DiskContent.of(scratch).write(0, "dirty");
            scratch.stop();
            assertEquals(0, scratch.usageBytes());
            assertEquals(ZEROES, readOnce(scratch));
        }
    }

    /**
     * No more revisions are kept than the volume says.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("no more revisions are kept than the volume says")
    default void revisionsArePruned() throws Exception {
        try (Pool pool = emptyPool()) {
            if (PoolVolumes.refusesGuestsData(pool)) {
                return;
            }
            for (int keep : List.of(0, 1)) {
                Volume volume = pool.volume(origin(pool, "keep" + keep, keep));
                volume.create();
                session(volume, "one");
                session(volume, "two");
                session(volume, "three");
                assertTrue(volume.revisions().size() <= keep, () -> "" + volume.revisions());
                if (pool.capabilities().contains(PoolCapability.REVERT)) {
                    assertEquals(keep, volume.revisions().size());
                }
            }
        }
    }

    /**
     * With revisions_to_keep -1 writes persist, also after a crash, and no revision is kept.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName(
            "with revisions_to_keep -1 writes persist, also after a crash, and no revision is kept")
    default void snapshotsCanBeTurnedOff() throws Exception {
        try (Pool pool = emptyPool()) {
            if (PoolVolumes.refusesGuestsData(pool)) {
                return;
            }
            Volume volume = pool.volume(origin(pool, "private", -1));
            volume.create();
            session(volume, "first");
            volume.start();
            DiskContent.of(volume).write(0, "again");
            volume.start();
            assertEquals("again", DiskContent.of(volume).read(0, 5));
            volume.stop();
            assertEquals("again", readOnce(volume));
            assertEquals(List.of(), volume.revisions());
        }
    }

    /**
     * A removed volume is gone, and removing it again is fine.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("a removed volume is gone, and removing it again is fine")
    default void removes() throws Exception {
        try (Pool pool = emptyPool()) {
            if (PoolVolumes.refusesGuestsData(pool)) {
                return;
            }
            Volume volume = created(pool, "private");
            Volume other = created(pool, "private2");
            session(volume, "first");
            session(volume, "second");
            session(other, "other");
            volume.remove();
            assertEquals(List.of(other.spec().vid()), pool.list());
            assertEquals(0, volume.usageBytes());
            assertEquals(List.of(), volume.revisions());
            volume.remove();
            volume.create();
            assertEquals(ZEROES, readOnce(volume));
            assertEquals("other", readOnce(other));
        }
    }

    /**
     * Verify and start refuse a volume that is not there, naming it and no path of the host.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName(
            "verify and start refuse a volume that is not there, naming it and no path of the host")
    default void missingVolumeIsRefused() throws Exception {
        try (Pool pool = emptyPool()) {
            if (PoolVolumes.refusesGuestsData(pool)) {
                return;
            }
            Volume volume = pool.volume(origin(pool, "private", 1));
            Volume snapshot = snapshotOf(pool, volume);
            for (Volume missing : List.of(volume, snapshot)) {
                assertThrows(StoragePoolException.class, missing::verify);
                String message =
                        String.valueOf(
                                assertThrows(StoragePoolException.class, missing::start)
                                        .getMessage());
                assertTrue(message.contains(volume.spec().vid()), message);
                assertFalse(
                        message.contains(System.getProperty("java.io.tmpdir", "/tmp")), message);
            }
            volume.create();
            volume.verify();
            snapshot.verify();
            volatileVolume(pool).verify();
        }
    }

    /**
     * A vid that points out of the pool is refused.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("a vid that points out of the pool is refused")
    default void foreignVidIsRefused() throws Exception {
        try (Pool pool = emptyPool()) {
            if (PoolVolumes.refusesGuestsData(pool)) {
                return;
            }
            for (String vid :
                    List.of(
                            "",
                            "..",
                            "../a/private",
                            "/etc/passwd",
                            "appvms/../../private",
                            "a\0b")) {
                assertThrows(
                        QubesException.class,
                        () -> pool.volume(spec("private", vid, VolumeKind.ORIGIN)),
                        vid);
            }
        }
    }

    /**
     * Qubes and volumes whose names begin alike have nothing in common.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("qubes and volumes whose names begin alike have nothing in common")
    default void namesDoNotOverlap() throws Exception {
        try (Pool pool = emptyPool()) {
            if (PoolVolumes.refusesGuestsData(pool)) {
                return;
            }
            Volume one =
                    pool.volume(
                            spec("root", pool.newVid(owner("work"), "root"), VolumeKind.ORIGIN));
            Volume two =
                    pool.volume(
                            spec(
                                    "root",
                                    pool.newVid(owner("work-root"), "root"),
                                    VolumeKind.ORIGIN));
            one.create();
            two.create();
            session(one, "first");
            session(one, "other");
            assertEquals(List.of(), two.revisions());
            two.remove();
            assertEquals("other", readOnce(one));
            assertEquals(List.of(one.spec().vid()), pool.list());
        }
    }

    /**
     * Usage is known where size is, is not larger, and never less than nothing.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("usage is known where size is, is not larger, and never less than nothing")
    default void usageFitsSize() throws Exception {
        try (Pool pool = emptyPool()) {
            assertEquals(pool.sizeBytes().isPresent(), pool.usageBytes().isPresent());
            assertTrue(pool.usageBytes().orElse(0) <= pool.sizeBytes().orElse(0));
            assertTrue(pool.usageBytes().orElse(0) >= 0, () -> pool.usageBytes() + " bytes");
            assertEquals(
                    pool.sizeBytes().isPresent(), pool.usageDetails().containsKey("data_size"));
            assertEquals(
                    pool.usageBytes().isPresent(), pool.usageDetails().containsKey("data_usage"));
            if (PoolVolumes.refusesGuestsData(pool)) {
                return;
            }
            Volume volume = created(pool, "private");
            assertTrue(volume.usageBytes() >= 0, () -> volume.usageBytes() + " bytes");
            session(volume, "first");
            assertTrue(volume.usageBytes() >= 0, () -> volume.usageBytes() + " bytes");
        }
    }
}
