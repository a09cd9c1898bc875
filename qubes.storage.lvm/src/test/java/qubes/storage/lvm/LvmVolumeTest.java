package qubes.storage.lvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.error.StoragePoolException;
import qubes.core.state.PoolRecord;
import qubes.core.storage.BlockSource;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolConfig;
import qubes.core.storage.Revision;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeKind;
import qubes.core.storage.VolumeSpec;
import qubes.testkit.storage.ExportedFile;

/** The command sequences, on LVM in memory. */
class LvmVolumeTest {
    private static final long SIZE = 1 << 30;
    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.ofEpochSecond(1521065906));

    private final MemoryLvm lvm = new MemoryLvm();
    private final Pool pool = pool();

    private Pool pool(String... options) {
        LvmPoolDriver driver = new LvmPoolDriver(lvm, CLOCK);
        Map<String, String> attributes =
                new LinkedHashMap<>(
                        Map.of(
                                "name",
                                "fast",
                                "driver",
                                "lvm_thin",
                                "volume_group",
                                "vg",
                                "thin_pool",
                                "pool"));
        for (int i = 0; i < options.length; i += 2) {
            attributes.put(options[i], options[i + 1]);
        }
        return driver.open(new PoolConfig(new PoolRecord(attributes), driver.config()));
    }

    private Volume origin(int keep) {
        return pool.volume(
                new VolumeSpec(
                        "private",
                        "vg/vm-x-private",
                        VolumeKind.ORIGIN,
                        SIZE,
                        true,
                        Optional.empty(),
                        keep));
    }

    private Volume templateRoot() {
        return pool.volume(
                new VolumeSpec(
                        "root",
                        "vg/vm-t-root",
                        VolumeKind.ORIGIN,
                        SIZE,
                        true,
                        Optional.empty(),
                        1));
    }

    private Volume snapshot() {
        return pool.volume(
                new VolumeSpec(
                        "root",
                        "vg/vm-x-root",
                        VolumeKind.SNAPSHOT,
                        SIZE,
                        true,
                        Optional.of("vg/vm-t-root"),
                        0));
    }

    private static List<String> ids(Volume volume) {
        return volume.revisions().stream().map(Revision::id).toList();
    }

    @Test
    @DisplayName("a new volume is made by one command; its path doubles the dashes of its name")
    void creates() {
        Volume volume = origin(1);
        volume.create();
        assertEquals(
                List.of(
                        "lvm lvcreate --thin --setactivationskip=n --activate=y --name=vm-x-private"
                                + " --virtualsize=1073741824B -- vg/pool"),
                lvm.ran());
        assertEquals(Optional.of(Path.of("/dev/mapper/vg-vm--x--private")), volume.path());
    }

    @Test
    @DisplayName(
            "start takes a snapshot, which the guest gets; the volume's path stays the main volume's")
    void starts() {
        Volume volume = origin(1);
        volume.create();
        assertFalse(volume.dirty());
        lvm.ran();
        volume.start();
        assertEquals(
                List.of(
                        "lvm lvcreate --setactivationskip=n --activate=y --snapshot --name=vg/vm-x-private-snap"
                                + " -- vg/vm-x-private"),
                lvm.ran());
        assertTrue(volume.dirty());
        assertNotEquals(lvm.uuid("vm-x-private"), lvm.uuid("vm-x-private-snap"));
        assertEquals(Optional.of(Path.of("/dev/mapper/vg-vm--x--private")), volume.path());
        assertEquals(
                Optional.of(
                        new BlockSource(
                                Path.of("/dev/mapper/vg-vm--x--private--snap"), "raw", true, true)),
                volume.block());
    }

    @Test
    @DisplayName(
            "a commit that was cut short goes on: the newest revision stands in, the snapshot is kept, then put in place")
    void finishesACommit() {
        lvm.with("vm-x-private-1521065904-back")
                .with("vm-x-private-1521065905-back")
                .with("vm-x-private-snap");
        int live = lvm.uuid("vm-x-private-snap");
        Volume volume = origin(2);
        assertTrue(volume.dirty());
        assertEquals(
                Optional.of(Path.of("/dev/mapper/vg-vm--x--private--1521065905--back")),
                volume.path());
        assertEquals(
                List.of(
                        new Revision("1521065904-back", Instant.parse("2018-03-14T22:18:24Z")),
                        new Revision("1521065905-back", Instant.parse("2018-03-14T22:18:25Z"))),
                volume.revisions());
        volume.start();
        assertEquals(live, lvm.uuid("vm-x-private-snap"));
        assertTrue(
                lvm.ran().contains("lvm lvchange --activate=y -- vg/vm-x-private-1521065905-back"));
        volume.stop();
        assertEquals(live, lvm.uuid("vm-x-private"));
        assertEquals(List.of("1521065904-back", "1521065905-back"), ids(volume));
        assertFalse(volume.dirty());
    }

    @Test
    @DisplayName("a commit makes the main volume the newest revision, and the oldest goes")
    void prunesRevisions() {
        lvm.with("vm-x-private")
                .with("vm-x-private-1521065904-back")
                .with("vm-x-private-1521065905-back");
        int main = lvm.uuid("vm-x-private");
        Volume volume = origin(2);
        volume.start();
        int live = lvm.uuid("vm-x-private-snap");
        lvm.ran();
        volume.stop();
        assertEquals(
                List.of(
                        "lvm lvrename -- vg/vm-x-private vg/vm-x-private-1521065906-back",
                        "lvm lvrename -- vg/vm-x-private-snap vg/vm-x-private",
                        "blkdiscard -p 1G /dev/vg/vm-x-private-1521065904-back",
                        "lvm lvremove --force -- vg/vm-x-private-1521065904-back"),
                lvm.ran());
        assertEquals(List.of("1521065905-back", "1521065906-back"), ids(volume));
        assertEquals(live, lvm.uuid("vm-x-private"));
        assertEquals(main, lvm.uuid("vm-x-private-1521065906-back"));
    }

    @Test
    @DisplayName(
            "a snapshot that was left by a crash is used again, and committed by a stop without a start")
    void usesALeftSnapshot() {
        lvm.with("vm-x-private").with("vm-x-private-snap");
        int main = lvm.uuid("vm-x-private");
        int live = lvm.uuid("vm-x-private-snap");
        Volume volume = origin(1);
        volume.start();
        assertEquals(live, lvm.uuid("vm-x-private-snap"));
        assertEquals(List.of(), volume.revisions());
        volume.stop();
        assertEquals(List.of("1521065906-back"), ids(volume));
        assertEquals(main, lvm.uuid("vm-x-private-1521065906-back"));
        assertEquals(live, lvm.uuid("vm-x-private"));
    }

    @Test
    @DisplayName("two commits within a second make two revisions")
    void commitsTwiceInASecond() {
        Volume volume = origin(2);
        volume.create();
        for (int session = 0; session < 2; session++) {
            volume.start();
            volume.stop();
        }
        assertEquals(List.of("1521065906-back", "1521065907-back"), ids(volume));
    }

    @Test
    @DisplayName("an import that fails changes nothing; one that ends well sets the size")
    void importsData() {
        lvm.with("vm-x-private");
        int main = lvm.uuid("vm-x-private");
        Volume volume = origin(1);
        assertEquals(Path.of("/dev/vg/vm-x-private-import"), volume.importData(2 * SIZE));
        assertEquals(
                "Import operation in progress on vg/vm-x-private",
                assertThrows(StoragePoolException.class, volume::start).getMessage());
        assertEquals(SIZE, volume.sizeBytes());
        volume.importDataEnd(false);
        assertEquals(List.of("vm-x-private"), lvm.names());
        assertEquals(main, lvm.uuid("vm-x-private"));
        volume.importData(2 * SIZE);
        volume.importDataEnd(true);
        assertEquals(2 * SIZE, volume.sizeBytes());
        assertEquals(List.of("1521065906-back"), ids(volume));
        assertEquals(
                "No import operation in progress on vg/vm-x-private",
                assertThrows(StoragePoolException.class, () -> volume.importDataEnd(true))
                        .getMessage());
    }

    @Test
    @DisplayName(
            "a volume of the same thin pool is imported as a snapshot of it, and what was there is kept")
    void importsNearVolume() {
        lvm.with("vm-x-private").with("vm-t-private");
        int main = lvm.uuid("vm-x-private");
        Volume source =
                pool.volume(
                        new VolumeSpec(
                                "private",
                                "vg/vm-t-private",
                                VolumeKind.ORIGIN,
                                SIZE,
                                true,
                                Optional.empty(),
                                1));
        Volume volume = origin(1);
        volume.importVolume(source);
        assertEquals("vm-t-private", lvm.origin("vm-x-private"));
        assertEquals(main, lvm.uuid("vm-x-private-1521065906-back"));
    }

    @Test
    @DisplayName(
            "a volume of another pool is copied to a new one first; if that fails nothing has changed")
    void importsFarVolume() {
        lvm.with("vm-x-private");
        ExportedFile far = new ExportedFile(Path.of("/data"));
        Volume volume = origin(0);
        volume.importVolume(far);
        assertEquals(
                List.of(
                        "lvm lvcreate --thin --setactivationskip=n --activate=y --name=vm-x-private-import"
                                + " --virtualsize=8388608B -- vg/pool",
                        "dd if=/data of=/dev/vg/vm-x-private-import conv=sparse,nocreat,fsync status=none bs=128K"),
                lvm.ran().subList(0, 2));
        int imported = lvm.uuid("vm-x-private");
        lvm.refuse("dd");
        assertThrows(StoragePoolException.class, () -> volume.importVolume(far));
        assertEquals(List.of("vm-x-private"), lvm.names());
        assertEquals(imported, lvm.uuid("vm-x-private"));
        assertEquals(0, far.openExports());
    }

    @Test
    @DisplayName(
            "a resize of a running volume reaches what the guest has; the main volume follows at stop")
    void resizesLive() {
        lvm.with("vm-x-private");
        Volume volume = origin(1);
        volume.start();
        lvm.ran();
        volume.resize(2 * SIZE);
        volume.resize(2 * SIZE);
        assertEquals(List.of("lvm lvresize --size=2147483648B -- vg/vm-x-private-snap"), lvm.ran());
        assertEquals(SIZE, lvm.size("vm-x-private"));
        assertEquals(2 * SIZE, volume.sizeBytes());
        volume.stop();
        assertEquals(2 * SIZE, lvm.size("vm-x-private"));
    }

    @Test
    @DisplayName(
            "a volatile volume is there from start to stop only, and is a new one at every start")
    void volatileIsMadeAnew() {
        Volume volume =
                pool.volume(
                        new VolumeSpec(
                                "volatile",
                                "vg/vm-x-volatile",
                                VolumeKind.VOLATILE,
                                SIZE,
                                true,
                                Optional.empty(),
                                0));
        volume.create();
        assertEquals(List.of(), lvm.names());
        volume.start();
        int first = lvm.uuid("vm-x-volatile");
        volume.start();
        assertNotEquals(first, lvm.uuid("vm-x-volatile"));
        assertEquals(
                Optional.of(
                        new BlockSource(
                                Path.of("/dev/mapper/vg-vm--x--volatile"), "raw", true, true)),
                volume.block());
        volume.stop();
        assertEquals(List.of(), lvm.names());
    }

    @Test
    @DisplayName("a snapshot is outdated from its source's commit until it stops")
    void snapshotIsOutdated() {
        lvm.with("vm-t-root");
        Volume source = templateRoot();
        Volume snapshot = snapshot();
        snapshot.start();
        assertFalse(snapshot.outdated());
        source.start();
        source.stop();
        assertTrue(snapshot.outdated());
        snapshot.stop();
        assertFalse(snapshot.outdated());
        assertFalse(lvm.names().contains("vm-x-root-snap"));
    }

    @Test
    @DisplayName(
            "with revisions_to_keep -1 no snapshot is taken, the guest gets the main volume, a stop runs nothing")
    void disabledSnapshots() {
        lvm.with("vm-x-private").with("vm-x-private-1521065904-back");
        Volume volume = origin(-1);
        volume.start();
        assertEquals(List.of("vm-x-private"), lvm.names());
        assertEquals(
                Optional.of(Path.of("/dev/mapper/vg-vm--x--private")),
                volume.block().map(BlockSource::path));
        lvm.ran();
        volume.stop();
        assertEquals(List.of(), lvm.ran());
    }

    @Test
    @DisplayName(
            "a revert takes the volume back to the revision, which stays; what was there is not kept")
    void reverts() {
        lvm.with("vm-x-private").with("vm-x-private-1521065904-back");
        Volume volume = origin(1);
        assertEquals(
                "Volume vg/vm-x-private has no /dev/vg/vm-x-private-1-back",
                assertThrows(StoragePoolException.class, () -> volume.revert("1-back"))
                        .getMessage());
        volume.revert("1521065904-back");
        assertEquals("vm-x-private-1521065904-back", lvm.origin("vm-x-private"));
        assertEquals(List.of("1521065904-back"), ids(volume));
    }

    @Test
    @DisplayName(
            "the pool lists main volumes once, and a qube's revisions are not those of one with a longer name")
    void listsMainVolumes() {
        lvm.with("vm-x-root").with("vm-x-root-snap").with("vm-x-root-1521065904-back");
        lvm.with("vm-x-root-root")
                .with("vm-x-root-root-1521065905-back")
                .with("vm-x-private-import");
        assertEquals(List.of("vg/vm-x-root", "vg/vm-x-root-root"), pool.list());
        Volume root =
                pool.volume(
                        new VolumeSpec(
                                "root",
                                "vg/vm-x-root",
                                VolumeKind.ORIGIN,
                                SIZE,
                                true,
                                Optional.empty(),
                                1));
        assertEquals(List.of("1521065904-back"), ids(root));
    }

    @Test
    @DisplayName("usage is size times percent, truncated")
    void truncatesUsage() {
        assertEquals(
                Map.of(
                        "data_size",
                        1000L,
                        "data_usage",
                        123L,
                        "metadata_size",
                        101L,
                        "metadata_usage",
                        33L),
                pool.usageDetails());
        assertEquals(1000, pool.sizeBytes().orElseThrow());
        assertEquals(123, pool.usageBytes().orElseThrow());
        lvm.with("vm-x-private");
        Volume volume = pool().volume(origin(1).spec());
        assertEquals(SIZE / 2, volume.usageBytes());
    }

    @Test
    @DisplayName("setup refuses a thin pool that is missing or is none")
    void setupChecksThePool() {
        pool.setup();
        assertEquals(
                "Thin pool vg/other does not exist",
                assertThrows(StoragePoolException.class, pool("thin_pool", "other")::setup)
                        .getMessage());
        lvm.with("plain");
        assertEquals(
                "Volume vg/plain is not a thin pool",
                assertThrows(StoragePoolException.class, pool("thin_pool", "plain")::setup)
                        .getMessage());
        assertThrows(StoragePoolException.class, () -> pool("volume_group", "--help"));
    }

    @Test
    @DisplayName(
            "LVM's refusal is the message, with percent signs doubled; its usual complaint on success is not")
    void passesOnRefusals() {
        lvm.complaining(
                "  WARNING: Sum of all thin volume sizes exceeds the size of thin pool vg/pool\n");
        lvm.refuse("lvm lvcreate");
        assertEquals(
                "100%% refused",
                assertThrows(StoragePoolException.class, origin(1)::create).getMessage());
    }

    @Test
    @DisplayName("a revert or an import that LVM refuses leaves all volumes as they were")
    void refusalChangesNothing() {
        lvm.with("vm-x-private").with("vm-x-private-1521065904-back").with("vm-t-root");
        List<String> before = lvm.names();
        int main = lvm.uuid("vm-x-private");
        Volume volume = origin(1);
        Volume source = templateRoot();
        lvm.refuse("lvm lvcreate");
        assertThrows(StoragePoolException.class, () -> volume.revert("1521065904-back"));
        assertThrows(StoragePoolException.class, () -> volume.importVolume(source));
        assertEquals(before, lvm.names());
        assertEquals(main, lvm.uuid("vm-x-private"));
        lvm.refuse("lvm lvremove --force -- vg/vm-x-private"); // its open device, say
        assertThrows(StoragePoolException.class, () -> volume.revert("1521065904-back"));
        assertEquals(main, lvm.uuid("vm-x-private"));
    }

    @Test
    @DisplayName("a volume that is in use is neither reverted nor imported to")
    void refusesWhileDirty() {
        lvm.with("vm-x-private").with("vm-x-private-snap").with("vm-x-private-1521065904-back");
        Volume volume = origin(1);
        assertEquals(
                "Cannot revert dirty volume vg/vm-x-private, stop the qube first",
                assertThrows(StoragePoolException.class, () -> volume.revert("1521065904-back"))
                        .getMessage());
        assertEquals(
                "Cannot import data to dirty volume vg/vm-x-private, stop the qube first",
                assertThrows(StoragePoolException.class, () -> volume.importData(SIZE))
                        .getMessage());
        assertEquals(
                "Cannot import to dirty volume vg/vm-x-private - start and stop a qube to cleanup",
                assertThrows(
                                StoragePoolException.class,
                                () -> volume.importVolume(new ExportedFile(Path.of("/data"))))
                        .getMessage());
        assertEquals(
                "volume vg/vm-t-root missing",
                assertThrows(StoragePoolException.class, snapshot()::verify).getMessage());
    }

    @Test
    @DisplayName("the driver's options are listed as clients know them")
    void declaresOptions() {
        List<String> names = new java.util.ArrayList<>();
        new LvmPoolDriver().config().forEach(option -> names.add(option.name()));
        assertEquals(
                List.of("revisions_to_keep", "volume_group", "thin_pool", "ephemeral_volatile"),
                names);
    }
}
