package qubes.admin.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How many files this process may have open. */
final class OpenFiles {
    private static final Logger log = LoggerFactory.getLogger(OpenFiles.class);
    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final Pattern LINE = Pattern.compile("Max open files +(\\d+) .*");

    /** What the process needs besides connections: bundles, selectors, images, guests. */
    private static final int OTHERS = 160;

    private static final int FEWEST = 16;

    private OpenFiles() {}

    /** So many connections, or as many as leave the process files for all else it does. */
    static int within(int connections) {
        return within(connections, limit());
    }

    /** As {@link #within(int)}, if the process may have that many files open. */
    static int within(int connections, long files) {
        long possible = Math.max(FEWEST, files - Math.max(OTHERS, files / 4));
        if (possible >= connections) {
            return connections;
        }
        log.info(
                "At most {} connections instead of {}: the process may have no more files open",
                possible,
                connections);
        return (int) possible;
    }

    private static long limit() {
        try {
            return limit(Files.readAllLines(LIMITS));
        } catch (IOException e) {
            log.debug("How many files may be open is not known", e);
            return Long.MAX_VALUE;
        }
    }

    /** As the kernel tells it. */
    static long limit(List<String> lines) {
        for (String line : lines) {
            Matcher limit = LINE.matcher(line);
            if (limit.matches()) {
                return Long.parseLong(limit.group(1));
            }
        }
        return Long.MAX_VALUE;
    }
}
