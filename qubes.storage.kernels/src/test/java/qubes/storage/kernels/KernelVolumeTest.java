package qubes.storage.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static qubes.testkit.storage.PoolVolumes.spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.error.QubesNotImplementedError;
import qubes.core.error.StoragePoolException;
import qubes.core.state.PoolRecord;
import qubes.core.storage.BlockSource;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolConfig;
import qubes.core.storage.PoolDriver;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeKind;
import qubes.core.storage.VolumeSpec;
import qubes.testkit.storage.ExportedFile;

class KernelVolumeTest {
    private final PoolDriver driver = new KernelPoolDriver();

    @TempDir private Path directory;

    private PoolConfig config;
    private Pool pool;

    @BeforeEach
    void open() throws IOException {
        Files.createFile(Files.createDirectory(directory.resolve("dummy")).resolve("modules.img"));
        config =
                new PoolConfig(
                        new PoolRecord(
                                Map.of(
                                        "name",
                                        "linux-kernel",
                                        "driver",
                                        "linux-kernel",
                                        "dir_path",
                                        directory.toString())),
                        driver.config());
        pool = driver.open(config);
        pool.setup();
    }

    private Volume volume(String kernel) {
        return pool.volume(
                new VolumeSpec(
                        "kernel", kernel, VolumeKind.VOLATILE, 0, false, Optional.empty(), 0));
    }

    @Test
    @DisplayName("the path follows the kernel")
    void pathFollowsTheKernel() {
        assertEquals(Optional.of(directory.resolve("dummy/modules.img")), volume("dummy").path());
        assertEquals(
                Optional.of(directory.resolve("updated/modules.img")), volume("updated").path());
    }

    @Test
    @DisplayName("the disk is read-only, and there only if the image of the modules is")
    void diskNeedsTheImage() {
        assertEquals(
                Optional.of(
                        new BlockSource(
                                directory.resolve("dummy/modules.img"), "raw", false, false)),
                volume("dummy").block());
        assertEquals(Optional.empty(), volume("updated").block());
    }

    @Test
    @DisplayName("without a kernel there is no path, no disk, no usage, and nothing to verify")
    void noKernel() {
        Volume none = volume("");
        none.verify();
        assertEquals("", none.spec().vid());
        assertEquals(Optional.empty(), none.path());
        assertEquals(Optional.empty(), none.block());
        assertEquals(0, none.usageBytes());
    }

    @Test
    @DisplayName("the pool lists a volume for each folder, and has no size")
    void listsFolders() throws IOException {
        Files.createFile(directory.resolve("README"));
        assertEquals(List.of("dummy"), pool.list());
        assertEquals(Map.of(), pool.usageDetails());
    }

    @Test
    @DisplayName("a kernel without vmlinuz does not pass verify")
    void verifyNeedsVmlinuz() throws IOException {
        Path vmlinuz = directory.resolve("dummy/vmlinuz");
        assertEquals(
                "Missing file: " + vmlinuz,
                assertThrows(StoragePoolException.class, volume("dummy")::verify).getMessage());
        Files.createFile(vmlinuz);
        volume("dummy").verify();
    }

    @Test
    @DisplayName("another kernel's volume is imported without effect, any other is refused")
    void importsKernelsOnly() {
        volume("dummy").importVolume(volume("updated"));
        Volume kernel = volume("dummy");
        ExportedFile foreign = new ExportedFile(directory.resolve("dummy/modules.img"));
        assertThrows(StoragePoolException.class, () -> kernel.importVolume(foreign));
    }

    @Test
    @DisplayName("what is to be written, and what lies elsewhere, is refused")
    void refusesForeignVolumes() {
        VolumeSpec writable =
                new VolumeSpec(
                        "kernel", "dummy", VolumeKind.VOLATILE, 0, true, Optional.empty(), 0);
        assertThrows(QubesNotImplementedError.class, () -> pool.volume(writable));
        assertThrows(
                QubesNotImplementedError.class,
                () -> pool.volume(spec("kernel", "dummy", VolumeKind.ORIGIN)));
        assertThrows(StoragePoolException.class, () -> volume(".."));
        assertThrows(StoragePoolException.class, () -> volume("../dummy"));
    }

    @Test
    @DisplayName("the store keeps name, directory and driver")
    void storesThreeAttributes() {
        assertEquals(
                List.of("name=linux-kernel", "dir_path=" + directory, "driver=linux-kernel"),
                driver.stored(config).entrySet().stream().map(Object::toString).toList());
    }
}
