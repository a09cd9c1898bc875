package qubes.itest.faulty;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import qubes.core.storage.BlockSource;
import qubes.core.storage.Revision;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeSpec;

/** A volume without data, which starts and stops. */
record FaultyVolume(VolumeSpec spec) implements Volume {
    private static final Path NOWHERE = Path.of("/dev/null");

    @Override
    public void create() {
        Fault.at("volume create");
    }

    @Override
    public void remove() {
        Fault.at("volume remove");
    }

    @Override
    public void start() {
        Fault.at("volume start");
    }

    @Override
    public void stop() {
        Fault.at("volume stop");
    }

    @Override
    public void verify() {
        Fault.at("volume verify");
    }

    @Override
    public Optional<BlockSource> block() {
        Fault.at("volume block");
        return Optional.of(new BlockSource(NOWHERE, "raw", true, spec.writable()));
    }

    @Override
    public Optional<Path> path() {
        return Optional.of(NOWHERE);
    }

    @Override
    public long sizeBytes() {
        Fault.at("volume size");
        return spec.sizeBytes();
    }

    @Override
    public long usageBytes() {
        Fault.at("volume usage");
        return 0;
    }

    @Override
    public boolean dirty() {
        return false;
    }

    @Override
    public List<Revision> revisions() {
        Fault.at("volume revisions");
        return List.of();
    }

    @Override
    public void resize(long bytes) {
        Fault.at("volume resize");
    }
}
