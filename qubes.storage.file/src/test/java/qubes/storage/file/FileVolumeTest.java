package qubes.storage.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qubes.testkit.storage.PoolVolumes.SIZE;
import static qubes.testkit.storage.PoolVolumes.ZEROES;
import static qubes.testkit.storage.PoolVolumes.created;
import static qubes.testkit.storage.PoolVolumes.origin;
import static qubes.testkit.storage.PoolVolumes.readOnce;
import static qubes.testkit.storage.PoolVolumes.session;
import static qubes.testkit.storage.PoolVolumes.snapshotOf;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.error.QubesException;
import qubes.core.error.QubesNotImplementedError;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.BlockSource;
import qubes.core.storage.HostCommands;
import qubes.core.storage.Pool;
import qubes.core.storage.Revision;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeKind;
import qubes.core.storage.VolumeSpec;
import qubes.testkit.storage.DiskContent;
import qubes.testkit.storage.ScratchFilesystem;

/**
 * The files of volumes, as the table of the driver names them, with QEMU's overlays as
 * copy-on-write files.
 */
class FileVolumeTest {
    @TempDir private Path root;

    private Pool pool;

    @BeforeEach
    void open() {
        pool = Pools.qcow(root);
    }

    private Set<String> files() throws IOException {
        try (var files = Files.list(root.resolve("appvms/work"))) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    private Path file(String name) {
        return root.resolve("appvms/work").resolve(name);
    }

    @Test
    @DisplayName(
            "a created volume is a sparse image that the group may write; creating it again is refused")
    void createsAnImage() throws IOException {
        Volume volume = created(pool, "private");
        assertEquals(Set.of("private.img"), files());
        assertEquals(
                "rw-rw-r--",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(file("private.img"))));
        assertEquals(0, volume.usageBytes());
        session(volume, "first");
        assertThrows(StoragePoolException.class, volume::create);
        assertEquals("first", readOnce(volume));
    }

    @Test
    @DisplayName("a volume without a size is not created")
    void sizeIsNeeded() {
        Volume volume =
                pool.volume(
                        new VolumeSpec(
                                "private",
                                "appvms/work/private",
                                VolumeKind.ORIGIN,
                                0,
                                true,
                                Optional.empty(),
                                1));
        assertThrows(StoragePoolException.class, volume::create);
    }

    @Test
    @DisplayName("a session is in the copy-on-write file, which becomes the one revision at stop")
    void keepsOneRevision() throws IOException {
        Volume volume = created(pool, "private");
        volume.start();
        assertEquals(Set.of("private.img", "private-cow.img"), files());
        assertEquals(
                Optional.of(new BlockSource(file("private-cow.img"), "qcow2", false, true)),
                volume.block());
        DiskContent.of(volume).write(0, "first");
        assertEquals(ZEROES, DiskContent.raw(file("private.img")).read(0, 5));
        volume.stop();
        assertEquals(Set.of("private.img", "private-cow.img.old"), files());
        assertEquals("first", DiskContent.raw(file("private.img")).read(0, 5));
        session(volume, "again");
        assertEquals(List.of("old"), volume.revisions().stream().map(Revision::id).toList());
        Volume keepsNone = pool.volume(origin(pool, "private", 0));
        keepsNone.start();
        keepsNone.stop();
        assertTrue(
                Files.exists(file("private-cow.img.old")),
                "an earlier revision goes with the volume only");
    }

    @Test
    @DisplayName("an import that a session came between is dropped, and the session is kept")
    void sessionEndsImport() throws IOException {
        Volume volume = created(pool, "private");
        DiskContent.raw(volume.importData(SIZE)).write(0, "other");
        session(volume, "first");
        assertFalse(Files.exists(file("private-import.img")));
        assertThrows(StoragePoolException.class, () -> volume.importDataEnd(true));
        assertEquals("first", readOnce(volume));
    }

    @Test
    @DisplayName("a volume that is copied at the moment can be removed, and its name is free then")
    void removedWhileExported() {
        Volume volume = created(pool, "private");
        Path exported = volume.export();
        volume.remove();
        assertFalse(Files.exists(exported));
        volume.exportEnd(exported);
        created(pool, "private").start();
    }

    @Test
    @DisplayName("the pool can be moved while a session is unfinished")
    void poolCanMove() throws IOException {
        Path first = Files.createDirectory(root.resolve("first"));
        Volume volume = created(Pools.qcow(first), "private");
        volume.start();
        DiskContent.of(volume).write(0, "first");
        Path second = Files.move(first, root.resolve("second"));
        assertEquals("first", readOnce(Pools.qcow(second).volume(volume.spec())));
    }

    @Test
    @DisplayName("a commit changes the image in place, unless a started snapshot reads it")
    void commitSparesSnapshots() throws IOException {
        Volume source = created(pool, "root");
        Object inode = Files.getAttribute(file("root.img"), "unix:ino");
        session(source, "first");
        assertEquals(inode, Files.getAttribute(file("root.img"), "unix:ino"));
        Volume snapshot = snapshotOf(pool, source);
        snapshot.start();
        session(source, "other");
        assertNotEquals(inode, Files.getAttribute(file("root.img"), "unix:ino"));
        assertEquals("first", DiskContent.of(snapshot).read(0, 5));
        assertFalse(snapshot.outdated());
        snapshot.stop();
        assertFalse(Files.exists(root.resolve("appvms/leaf/root.img")));
        assertFalse(Files.exists(root.resolve("appvms/leaf/root-cow.img")));
    }

    @Test
    @DisplayName(
            "a source that grows while a snapshot reads it and while it runs keeps its size at stop")
    void sourceGrowsUnderSnapshot() throws IOException {
        Volume source = created(pool, "root");
        source.start();
        DiskContent.of(source).write(0, "first");
        Volume snapshot = snapshotOf(pool, source);
        snapshot.start();
        source.resize(2 * SIZE);
        source.stop();
        assertEquals(2 * SIZE, source.sizeBytes());
        assertEquals("first", readOnce(source));
        source.resize(SIZE);
        assertEquals(SIZE, Files.size(file("root.img")));
        assertEquals(ZEROES, DiskContent.of(snapshot).read(0, 5));
    }

    @Test
    @DisplayName("a volume that is in use does not shrink")
    void usedVolumeDoesNotShrink() {
        Volume volume = created(pool, "private");
        volume.start();
        DiskContent.of(volume).write(SIZE - 4, "end!");
        assertThrows(StoragePoolException.class, () -> volume.resize(SIZE / 2));
        assertEquals("end!", DiskContent.of(volume).read(SIZE - 4, 4));
    }

    @Test
    @DisplayName("a session that QEMU still has open is not committed, and nothing is lost")
    void openSessionIsNotCommitted() throws Exception {
        Volume volume = created(pool, "private");
        volume.start();
        DiskContent.of(volume).write(0, "first");
        Process qemu =
                new ProcessBuilder("qemu-io", "-f", "qcow2", file("private-cow.img").toString())
                        .redirectErrorStream(true)
                        .start();
        try (OutputStream orders = qemu.getOutputStream();
                BufferedReader answers = qemu.inputReader()) {
            orders.write("read 0 512\n".getBytes(UTF_8));
            orders.flush();
            assertTrue(answers.readLine().contains("read 512/512"), "QEMU has it open");
            StoragePoolException refusal = assertThrows(StoragePoolException.class, volume::stop);
            assertEquals(
                    "Stop of volume appvms/work/private: its disk is still in use",
                    refusal.getMessage());
            assertEquals(ZEROES, DiskContent.raw(file("private.img")).read(0, 5));
        }
        assertTrue(qemu.waitFor(30, TimeUnit.SECONDS));
        volume.stop();
        assertEquals("first", readOnce(volume));
    }

    @Test
    @DisplayName(
            "a copy-on-write file of device-mapper is no session: the image is complete without it")
    void foreignCowIsNoSession() throws IOException {
        Volume volume = created(pool, "private");
        session(volume, "first");
        DurableFiles.replaceBySparse(file("private-cow.img"), DurableFiles.GROUP_WRITABLE, SIZE);
        DiskContent.raw(file("private-cow.img")).write(0, "SnAp\1");
        assertFalse(volume.dirty());
        assertEquals("first", readOnce(volume));
    }

    @Test
    @DisplayName(
            "with revisions_to_keep -1 the guest writes to the image and there is no copy-on-write file")
    void disabledSnapshotsHaveNoCow() throws IOException {
        Volume before = created(pool, "private");
        before.start();
        DiskContent.of(before).write(0, "first"); // and the host goes down
        Volume volume = pool.volume(origin(pool, "private", -1));
        volume.start();
        assertEquals(Set.of("private.img"), files());
        assertEquals(
                Optional.of(new BlockSource(file("private.img"), "raw", false, true)),
                volume.block());
        assertEquals("first", DiskContent.of(volume).read(0, 5));
        volume.stop();
        assertEquals(Set.of("private.img"), files());
    }

    @Test
    @DisplayName("a volume without copy-on-write does not write to what a started snapshot reads")
    void disabledSnapshotsSpareSnapshots() {
        Volume source = pool.volume(origin(pool, "root", -1));
        source.create();
        session(source, "first");
        Volume snapshot = snapshotOf(pool, source);
        snapshot.start();
        session(source, "other");
        assertEquals("first", DiskContent.of(snapshot).read(0, 5));
    }

    @Test
    @DisplayName("an import goes to a file of its own, which replaces the image or vanishes")
    void importsThroughAFile() throws IOException {
        Volume volume = created(pool, "private");
        session(volume, "first");
        assertEquals(file("private-import.img"), volume.importData(SIZE));
        DiskContent.raw(file("private-import.img")).write(0, "test");
        volume.importDataEnd(false);
        assertFalse(Files.exists(file("private-import.img")));
        assertEquals("first", readOnce(volume));
        DiskContent.raw(volume.importData(SIZE)).write(0, "test");
        volume.importDataEnd(true);
        assertFalse(Files.exists(file("private-import.img")));
        assertEquals("test\0", readOnce(volume));
        volume.importData(SIZE);
        volume.importDataEnd(true);
        assertEquals(ZEROES, readOnce(volume));
    }

    @Test
    @DisplayName(
            "what is exported does not start and does not change until the last reader has ended")
    void exportedStaysAsItIs() {
        Volume volume = created(pool, "private");
        Volume other = created(pool, "other");
        Path exported = volume.export();
        Volume again = pool.volume(volume.spec());
        again.export();
        again.exportEnd(exported);
        assertEquals(
                "file pool cannot start a VM with an exported volume",
                assertThrows(StoragePoolException.class, again::start).getMessage());
        assertThrows(StoragePoolException.class, () -> again.importData(SIZE));
        assertThrows(StoragePoolException.class, () -> again.importVolume(other));
        volume.exportEnd(exported);
        again.start();
        assertEquals(
                "file pool cannot export dirty volumes",
                assertThrows(StoragePoolException.class, again::export).getMessage());
    }

    @Test
    @DisplayName("refusals are worded as clients know them")
    void wordsRefusals() {
        Volume source = created(pool, "root");
        Volume snapshot = snapshotOf(pool, source);
        VolumeSpec readOnly =
                new VolumeSpec(
                        "root",
                        "appvms/work/root",
                        VolumeKind.ORIGIN,
                        SIZE,
                        false,
                        Optional.empty(),
                        1);
        assertEquals(
                "Can not resize readonly volume appvms/work/root",
                assertThrows(StoragePoolException.class, () -> pool.volume(readOnly).resize(SIZE))
                        .getMessage());
        assertEquals(
                "Cannot resize volume based on a template - resizethe template instead",
                assertThrows(StoragePoolException.class, () -> snapshot.resize(SIZE)).getMessage());
        assertThrows(StoragePoolException.class, () -> source.importVolume(snapshot));
        source.remove();
        assertEquals(
                "Missing image file: " + file("root.img") + ".",
                assertThrows(StoragePoolException.class, snapshot::verify).getMessage());
    }

    @Test
    @DisplayName("two revisions are more than the driver keeps")
    void refusesTwoRevisions() {
        assertThrows(QubesNotImplementedError.class, () -> pool.volume(origin(pool, "private", 2)));
        assertThrows(
                QubesException.class,
                () -> Pools.open(new FilePoolDriver(), root, "revisions_to_keep", "2"));
        assertThrows(
                QubesNotImplementedError.class,
                () ->
                        pool.volume(
                                new VolumeSpec(
                                        "root",
                                        "appvms/leaf/root",
                                        VolumeKind.ORIGIN_SNAPSHOT,
                                        SIZE,
                                        true,
                                        Optional.of("appvms/work/root"),
                                        1)));
        assertEquals(
                -1,
                Pools.open(new FilePoolDriver(), root, "revisions_to_keep", "-1")
                        .revisionsToKeep());
    }

    @Test
    @DisplayName("size and usage of the pool are its filesystem's, zero where there is none")
    void poolSizeIsTheFilesystems() throws IOException {
        assertEquals(Files.getFileStore(root).getTotalSpace(), pool.sizeBytes().orElseThrow());
        Pool nowhere = Pools.open(new FilePoolDriver(), root.resolve("nowhere"));
        assertEquals(0, nowhere.sizeBytes().orElseThrow());
        assertEquals(0, nowhere.usageBytes().orElseThrow());
    }

    @Test
    @DisplayName(
            "on a full disk nothing is lost: a commit that does not fit leaves the session, and is done later")
    void fullDiskLosesNothing() throws Exception {
        try (ScratchFilesystem memory = ScratchFilesystem.memory(8 << 20)) {
            Pool small = Pools.qcow(memory.root());
            Volume volume = created(small, "private");
            volume.start();
            DiskContent.of(volume).write(0, "first");
            DiskContent.of(volume).write(1 << 20, "x".repeat(1 << 20));
            Path filler = memory.root().resolve("filler");
            Files.write(filler, new byte[(int) memory.freeBytes() - 4096]);

            StoragePoolException refusal = assertThrows(StoragePoolException.class, volume::stop);
            assertTrue(
                    refusal.getMessage().startsWith("Stop of volume appvms/work/private: "),
                    refusal.getMessage());
            assertFalse(
                    refusal.getMessage().contains(memory.root().toString()), refusal.getMessage());
            assertTrue(volume.dirty());

            Files.delete(filler);
            volume.start();
            assertEquals("first", DiskContent.of(volume).read(0, 5));
            volume.stop();
            assertEquals("first", readOnce(volume));
        }
    }

    @Test
    @DisplayName(
            "without device-mapper and without qemu-img the pool is not opened, and it is said what to install")
    void needsOneOfTwo() {
        HostCommands bare =
                (limit, command) -> {
                    throw new StoragePoolException(
                            "The program " + command.get(0) + " cannot be started");
                };
        String message =
                assertThrows(
                                StoragePoolException.class,
                                () -> Pools.open(new FilePoolDriver(bare), root))
                        .getMessage();
        assertTrue(message.endsWith("install qemu-utils"), message);
    }

    @Test
    @DisplayName("a copy-on-write file holds data once its list is not empty any more")
    void looksForData() throws IOException {
        Path cow = root.resolve("cow");
        DurableFiles.replaceBySparse(cow, DurableFiles.GROUP_WRITABLE, 1_000_000);
        assertFalse(DeviceMapperSnapshots.holdsData(cow));
        DiskContent.raw(cow).write(0, "SnAp\1\0\0\0\1\0\0\0\0\1\0\0");
        assertFalse(DeviceMapperSnapshots.holdsData(cow));
        DiskContent.raw(cow).write(10_000, "x");
        assertTrue(DeviceMapperSnapshots.holdsData(cow));
    }

    @Test
    @DisplayName("usage is asked for again once a file has changed")
    void usageFollowsChanges() throws IOException {
        DiskUsage usage = new DiskUsage(HostCommands.ofThisHost());
        Path file = root.resolve("file");
        assertEquals(0, usage.of(file));
        DurableFiles.replaceBySparse(file, DurableFiles.GROUP_WRITABLE, 1_000_000);
        assertEquals(0, usage.of(file));
        DiskContent.raw(file).write(10_000, "x");
        assertTrue(usage.of(file) > 0);
        Files.delete(file);
        assertEquals(0, usage.of(file));
    }
}
