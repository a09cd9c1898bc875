package qubes.storage.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qubes.testkit.storage.PoolVolumes.SIZE;
import static qubes.testkit.storage.PoolVolumes.created;
import static qubes.testkit.storage.PoolVolumes.readOnce;
import static qubes.testkit.storage.PoolVolumes.snapshotOf;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.BlockSource;
import qubes.core.storage.HostCommands;
import qubes.core.storage.Pool;
import qubes.core.storage.Volume;
import qubes.testkit.storage.DiskContent;
import qubes.testkit.storage.PoolContract;

@DisplayName("file with the kernel's device-mapper")
class FileOnDeviceMapperIT implements PoolContract {
    @TempDir private Path scratch;

    @Override
    public Pool emptyPool() throws Exception {
        return Pools.ready(new FilePoolDriver(), Files.createTempDirectory(scratch, "pool"));
    }

    @Test
    @DisplayName(
            "devices are named by device and inode of their files, and are gone after the stop, loops included")
    void namesDevices() throws Exception {
        Path directory = Files.createDirectory(scratch.resolve("named"));
        Pool pool = Pools.ready(new FilePoolDriver(), directory);
        Set<String> before = devices();
        Volume source = created(pool, "root");
        Volume snapshot = snapshotOf(pool, source);
        source.start();
        snapshot.start();
        String image = id(directory.resolve("appvms/work/root.img"));
        String cow = id(directory.resolve("appvms/work/root-cow.img"));
        String own = id(directory.resolve("appvms/leaf/root-cow.img"));
        assertEquals(
                Optional.of(
                        new BlockSource(Path.of("/dev/mapper/origin-" + image), "raw", true, true)),
                source.block());
        assertEquals(
                Optional.of(
                        new BlockSource(
                                Path.of("/dev/mapper/snapshot-" + image + "-" + cow + "-" + own),
                                "raw",
                                true,
                                true)),
                snapshot.block());
        source.stop();
        snapshot.stop();
        assertEquals(before, devices());
        for (String file :
                List.of(
                        "appvms/work/root.img",
                        "appvms/work/root-cow.img",
                        "appvms/work/root-cow.img.old")) {
            assertEquals(
                    List.of(),
                    new LoopDevices(HostCommands.ofThisHost()).showing(directory.resolve(file)));
        }
    }

    @Test
    @DisplayName("a resize while the guest runs reaches image, loop device and disk")
    void resizesLive() throws Exception {
        Path directory = Files.createDirectory(scratch.resolve("resized"));
        Volume volume = created(Pools.ready(new FilePoolDriver(), directory), "private");
        volume.start();
        volume.resize(2 * SIZE);
        Path image = directory.resolve("appvms/work/private.img");
        Path loop = new LoopDevices(HostCommands.ofThisHost()).showing(image).get(0);
        assertEquals(2 * SIZE, Files.size(image));
        assertEquals(2 * SIZE, deviceSize(loop));
        assertEquals(2 * SIZE, deviceSize(volume.block().orElseThrow().path()));
        volume.stop();
        assertEquals(2 * SIZE, volume.sizeBytes());
    }

    @Test
    @DisplayName("a disk that is in use is neither stopped nor lost")
    void usedDiskIsNotStopped() throws Exception {
        Volume volume = created(emptyPool(), "private");
        volume.start();
        try (RandomAccessFile guest =
                new RandomAccessFile(volume.block().orElseThrow().path().toFile(), "rw")) {
            guest.write("first".getBytes());
            assertThrows(StoragePoolException.class, volume::stop);
        }
        assertThrows(StoragePoolException.class, volume::export);
        volume.stop();
        assertFalse(volume.dirty());
        assertEquals("first", readOnce(volume));
    }

    @Test
    @DisplayName("a session that QEMU keeps in an overlay is not started over")
    void refusesOverlays() throws Exception {
        Path directory = Files.createDirectory(scratch.resolve("overlay"));
        Volume volume = created(Pools.qcow(directory), "private");
        volume.start();
        DiskContent.of(volume).write(0, "first");
        Volume here = Pools.ready(new FilePoolDriver(), directory).volume(volume.spec());
        String message = assertThrows(StoragePoolException.class, here::start).getMessage();
        assertTrue(message.contains("QEMU overlay"), message);
        volume.stop();
        assertEquals("first", readOnce(here));
    }

    private static Set<String> devices() throws IOException {
        try (var devices = Files.list(Path.of("/dev/mapper"))) {
            return devices.map(Path::toString).collect(Collectors.toSet());
        }
    }

    private static String id(Path file) throws IOException {
        return Long.toHexString((Long) Files.getAttribute(file, "unix:dev"))
                + ":"
                + Files.getAttribute(file, "unix:ino");
    }

    private static long deviceSize(Path device) throws IOException {
        try (RandomAccessFile disk = new RandomAccessFile(device.toFile(), "r")) {
            return disk.length();
        }
    }
}
