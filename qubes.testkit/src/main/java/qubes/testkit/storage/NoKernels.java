package qubes.testkit.storage;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import qubes.core.error.QubesNotImplementedError;
import qubes.core.storage.BlockSource;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolCapability;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeKind;
import qubes.core.storage.VolumeOwner;
import qubes.core.storage.VolumeSpec;

/** A pool of kernels in which there is none: guests boot their own. */
record NoKernels(String name) implements Pool {
    @Override
    public Set<PoolCapability> capabilities() {
        return Set.of();
    }

    @Override
    public void setup() {
        // There is nothing to prepare.
    }

    @Override
    public String newVid(VolumeOwner owner, String volume) {
        return "";
    }

    @Override
    public Volume volume(VolumeSpec spec) {
        if (spec.kind() != VolumeKind.VOLATILE || spec.writable()) {
            throw new QubesNotImplementedError(
                    "Pool " + name + " holds kernels, and no volume " + spec.name());
        }
        return new NoKernel(spec);
    }

    @Override
    public List<String> list() {
        return List.of();
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

    private record NoKernel(VolumeSpec spec) implements Volume {
        @Override
        public void create() {
            // Kernels are made by others.
        }

        @Override
        public void remove() {
            // Kernels are removed by others.
        }

        @Override
        public void start() {
            // There is nothing to make ready.
        }

        @Override
        public void stop() {
            // Nothing was started.
        }

        @Override
        public void verify() {
            // No kernel is fine.
        }

        @Override
        public Optional<BlockSource> block() {
            return Optional.empty();
        }

        @Override
        public Optional<Path> path() {
            return Optional.empty();
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
    }
}
