package qubes.hypervisor.libvirt;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A container of libvirt's LXC driver on this host, seen by its processes: libvirt may know neither
 * its init nor its end. It is told of both through a connection to the controller, which it begins
 * to read before it understands what comes; what came too early has it read no more.
 *
 * @param controller the process that started the init and ends after it
 */
record Container(ProcessHandle controller) {
    private static final String CONTROLLER = "libvirt_lxc";

    /** Where libvirt looks for the pipe on which an init can be told to power off. */
    private static final List<String> INITCTL =
            List.of("run/initctl", "dev/initctl", "etc/.initctl");

    /**
     * A container that runs.
     *
     * @param id the container's in libvirt, which is its controller's process
     * @return empty if this host has no container of that id
     */
    static Optional<Container> of(long id) {
        return ProcessHandle.of(id).filter(Container::isController).map(Container::new);
    }

    private static boolean isController(ProcessHandle process) {
        return process.info()
                .command()
                .filter(command -> Path.of(command).endsWith(CONTROLLER))
                .isPresent();
    }

    /** Its first process; empty if that has ended. */
    Optional<ProcessHandle> init() {
        return controller.children().filter(Container::isFirst).findFirst();
    }

    /** It is the first process of an inner namespace: {@code NSpid: 4711 1}. */
    private static boolean isFirst(ProcessHandle process) {
        try {
            // any bytes may be in the name that it gives itself
            return Files.readAllLines(proc(process).resolve("status"), ISO_8859_1).stream()
                    .anyMatch(line -> line.matches("NSpid:(\\s+\\d+)+\\s+1"));
        } catch (IOException e) {
            return false; // it ended
        }
    }

    private static Path proc(ProcessHandle process) {
        return Path.of("/proc", Long.toString(process.pid()));
    }

    /**
     * Asks its init to end, with SIGTERM, unless there is a pipe for that.
     *
     * @return true if it was asked; false also if it belongs to others
     */
    boolean askToEnd() {
        return init().filter(init -> !hasInitctl(init)).map(ProcessHandle::destroy).orElse(false);
    }

    private static boolean hasInitctl(ProcessHandle init) {
        Path root = proc(init).resolve("root");
        return INITCTL.stream()
                .anyMatch(pipe -> Files.exists(root.resolve(pipe), LinkOption.NOFOLLOW_LINKS));
    }

    /** Has something done once it has ended, within seconds, on a thread of the JVM's. */
    void whenEnded(Runnable work) {
        controller.onExit().thenRun(work);
    }
}
