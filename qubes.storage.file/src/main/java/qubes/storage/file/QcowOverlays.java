package qubes.storage.file;

import static qubes.storage.file.DurableFiles.GROUP_WRITABLE;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.BlockSource;
import qubes.core.storage.HostCommands;
import qubes.core.storage.HostCommands.Outcome;

/**
 * Sessions in QEMU's own copy-on-write format, where the kernel has no device-mapper: the guest
 * writes to an overlay, and a commit carries the overlay into the image. The image never changes
 * while a session runs.
 *
 * <p>A started snapshot holds its source's image by a further name, a hard link. A commit of the
 * source sees that and then makes a new image instead of changing the one the snapshot reads.
 */
final class QcowOverlays implements CopyOnWrite {
    private static final Logger log = LoggerFactory.getLogger(QcowOverlays.class);
    private static final Duration LIMIT = Duration.ofHours(4);
    private static final Pattern LOCKED = Pattern.compile("Failed to get .* lock");
    private static final int MAGIC = 0x514649fb; // "QFI\xfb"
    private static final int HEADER_BYTES_BEFORE_SIZE = 20; // version, backing file, cluster bits

    private final HostCommands commands;
    private final ImageCopy copy;

    QcowOverlays(HostCommands commands, ImageCopy copy) {
        this.commands = commands;
        this.copy = copy;
    }

    /** True if the host has the program that this needs. */
    static boolean usable(HostCommands commands) {
        try {
            return commands.run(Duration.ofSeconds(30), List.of("qemu-img", "--version"))
                    .succeeded();
        } catch (StoragePoolException notInstalled) {
            log.debug("No qemu-img", notInstalled);
            return false;
        }
    }

    /** The virtual size of an overlay, in bytes; absent if the file is not one. */
    static OptionalLong overlaySize(Path file) throws IOException {
        if (!Files.exists(file)) {
            return OptionalLong.empty();
        }
        try (DataInputStream header = new DataInputStream(Files.newInputStream(file))) {
            if (header.readInt() != MAGIC) {
                return OptionalLong.empty();
            }
            header.skipNBytes(HEADER_BYTES_BEFORE_SIZE);
            return OptionalLong.of(header.readLong());
        } catch (EOFException tooShort) {
            return OptionalLong.empty();
        }
    }

    @Override
    public void startOrigin(FileImages images) throws IOException {
        OptionalLong left = overlaySize(images.cow());
        if (left.isEmpty()) {
            retire(images, false); // a device-mapper's: the image is complete without
            makeOverlay(images);
        } else if (left.getAsLong() < Files.size(images.image())) {
            qemuImg(
                    "resize",
                    "-q",
                    "-f",
                    "qcow2",
                    images.cow().toString(),
                    Long.toString(Files.size(images.image())));
        }
    }

    @Override
    public void commit(FileImages images, boolean keepOld) throws IOException {
        if (overlaySize(images.cow()).isPresent()) {
            if (links(images.image()) == 1) {
                // The overlay is kept whole until its data is on the disk: a commit cut short is
                // done again.
                qemuImg("commit", "-q", "-d", "-f", "qcow2", images.cow().toString());
                DurableFiles.sync(images.image());
            } else {
                replaceImage(images);
            }
        }
        retire(images, keepOld);
    }

    private void replaceImage(FileImages images) throws IOException {
        long size = Files.size(images.image());
        DurableFiles.replace(
                images.image(),
                GROUP_WRITABLE,
                unfinished -> {
                    qemuImg(
                            "convert",
                            "-f",
                            "qcow2",
                            "-O",
                            "raw",
                            images.cow().toString(),
                            unfinished.toString());
                    if (Files.size(unfinished) < size) {
                        DurableFiles.setLength(unfinished, size);
                    }
                });
    }

    private static void retire(FileImages images, boolean keepOld) throws IOException {
        if (!Files.exists(images.cow())) {
            return;
        }
        if (keepOld) {
            DurableFiles.rename(images.cow(), images.oldCow());
        } else {
            DurableFiles.delete(images.cow());
        }
    }

    @Override
    public void startSnapshot(FileImages images, FileImages source) throws IOException {
        dropSnapshot(images, source);
        try {
            DurableFiles.link(source.image(), images.image());
        } catch (IOException | UnsupportedOperationException e) {
            log.debug("{} cannot be linked, it is copied", source.image(), e);
            copy.copy(source.image(), images.image(), GROUP_WRITABLE, OptionalLong.empty(), false);
        }
        makeOverlay(images);
    }

    @Override
    public void dropSnapshot(FileImages images, FileImages source) throws IOException {
        DurableFiles.delete(images.cow());
        DurableFiles.delete(images.image());
    }

    @Override
    public void resize(FileImages images, long bytes) throws IOException {
        boolean shrinks = bytes < Files.size(images.image());
        if (shrinks && dirty(images)) {
            throw new IOException("it cannot shrink while it is in use; stop the qube first");
        }
        if (shrinks && links(images.image()) > 1) {
            copy.copy(
                    images.image(), images.image(), GROUP_WRITABLE, OptionalLong.of(bytes), false);
        } else {
            // While the guest runs its overlay is QEMU's alone; QEMU resizes that one, or the next
            // start does.
            DurableFiles.setLength(images.image(), bytes);
            DurableFiles.sync(images.image());
        }
    }

    @Override
    public Optional<BlockSource> originDisk(FileImages images) {
        return Optional.of(overlay(images));
    }

    @Override
    public Optional<BlockSource> snapshotDisk(FileImages images, FileImages source) {
        return Optional.of(overlay(images));
    }

    /** The files do not tell: an overlay is there from start to stop, and after a crash. */
    @Override
    public boolean running(FileImages images) {
        return false;
    }

    @Override
    public boolean dirty(FileImages images) throws IOException {
        return overlaySize(images.cow()).isPresent();
    }

    private static BlockSource overlay(FileImages images) {
        return new BlockSource(images.cow(), "qcow2", false, true);
    }

    private void makeOverlay(FileImages images) throws IOException {
        // The name of the image in the overlay is relative, so that the pool's directory can move.
        Path image = images.image().getFileName();
        DurableFiles.replace(
                images.cow(),
                GROUP_WRITABLE,
                unfinished ->
                        qemuImg(
                                "create",
                                "-q",
                                "-f",
                                "qcow2",
                                "-F",
                                "raw",
                                "-b",
                                image.toString(),
                                unfinished.toString()));
    }

    private static int links(Path file) throws IOException {
        return (Integer) Files.getAttribute(file, "unix:nlink");
    }

    private void qemuImg(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(arguments));
        command.add(0, "qemu-img");
        Outcome outcome = commands.run(LIMIT, command);
        if (!outcome.succeeded()) {
            String reason =
                    LOCKED.matcher(outcome.errors()).find()
                            ? "its disk is still in use"
                            : outcome.reason();
            throw new IOException(reason, new IOException(outcome.errors()));
        }
    }
}
