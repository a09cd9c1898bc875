package qubes.testkit.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import qubes.core.storage.BlockSource;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeKind;
import qubes.core.storage.VolumeSpec;

/**
 * A volume of a pool that the driver under test does not know: its committed data is a file of the
 * test's.
 */
public final class ExportedFile implements Volume {
    private final Path data;
    private int exports;

    /**
     * @param data the committed data; it need not be there, to see what a driver does with a source
     *     that it cannot read
     */
    public ExportedFile(Path data) {
        this.data = data;
    }

    /** {@return exports that were begun and not ended} */
    public int openExports() {
        return exports;
    }

    @Override
    public VolumeSpec spec() {
        return PoolVolumes.spec("foreign", "foreign/volume", VolumeKind.ORIGIN);
    }

    @Override
    public Path export() {
        exports++;
        return data;
    }

    @Override
    public void exportEnd(Path exported) {
        exports--;
    }

    @Override
    public void create() {
        throw refusal();
    }

    @Override
    public void remove() {
        throw refusal();
    }

    @Override
    public void start() {
        throw refusal();
    }

    @Override
    public void stop() {
        throw refusal();
    }

    @Override
    public void verify() {
        throw refusal();
    }

    @Override
    public Optional<BlockSource> block() {
        return Optional.empty();
    }

    @Override
    public Optional<Path> path() {
        return Optional.of(data);
    }

    /** Length of the file; {@link PoolVolumes#SIZE} if it is not there. */
    @Override
    public long sizeBytes() {
        try {
            return Files.exists(data) ? Files.size(data) : PoolVolumes.SIZE;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long usageBytes() {
        return 0;
    }

    @Override
    public boolean dirty() {
        return false;
    }

    private static UnsupportedOperationException refusal() {
        return new UnsupportedOperationException(
                "a driver must not change the volume it imports from");
    }
}
