package ${package};

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.BlockSource;
import qubes.core.storage.HostCommands;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeKind;
import qubes.core.storage.VolumeSpec;

/**
 * One volume: a file with the committed data and, while its guest runs, a copy that the guest
 * writes to. All state is in the files, so that an object may be made anew for every use.
 *
 * @param committed the file that persists; of volatile volumes and snapshots it is never there
 * @param source the committed data of the volume to copy at start
 */
record ${name}Volume(VolumeSpec spec, Path committed, Optional<Path> source) implements Volume {
    private static final Duration LIMIT = Duration.ofHours(1);

    /** What the guest has; a colon more than a volume's id, so that it is none. */
    private Path live() {
        return committed.resolveSibling(spec.vid() + ":live");
    }

    @Override
    public void create() {
        if (spec.kind().saveOnStop()) {
            act("Creating", () -> makeEmpty(committed));
        }
    }

    @Override
    public void remove() {
        act(
                "Removing",
                () -> {
                    Files.deleteIfExists(live());
                    Files.deleteIfExists(committed);
                });
    }

    /** Volatile ones begin empty, snapshots anew; what persists goes on with what a crash left. */
    @Override
    public void start() {
        verify();
        act(
                "Starting",
                () -> {
                    if (spec.kind() == VolumeKind.VOLATILE) {
                        makeEmpty(live());
                    } else if (spec.kind() == VolumeKind.SNAPSHOT || !dirty()) {
                        copy(source.orElse(committed), live());
                    }
                });
    }

    @Override
    public void stop() {
        act(
                "Stopping",
                () -> {
                    if (!spec.kind().saveOnStop()) {
                        Files.deleteIfExists(live());
                    } else if (dirty()) {
                        Files.move(live(), committed, StandardCopyOption.ATOMIC_MOVE);
                    }
                });
    }

    /** Messages go to users: they name volumes, never paths of the host. */
    @Override
    public void verify() {
        if (spec.kind() != VolumeKind.VOLATILE && !Files.exists(source.orElse(committed))) {
            throw new StoragePoolException(
                    "Volume " + spec.source().orElse(spec.vid()) + " is not there");
        }
    }

    @Override
    public Optional<BlockSource> block() {
        return Optional.of(new BlockSource(live(), "raw", false, spec.writable()));
    }

    @Override
    public Optional<Path> path() {
        return Optional.of(committed);
    }

    @Override
    public long sizeBytes() {
        return spec.sizeBytes();
    }

    @Override
    public long usageBytes() {
        return committed.toFile().length() + live().toFile().length();
    }

    @Override
    public boolean dirty() {
        return Files.exists(live());
    }

    private interface Step {
        void run() throws IOException;
    }

    private void act(String what, Step step) {
        try {
            step.run();
        } catch (IOException e) {
            throw StoragePoolException.because(what + " volume " + spec.vid(), e);
        }
    }

    private void makeEmpty(Path file) throws IOException {
        Files.deleteIfExists(file);
        try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
            made.setLength(spec.sizeBytes());
        }
    }

    /** Under its name the copy is there as a whole. Shares blocks where the file system can. */
    private void copy(Path from, Path to) throws IOException {
        Path half = to.resolveSibling(to.getFileName() + ":copy");
        HostCommands.ofThisHost()
                .require(
                        "Copying volume " + spec.vid(),
                        LIMIT,
                        List.of(
                                "cp",
                                "--reflink=auto",
                                "--sparse=always",
                                "--",
                                from.toString(),
                                half.toString()));
        Files.move(half, to, StandardCopyOption.ATOMIC_MOVE);
    }
}
