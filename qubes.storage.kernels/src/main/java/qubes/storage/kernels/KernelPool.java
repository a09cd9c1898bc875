package qubes.storage.kernels;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import qubes.core.error.QubesNotImplementedError;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolCapability;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeKind;
import qubes.core.storage.VolumeOwner;
import qubes.core.storage.VolumeSpec;

/** Kernels in one directory; the vid of a volume is the kernel's name. */
final class KernelPool implements Pool {
    private final String name;
    private final Path directory;

    KernelPool(String name, Path directory) {
        this.name = name;
        this.directory = directory;
    }

    @Override
    public String name() {
        return name;
    }

    /** None: nothing in this pool is ever written. */
    @Override
    public Set<PoolCapability> capabilities() {
        return Set.of();
    }

    @Override
    public void setup() {
        // Kernels are installed by others, who make the directory too.
    }

    /** No kernel: which one it is, the core says in the volume's spec at every use. */
    @Override
    public String newVid(VolumeOwner owner, String volume) {
        return "";
    }

    @Override
    public Volume volume(VolumeSpec spec) {
        if (spec.kind() != VolumeKind.VOLATILE || spec.writable()) {
            throw new QubesNotImplementedError(
                    "Volume "
                            + spec.name()
                            + " cannot be in pool "
                            + name
                            + ": it holds kernels, which nobody writes");
        }
        if (spec.vid().contains("/") || spec.vid().equals(".") || spec.vid().equals("..")) {
            throw new StoragePoolException(
                    "Pool " + name + " cannot have a kernel '" + spec.vid() + "'");
        }
        return new KernelVolume(spec, directory);
    }

    @Override
    public List<String> list() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(Files::isDirectory)
                    .map(kernel -> kernel.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw StoragePoolException.because("Listing of pool " + name, e);
        }
    }

    @Override
    public OptionalLong sizeBytes() {
        return OptionalLong.empty();
    }

    @Override
    public OptionalLong usageBytes() {
        return OptionalLong.empty();
    }

    @Override
    public int revisionsToKeep() {
        return 0;
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
