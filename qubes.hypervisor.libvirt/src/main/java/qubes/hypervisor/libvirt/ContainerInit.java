package qubes.hypervisor.libvirt;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The first process of a container of libvirt's LXC driver on this host. It is found without
 * libvirt, which may not know it: the container's id is the process of its controller, which has
 * the init for a child.
 */
record ContainerInit(ProcessHandle process) {
    private static final String CONTROLLER = "libvirt_lxc";

    /** Where libvirt looks for the pipe on which an init can be told to power off. */
    private static final List<String> INITCTL =
            List.of("run/initctl", "dev/initctl", "etc/.initctl");

    /**
     * The init of a container.
     *
     * @param id the container's, in libvirt
     * @return empty if this host has no container of that id
     */
    static Optional<ContainerInit> of(long id) {
        return ProcessHandle.of(id)
                .filter(ContainerInit::isController)
                .flatMap(
                        controller ->
                                controller.children().filter(ContainerInit::isFirst).findFirst())
                .map(ContainerInit::new);
    }

    private static boolean isController(ProcessHandle process) {
        return process.info()
                .command()
                .filter(command -> Path.of(command).endsWith(CONTROLLER))
                .isPresent();
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

    /** True if it may be told to power off through a pipe in the container. */
    boolean hasInitctl() {
        Path root = proc(process).resolve("root");
        return INITCTL.stream()
                .anyMatch(pipe -> Files.exists(root.resolve(pipe), LinkOption.NOFOLLOW_LINKS));
    }

    /**
     * Asks it to end, with SIGTERM.
     *
     * @return false if it belongs to others
     */
    boolean askToEnd() {
        return process.destroy();
    }
}
