package qubes.daemon;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service manager that started this process (sd_notify(3), spec admin-protocol §1). It waits at
 * a datagram socket, which Java does not have, so its own program {@code systemd-notify} is used.
 *
 * @param socket where it waits: a path, or {@code @} and an abstract name
 */
record ServiceManager(String socket) {
    /** Of the process's environment; the launcher keeps systemd's own from what it starts. */
    static final String SOCKET = "QUBESD_NOTIFY_SOCKET";

    private static final Logger log = LoggerFactory.getLogger(ServiceManager.class);
    private static final String PROGRAM = "systemd-notify";
    private static final long PATIENCE_SECONDS = 10;

    /** The one that the environment names; absent if the daemon was started otherwise. */
    static Optional<ServiceManager> of(Map<String, String> environment) {
        return Optional.ofNullable(environment.get(SOCKET))
                .filter(socket -> !socket.isEmpty())
                .map(ServiceManager::new);
    }

    /** Says that the daemon answers from now on. Blocks for a moment; what fails is logged. */
    void ready() {
        ready(PROGRAM);
    }

    void ready(String program) {
        ProcessBuilder notice =
                new ProcessBuilder(program, "--ready", "--status=qubesd online and operational");
        notice.environment().put("NOTIFY_SOCKET", socket);
        notice.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        try {
            Process process = notice.start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                log.warn("{} does not end", program);
            } else if (process.exitValue() != 0) {
                log.warn("{} ended with exit code {}", program, process.exitValue());
            }
        } catch (IOException e) {
            log.warn("The service manager cannot be told: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
