package qubes.storage.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import qubes.core.storage.HostCommands;
import qubes.core.storage.HostCommands.Outcome;

/**
 * How much space files take. The JDK does not tell the number of blocks, and a program takes
 * milliseconds to tell it: so what it said is kept for as long as the file does not change.
 */
final class DiskUsage {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int BLOCK = 512;

    private final HostCommands commands;
    private final Map<Path, Known> known =
            new ConcurrentHashMap<>(); // file to what it took when last asked

    /** The bytes a file took in the state that inode and time of change stand for. */
    private record Known(Object inode, Object changed, long bytes) {}

    DiskUsage(HostCommands commands) {
        this.commands = commands;
    }

    /** Bytes that a file takes on its disk; 0 if it is not there. */
    long of(Path file) throws IOException {
        Object inode;
        Object changed;
        try {
            inode = Files.getAttribute(file, "unix:ino");
            changed = Files.getAttribute(file, "unix:ctime");
        } catch (NoSuchFileException e) {
            known.remove(file);
            return 0;
        }
        Known last = known.get(file);
        if (last != null && last.inode().equals(inode) && last.changed().equals(changed)) {
            return last.bytes();
        }
        Outcome outcome =
                commands.run(LIMIT, List.of("stat", "--format=%b", "--", file.toString()));
        if (!outcome.succeeded()) {
            throw new IOException(outcome.reason());
        }
        long bytes = Long.parseLong(outcome.output().strip()) * BLOCK;
        known.put(file, new Known(inode, changed, bytes));
        return bytes;
    }
}
