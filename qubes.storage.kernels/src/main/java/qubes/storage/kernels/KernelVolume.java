package qubes.storage.kernels;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.BlockSource;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeSpec;

/** The modules of one kernel, or of none. */
final class KernelVolume implements Volume {
    private final VolumeSpec spec;
    private final Path directory;

    KernelVolume(VolumeSpec spec, Path directory) {
        this.spec = spec;
        this.directory = directory;
    }

    @Override
    public VolumeSpec spec() {
        return spec;
    }

    @Override
    public void create() {
        // A kernel is installed or it is not.
    }

    @Override
    public void remove() {
        // The kernel is not the qube's.
    }

    @Override
    public void start() {
        // Read-only: it is always ready.
    }

    @Override
    public void stop() {
        // Nothing was written.
    }

    @Override
    public void verify() {
        kernel().map(kernel -> kernel.resolve("vmlinuz"))
                .filter(image -> !Files.exists(image))
                .ifPresent(
                        image -> {
                            throw new StoragePoolException("Missing file: " + image);
                        });
    }

    @Override
    public Optional<BlockSource> block() {
        return path().filter(Files::exists)
                .map(modules -> new BlockSource(modules, "raw", false, false));
    }

    @Override
    public Optional<Path> path() {
        return kernel().map(kernel -> kernel.resolve("modules.img"));
    }

    @Override
    public long sizeBytes() {
        return 0;
    }

    @Override
    public long usageBytes() {
        return 0;
    }

    @Override
    public boolean dirty() {
        return false;
    }

    /**
     * Does nothing for another kernel's volume, so that qubes can be cloned; refuses any other
     * source.
     */
    @Override
    public void importVolume(Volume source) {
        if (!(source instanceof KernelVolume)) {
            throw new StoragePoolException(
                    "Cannot import volume " + source.spec().vid() + " to a kernel volume");
        }
    }

    private Optional<Path> kernel() {
        return spec.vid().isEmpty() ? Optional.empty() : Optional.of(directory.resolve(spec.vid()));
    }
}
