package qubes.hypervisor.libvirt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.hypervisor.HostInfo;

/**
 * This machine, for answers before the hypervisor has been asked once. The kernel is asked, not the
 * JVM: the package that knows the memory is exported by no system bundle of Karaf's.
 */
final class LocalHost {
    private static final Logger log = LoggerFactory.getLogger(LocalHost.class);
    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final Pattern TOTAL = Pattern.compile("(?m)^MemTotal: +(\\d{1,18}) kB$");

    private LocalHost() {}

    static HostInfo info() {
        return info(MEMORY);
    }

    static HostInfo info(Path memory) {
        return new HostInfo(kibibytes(memory), Runtime.getRuntime().availableProcessors());
    }

    private static long kibibytes(Path memory) {
        try {
            Matcher total = TOTAL.matcher(Files.readString(memory, StandardCharsets.US_ASCII));
            if (total.find()) {
                return Long.parseLong(total.group(1));
            }
        } catch (IOException e) {
            log.debug("No memory known of this machine: {}", e.getMessage());
        }
        return Runtime.getRuntime().maxMemory() / 1024;
    }
}
