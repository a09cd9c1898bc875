package qubes.vm.dispvm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.vm.BaseVM;
import qubes.core.vm.QubesVM;

/** How many more domains the host's free memory is enough for (spec dispvm.md §5.5 step 6). */
final class AvailableMemory {
    /** Feature of dom0: MiB that must stay free. */
    static final String THRESHOLD = "preload-dispvm-threshold";

    private static final Logger log = LoggerFactory.getLogger(AvailableMemory.class);
    private static final Path BALANCER = Path.of("/var/run/qubes/qmemman-avail-mem");
    private static final long MIB = 1 << 20;

    private final Path file;

    AvailableMemory() {
        this(BALANCER);
    }

    /**
     * @param file where the memory balancer writes how many bytes are free
     */
    AvailableMemory(Path file) {
        this.file = file;
    }

    /** As many of {@code wanted} disposables of a template as there is memory for. Reads a file. */
    int enoughFor(BaseVM template, int wanted) {
        return enoughFor(
                wanted,
                template.find(QubesVM.MEMORY).orElse(0),
                PreloadNumbers.count(
                        template.qubes().admin().features().getOrDefault(THRESHOLD, "")));
    }

    int enoughFor(int wanted, int memoryMiB, int keptMiB) {
        OptionalLong free = freeBytes();
        if (free.isEmpty() || memoryMiB == 0) {
            return wanted;
        }
        long spare = Math.max(0, free.getAsLong() - keptMiB * MIB);
        return (int) Math.min(wanted, spare / (memoryMiB * MIB));
    }

    private OptionalLong freeBytes() {
        try {
            return OptionalLong.of(Long.parseLong(Files.readString(file).strip()));
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        } catch (IOException | NumberFormatException e) {
            log.warn("Free memory is unknown, it does not limit preloading", e);
            return OptionalLong.empty();
        }
    }
}
