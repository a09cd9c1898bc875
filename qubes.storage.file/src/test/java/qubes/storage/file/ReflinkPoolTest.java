package qubes.storage.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qubes.testkit.storage.PoolVolumes.created;
import static qubes.testkit.storage.PoolVolumes.readOnce;
import static qubes.testkit.storage.PoolVolumes.session;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.error.StoragePoolException;
import qubes.core.state.PoolRecord;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolConfig;
import qubes.core.storage.Volume;
import qubes.testkit.storage.DiskContent;
import qubes.testkit.storage.ScratchFilesystem;

class ReflinkPoolTest {
    private final ReflinkPoolDriver driver = new ReflinkPoolDriver();

    @TempDir private Path directory;

    @Test
    @DisplayName("the driver's options are listed as clients know them")
    void declaresOptions() {
        List<String> names = new ArrayList<>();
        driver.config().forEach(option -> names.add(option.name()));
        assertEquals(
                List.of("revisions_to_keep", "dir_path", "setup_check", "ephemeral_volatile"),
                names);
    }

    @Test
    @DisplayName("setup_check is not stored")
    void storesAllButTheCheck() {
        PoolConfig config =
                new PoolConfig(
                        new PoolRecord(
                                Map.of(
                                        "name",
                                        "fast",
                                        "driver",
                                        "file-reflink",
                                        "dir_path",
                                        "/somewhere",
                                        "setup_check",
                                        "False")),
                        driver.config());
        assertEquals(
                Map.of(
                        "name", "fast",
                        "driver", "file-reflink",
                        "dir_path", "/somewhere",
                        "revisions_to_keep", "1",
                        "ephemeral_volatile", "False"),
                driver.stored(config));
    }

    @Test
    @DisplayName(
            "setup refuses a filesystem that cannot share blocks, says what to do, and leaves nothing behind")
    void setupChecks() throws Exception {
        try (ScratchFilesystem memory = ScratchFilesystem.memory(1 << 20)) {
            Path place = memory.root().resolve("pool");
            Pool checked = Pools.open(driver, place);
            String message = assertThrows(StoragePoolException.class, checked::setup).getMessage();
            assertTrue(message.contains("setup_check=False"), message);
            assertFalse(Files.exists(place));

            Files.createDirectory(place);
            assertThrows(StoragePoolException.class, checked::setup);
            assertTrue(Files.exists(place), "a directory that was there stays");

            Pools.open(driver, place, "setup_check", "False").setup();
            assertTrue(Files.isDirectory(place.resolve("appvms")));
            assertTrue(Files.isDirectory(place.resolve("vm-templates")));
        }
    }

    @Test
    @DisplayName(
            "a place whose parent is missing, or that is a file, is refused without naming paths")
    void setupNeedsAPlace() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        for (Path place : List.of(directory.resolve("no/where"), file)) {
            Pool pool = Pools.open(driver, place, "setup_check", "False");
            String message = assertThrows(StoragePoolException.class, pool::setup).getMessage();
            assertTrue(message.startsWith("Setup of pool test: "), message);
            assertFalse(message.contains(directory.toString()), message);
        }
    }

    @Test
    @DisplayName("a directory that is not absolute is refused")
    void refusesRelativeDirectory() {
        assertThrows(StoragePoolException.class, () -> Pools.open(driver, Path.of("here")));
    }

    @Test
    @DisplayName("a pool whose directory is not there has no size")
    void missingDirectoryHasNoSize() {
        Pool pool = Pools.open(driver, directory.resolve("gone"));
        assertEquals(OptionalLong.empty(), pool.sizeBytes());
        assertEquals(Map.of(), pool.usageDetails());
        assertEquals(List.of(), pool.list());
    }

    @Test
    @DisplayName(
            "on a full disk nothing is lost: what was committed stays, what was written is kept until there is room")
    void fullDiskLosesNothing() throws Exception {
        try (ScratchFilesystem memory = ScratchFilesystem.memory(1 << 20)) {
            Pool pool = Pools.ready(driver, memory.root(), "setup_check", "False");
            Volume volume = created(pool, "private");
            session(volume, "first");
            volume.start();
            DiskContent.of(volume).write(0, "other");
            Path filler = memory.root().resolve("filler");
            Files.write(filler, new byte[(int) memory.freeBytes()]);

            StoragePoolException refusal = assertThrows(StoragePoolException.class, volume::stop);
            assertEquals(
                    "Stop of volume appvms/work/private: No space left on device",
                    refusal.getMessage());
            assertTrue(volume.dirty());

            Files.delete(filler);
            volume.start();
            assertEquals("other", DiskContent.of(volume).read(0, 5));
            volume.stop();
            assertEquals("other", readOnce(volume));
        }
    }
}
