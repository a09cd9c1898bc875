package qubes.storage.file;

import static qubes.storage.file.DurableFiles.GROUP_WRITABLE;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.BlockSource;
import qubes.core.storage.HostCommands;

/**
 * Sessions by the kernel's device-mapper, as on Qubes OS and with the same names. The guest of a
 * persistent volume writes through a {@code snapshot-origin} device to the image itself, and the
 * kernel first saves what it overwrites to the copy-on-write file, from which started snapshots
 * read it. So the image always holds what was written last, and a commit only changes files.
 */
final class DeviceMapperSnapshots implements CopyOnWrite {
    private static final Logger log = LoggerFactory.getLogger(DeviceMapperSnapshots.class);
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Path DEVICES = Path.of("/dev/mapper");
    private static final int SECTOR = 512;
    private static final int CHUNK_SECTORS = 256;

    /** The first two chunks of a copy-on-write file: its header, and the list of what it holds. */
    private static final int HEAD_BYTES = 2 * CHUNK_SECTORS * SECTOR;

    private final HostCommands commands;
    private final LoopDevices loops;
    private final ReentrantLock lock =
            new ReentrantLock(); // devices are shared by volumes: one change at a time

    DeviceMapperSnapshots(HostCommands commands, LoopDevices loops) {
        this.commands = commands;
        this.loops = loops;
    }

    /** True if the kernel has what this needs, and the tools are installed. */
    static boolean usable(HostCommands commands) {
        if (!Files.exists(DEVICES.resolve("control"))) {
            return false;
        }
        try {
            HostCommands.Outcome targets =
                    commands.run(LIMIT, HostCommands.asRoot(List.of("dmsetup", "targets")));
            return targets.succeeded()
                    && targets.output().lines().anyMatch(line -> line.startsWith("snapshot "))
                    && targets.output()
                            .lines()
                            .anyMatch(line -> line.startsWith("snapshot-origin "));
        } catch (StoragePoolException notInstalled) {
            log.debug("No device-mapper", notInstalled);
            return false;
        }
    }

    @Override
    public void startOrigin(FileImages images) throws IOException {
        refuseOverlay(images);
        makeCowIfMissing(images, Files.size(images.image()));
        exclusively(
                () -> {
                    String origin = originName(images.image());
                    if (!exists(origin)) {
                        Path base = snapshotOf(images.image(), images.cow());
                        create(origin, sectors(images.image()) + " snapshot-origin " + base);
                    }
                });
    }

    @Override
    public void commit(FileImages images, boolean keepOld) throws IOException {
        refuseOverlay(images);
        if (!running(images) && !dirty(images)) {
            return;
        }
        exclusively(() -> dropOrigin(images));
        DurableFiles.sync(images.image());
        if (keepOld) {
            DurableFiles.rename(images.cow(), images.oldCow());
        } else {
            DurableFiles.delete(images.cow());
        }
        makeCowIfMissing(images, Files.size(images.image()));
    }

    private void dropOrigin(FileImages images) throws IOException {
        String origin = originName(images.image());
        if (!exists(origin)) {
            return;
        }
        refuseWhileOpen(origin);
        remove(origin);
        for (String snapshot : snapshotsOf(images.image())) {
            dropIfUnused(snapshot);
        }
        loops.detachAll(images.cow());
        loops.detachAll(images.image());
    }

    @Override
    public void startSnapshot(FileImages images, FileImages source) throws IOException {
        refuseOverlay(source);
        dropSnapshot(images, source);
        makeCowIfMissing(source, Files.size(source.image()));
        makeCowIfMissing(images, Files.size(source.image()));
        exclusively(
                () -> {
                    String base = snapshotName(source.image(), source.cow());
                    snapshotOf(source.image(), source.cow());
                    create(
                            base + "-" + id(images.cow()),
                            sectors(source.image())
                                    + " snapshot "
                                    + DEVICES.resolve(base)
                                    + " "
                                    + loops.attach(images.cow())
                                    + " P "
                                    + CHUNK_SECTORS);
                });
    }

    @Override
    public void dropSnapshot(FileImages images, FileImages source) throws IOException {
        if (!Files.exists(images.cow())) {
            return;
        }
        exclusively(
                () -> {
                    Optional<String> device = startedSnapshot(images);
                    if (device.isPresent()) {
                        refuseWhileOpen(device.get());
                        remove(device.get());
                        String base = device.get().substring(0, device.get().lastIndexOf('-'));
                        String origin = "origin-" + base.split("-", -1)[1];
                        if (!exists(origin)) {
                            dropIfUnused(base);
                        }
                    }
                    loops.detachAll(images.cow());
                });
        DurableFiles.delete(images.cow());
    }

    @Override
    public void resize(FileImages images, long bytes) throws IOException {
        DurableFiles.setLength(images.image(), bytes);
        DurableFiles.sync(images.image());
        loops.followSize(images.image());
        exclusively(
                () -> {
                    String origin = originName(images.image());
                    if (exists(origin)) {
                        Path base = loops.attach(images.image());
                        dmsetup(
                                "reload",
                                origin,
                                "--table",
                                "0 " + sectors(images.image()) + " snapshot-origin " + base);
                        dmsetup("suspend", origin);
                        dmsetup("resume", origin);
                    }
                });
    }

    @Override
    public Optional<BlockSource> originDisk(FileImages images) throws IOException {
        return images.exists() ? Optional.of(device(originName(images.image()))) : Optional.empty();
    }

    @Override
    public Optional<BlockSource> snapshotDisk(FileImages images, FileImages source)
            throws IOException {
        return startedSnapshot(images).map(DeviceMapperSnapshots::device);
    }

    @Override
    public boolean running(FileImages images) throws IOException {
        return images.exists() && exists(originName(images.image()));
    }

    /**
     * Looks at the list in the copy-on-write file: it is not empty once anything was overwritten.
     */
    @Override
    public boolean dirty(FileImages images) throws IOException {
        return holdsData(images.cow());
    }

    /**
     * True if a copy-on-write file holds more than the header that the kernel gives it at first.
     */
    static boolean holdsData(Path cow) throws IOException {
        if (!Files.exists(cow)) {
            return false;
        }
        byte[] head;
        try (InputStream in = Files.newInputStream(cow)) {
            head = in.readNBytes(HEAD_BYTES);
        }
        byte[] zeroes = new byte[head.length];
        byte[] empty = new byte[head.length];
        ByteBuffer header = ByteBuffer.wrap(empty).order(ByteOrder.LITTLE_ENDIAN);
        if (header.remaining() >= 4 * Integer.BYTES) {
            header.put(new byte[] {'S', 'n', 'A', 'p'}).putInt(1).putInt(1).putInt(CHUNK_SECTORS);
        }
        return !Arrays.equals(head, zeroes) && !Arrays.equals(head, empty);
    }

    private static void refuseOverlay(FileImages images) throws IOException {
        if (QcowOverlays.overlaySize(images.cow()).isPresent()) {
            throw new IOException(
                    "a session that was not stopped is in a QEMU overlay, which device-mapper cannot "
                            + "read; commit it with qemu-img, or start and stop the qube where there is no device-mapper");
        }
    }

    private static void makeCowIfMissing(FileImages images, long bytes) throws IOException {
        if (!Files.exists(images.cow())) {
            DurableFiles.replaceBySparse(images.cow(), GROUP_WRITABLE, bytes);
        }
    }

    /**
     * Makes the device that shows {@code image} as it was before {@code cow} began; gives the
     * image's loop device.
     */
    private Path snapshotOf(Path image, Path cow) throws IOException {
        Path base = loops.attach(image);
        String name = snapshotName(image, cow);
        if (!exists(name)) {
            create(
                    name,
                    sectors(image)
                            + " snapshot "
                            + base
                            + " "
                            + loops.attach(cow)
                            + " P "
                            + CHUNK_SECTORS);
        }
        return base;
    }

    private Optional<String> startedSnapshot(FileImages images) throws IOException {
        if (!Files.exists(images.cow())) {
            return Optional.empty();
        }
        Pattern name = Pattern.compile("snapshot-[^-]+-[^-]+-" + Pattern.quote(id(images.cow())));
        return devices().filter(name.asMatchPredicate()).findFirst();
    }

    private List<String> snapshotsOf(Path image) throws IOException {
        Pattern name = Pattern.compile("snapshot-" + Pattern.quote(id(image)) + "-[^-]+");
        return devices().filter(name.asMatchPredicate()).toList();
    }

    private static Stream<String> devices() throws IOException {
        try (Stream<Path> devices = Files.list(DEVICES)) {
            return devices.map(device -> device.getFileName().toString()).toList().stream();
        }
    }

    private static BlockSource device(String name) {
        return new BlockSource(DEVICES.resolve(name), "raw", true, true);
    }

    private static String originName(Path image) throws IOException {
        return "origin-" + id(image);
    }

    private static String snapshotName(Path image, Path cow) throws IOException {
        return "snapshot-" + id(image) + "-" + id(cow);
    }

    /** Device in hexadecimal and inode: what a file is called in the names of devices. */
    private static String id(Path file) throws IOException {
        return Long.toHexString((Long) Files.getAttribute(file, "unix:dev"))
                + ":"
                + Files.getAttribute(file, "unix:ino");
    }

    private static long sectors(Path file) throws IOException {
        return Files.size(file) / SECTOR;
    }

    private static boolean exists(String name) {
        return Files.exists(DEVICES.resolve(name));
    }

    private void create(String name, String target) {
        dmsetup("create", name, "--table", "0 " + target);
    }

    private void remove(String name) {
        dmsetup("remove", "--retry", name);
    }

    private void dropIfUnused(String name) {
        if (exists(name) && openCount(name) == 0) {
            remove(name);
        }
    }

    private void refuseWhileOpen(String name) throws IOException {
        if (openCount(name) > 0) {
            throw new IOException("its disk is still in use");
        }
    }

    private int openCount(String name) {
        String count = dmsetup("info", "--columns", "--noheadings", "-o", "open", name);
        return Integer.parseInt(count.strip());
    }

    private String dmsetup(String... arguments) {
        List<String> command = new ArrayList<>(List.of(arguments));
        command.add(0, "dmsetup");
        return commands.require(
                "Device-mapper " + arguments[0], LIMIT, HostCommands.asRoot(command));
    }

    private void exclusively(Step step) throws IOException {
        lock.lock();
        try {
            step.run();
        } finally {
            lock.unlock();
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }
}
