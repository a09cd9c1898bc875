package qubes.storage.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qubes.testkit.storage.PoolVolumes.SIZE;
import static qubes.testkit.storage.PoolVolumes.created;
import static qubes.testkit.storage.PoolVolumes.origin;
import static qubes.testkit.storage.PoolVolumes.readOnce;
import static qubes.testkit.storage.PoolVolumes.session;
import static qubes.testkit.storage.PoolVolumes.snapshotOf;
import static qubes.testkit.storage.PoolVolumes.volatileVolume;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.error.QubesNotImplementedError;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.BlockSource;
import qubes.core.storage.Pool;
import qubes.core.storage.Revision;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeKind;
import qubes.core.storage.VolumeSpec;
import qubes.testkit.storage.DiskContent;

/** The files of volumes, as the table of the driver names them. */
class ReflinkVolumeTest {
    @TempDir private Path root;

    private Pool pool;

    @BeforeEach
    void open() {
        pool = Pools.ready(new ReflinkPoolDriver(), root, "setup_check", "False");
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
            "a vid is folder, qube and volume; a created volume has a clean image and its precache")
    void namesFiles() throws IOException {
        Volume volume = created(pool, "private");
        assertEquals("appvms/work/private", volume.spec().vid());
        assertEquals(Set.of("private.img", "private-precache.img"), files());
        assertEquals(Optional.of(file("private-dirty.img")), volume.path());
        assertEquals(
                Optional.of(new BlockSource(file("private-dirty.img"), "raw", false, true)),
                volume.block());
    }

    @Test
    @DisplayName(
            "start turns the precache into the dirty image; stop makes it the clean one and keeps a revision")
    void startsAndCommits() throws IOException {
        Volume volume = created(pool, "private");
        Object precache = Files.getAttribute(file("private-precache.img"), "unix:ino");
        volume.start();
        assertEquals(Set.of("private.img", "private-dirty.img"), files());
        assertEquals(precache, Files.getAttribute(file("private-dirty.img"), "unix:ino"));

        Files.setLastModifiedTime(
                file("private.img"), FileTime.from(Instant.parse("2018-03-14T22:18:24.5Z")));
        volume.stop();
        assertEquals(
                Set.of("private.img", "private-precache.img", "private.img.1@2018-03-14T22:18:24Z"),
                files());
        assertEquals(precache, Files.getAttribute(file("private.img"), "unix:ino"));
        assertEquals(
                List.of(new Revision("1", Instant.parse("2018-03-14T22:18:24Z"))),
                volume.revisions());
    }

    @Test
    @DisplayName("revisions are numbered on, sorted by number, and the oldest go first")
    void numbersRevisions() throws IOException {
        Volume volume = pool.volume(origin(pool, "private", 2));
        volume.create();
        for (String number : List.of("9", "10")) {
            Files.createFile(file("private.img." + number + "@2018-03-14T22:18:24Z"));
        }
        volume.start();
        volume.stop();
        assertEquals(List.of("10", "11"), volume.revisions().stream().map(Revision::id).toList());
    }

    @Test
    @DisplayName("a revert uses up the revision and keeps what it replaces as a new one")
    void revertConsumesTheRevision() {
        Volume volume = created(pool, "private");
        session(volume, "first");
        session(volume, "other");
        assertEquals(List.of("2"), volume.revisions().stream().map(Revision::id).toList());
        volume.revert("2");
        assertEquals(List.of("3"), volume.revisions().stream().map(Revision::id).toList());
        assertEquals("first", readOnce(volume));
    }

    @Test
    @DisplayName("clean and precache images both hold what was imported")
    void importRefreshesThePrecache() throws IOException {
        Volume volume = created(pool, "private");
        Path target = volume.importData(SIZE);
        assertEquals(file("private-import.img"), target);
        DiskContent.raw(target).write(0, "new");
        volume.importDataEnd(true);
        assertEquals("new", DiskContent.raw(file("private.img")).read(0, 3));
        assertEquals("new", DiskContent.raw(file("private-precache.img")).read(0, 3));
        assertFalse(Files.exists(target));
    }

    @Test
    @DisplayName("a precache that is not a copy of the clean image is not used")
    void stalePrecacheIsDropped() throws IOException {
        Volume volume = created(pool, "private");
        session(volume, "first");
        Files.setLastModifiedTime(file("private-precache.img"), FileTime.fromMillis(0));
        DiskContent.raw(file("private-precache.img")).write(0, "stale");
        assertEquals("first", readOnce(volume));
    }

    @Test
    @DisplayName("without a clean image to compare with, the precache is kept")
    void precacheWithoutCleanIsKept() throws IOException {
        created(pool, "private");
        Files.delete(file("private.img"));
        ReflinkImages images = new ReflinkImages(file("private"));
        assertThrows(NoSuchFileException.class, images::dropStalePrecache);
        assertEquals(Set.of("private-precache.img"), files());
    }

    @Test
    @DisplayName(
            "with revisions_to_keep -1 the clean image itself becomes the dirty one and back; nothing is copied")
    void disabledSnapshotsCopyNothing() throws IOException {
        Volume before = created(pool, "private");
        session(before, "first");
        Object inode = Files.getAttribute(file("private.img"), "unix:ino");
        Volume volume = pool.volume(origin(pool, "private", -1));
        volume.start();
        assertEquals(Set.of("private-dirty.img"), files());
        assertEquals(Optional.of(file("private-dirty.img")), volume.block().map(BlockSource::path));
        volume.stop();
        assertEquals(Set.of("private.img"), files());
        assertEquals(inode, Files.getAttribute(file("private.img"), "unix:ino"));
    }

    @Test
    @DisplayName(
            "a snapshot links its source's clean image, and is outdated once that is another file")
    void snapshotLinksItsSource() throws IOException {
        Volume source = created(pool, "root");
        Volume snapshot = snapshotOf(pool, source);
        snapshot.start();
        assertTrue(Files.isSameFile(root.resolve("appvms/leaf/root.img"), file("root.img")));
        assertFalse(snapshot.outdated());
        source.start();
        assertFalse(snapshot.outdated());
        source.stop();
        assertTrue(snapshot.outdated());
        snapshot.stop();
        assertFalse(Files.exists(root.resolve("appvms/leaf/root.img")));
        assertFalse(Files.exists(root.resolve("appvms/leaf/root-dirty.img")));
    }

    @Test
    @DisplayName("a start clears away what an operation that was cut short left behind")
    void startClearsLeftovers() throws IOException {
        Volume volume = created(pool, "private");
        Volume neighbour = created(pool, "private2");
        for (String left :
                List.of(
                        "private.img~1a",
                        "private-dirty.img~x",
                        "private-import.img",
                        "private.img.3@2018-03-14T22:18:24Z~9")) {
            Files.writeString(file(left), "rest");
        }
        Path foreign = Files.writeString(file("private2.img~1a"), "rest");
        volume.start();
        assertEquals(
                Set.of(
                        "private.img",
                        "private-dirty.img",
                        "private2.img",
                        "private2-precache.img",
                        "private2.img~1a"),
                files());
        neighbour.start();
        assertFalse(Files.exists(foreign));
    }

    @Test
    @DisplayName(
            "a commit that was cut short after the revision was kept is finished at the next stop")
    void commitCanBeCutShort() throws IOException {
        Volume volume = created(pool, "private");
        volume.start();
        DiskContent.of(volume).write(0, "first");
        Files.copy(file("private.img"), file("private.img.1@2018-03-14T22:18:24Z"));
        volume.start();
        volume.stop();
        assertEquals("first", readOnce(volume));
    }

    @Test
    @DisplayName("a volatile volume has the size it was resized to, also while it is stopped")
    void volatileRemembersItsSize() throws IOException {
        Volume volume = volatileVolume(pool);
        volume.resize(2 * SIZE);
        assertEquals(2 * SIZE, volume.sizeBytes());
        volume.start();
        assertEquals(2 * SIZE, Files.size(file("volatile-dirty.img")));
        volume.resize(3 * SIZE);
        volume.stop();
        assertEquals(3 * SIZE, volume.sizeBytes());
        assertEquals(Set.of(), files());
    }

    @Test
    @DisplayName("refusals are worded as clients know them")
    void wordsRefusals() {
        Volume volume = created(pool, "private");
        session(volume, "first");
        volume.start();
        assertEquals(
                "Cannot revert: appvms/work/private is not cleanly stopped",
                assertThrows(StoragePoolException.class, () -> volume.revert("1")).getMessage());
        VolumeSpec readOnly =
                new VolumeSpec(
                        "private",
                        "appvms/work/private",
                        VolumeKind.ORIGIN,
                        SIZE,
                        false,
                        Optional.empty(),
                        1);
        assertEquals(
                "Cannot resize: appvms/work/private is read-only",
                assertThrows(StoragePoolException.class, () -> pool.volume(readOnly).resize(SIZE))
                        .getMessage());
        assertThrows(QubesNotImplementedError.class, volatileVolume(pool)::export);
    }
}
