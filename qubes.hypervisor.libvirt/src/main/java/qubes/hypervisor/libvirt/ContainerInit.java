package qubes.hypervisor.libvirt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The first process of a container of libvirt's LXC driver on this host, found without libvirt: the
 * container's id is the process of its controller, which has the init for a child.
 */
final class ContainerInit {
    private static final String CONTROLLER = "libvirt_lxc";

    private ContainerInit() {}

    /**
     * Asks the init of a container to end, with SIGTERM, as libvirt does.
     *
     * @param controller the container's id in libvirt
     * @return false if there is no such container on this host, or its processes belong to others
     */
    static boolean askToEnd(long controller) {
        return of(controller).map(ProcessHandle::destroy).orElse(false);
    }

    private static Optional<ProcessHandle> of(long controller) {
        return ProcessHandle.of(controller)
                .filter(ContainerInit::isController)
                .flatMap(process -> process.children().filter(ContainerInit::isInit).findFirst());
    }

    private static boolean isController(ProcessHandle process) {
        return process.info()
                .command()
                .filter(command -> Path.of(command).endsWith(CONTROLLER))
                .isPresent();
    }

    /** An init is the first process of an inner namespace: {@code NSpid: 4711 1}. */
    private static boolean isInit(ProcessHandle process) {
        try (Stream<String> status = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return status.anyMatch(line -> line.matches("NSpid:(\\s+\\d+)+\\s+1"));
        } catch (IOException e) {
            return false; // it ended
        }
    }
}
