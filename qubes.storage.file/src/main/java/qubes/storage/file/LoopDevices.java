package qubes.storage.file;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import qubes.core.storage.HostCommands;

/** The loop devices of the host: files seen as block devices. */
final class LoopDevices {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Path DEVICES = Path.of("/sys/block");

    private final HostCommands commands;

    LoopDevices(HostCommands commands) {
        this.commands = commands;
    }

    /** Devices that show {@code file}, as paths under {@code /dev}. */
    List<Path> showing(Path file) throws IOException {
        List<Path> found = new ArrayList<>();
        if (!Files.isDirectory(DEVICES) || !Files.exists(file)) {
            return found;
        }
        String real = file.toRealPath().toString();
        try (DirectoryStream<Path> devices = Files.newDirectoryStream(DEVICES, "loop*")) {
            for (Path device : devices) {
                if (backing(device).equals(real)) {
                    found.add(Path.of("/dev").resolve(device.getFileName()));
                }
            }
        }
        return found;
    }

    /** A device that shows {@code file}: the one there is, or a new one. */
    Path attach(Path file) throws IOException {
        List<Path> attached = showing(file);
        if (!attached.isEmpty()) {
            return attached.get(0);
        }
        return Path.of(
                commands.require(
                                "Attaching a loop device",
                                LIMIT,
                                asRoot("losetup", "--find", "--show", file.toString()))
                        .strip());
    }

    /** Detaches the devices that show {@code file}; one that is in use goes once it is not. */
    void detachAll(Path file) throws IOException {
        for (Path device : showing(file)) {
            commands.require(
                    "Detaching a loop device",
                    LIMIT,
                    asRoot("losetup", "--detach", device.toString()));
        }
    }

    /** Makes the devices that show {@code file} as large as it is. */
    void followSize(Path file) throws IOException {
        for (Path device : showing(file)) {
            commands.require(
                    "Resizing a loop device",
                    LIMIT,
                    asRoot("losetup", "--set-capacity", device.toString()));
        }
    }

    private List<String> asRoot(String... command) {
        return HostCommands.asRoot(List.of(command));
    }

    private static String backing(Path device) throws IOException {
        try {
            return Files.readString(device.resolve("loop/backing_file")).strip();
        } catch (NoSuchFileException notAttached) {
            return "";
        }
    }
}
