package qubes.device.block;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.vm.Qubes;

/**
 * Looks every few seconds whether disks of the host came or went, and has the difference told: the
 * kernel tells nobody who cannot hear its own socket.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = "qubes.device.block")
public final class HostWatch {
    private static final Logger log = LoggerFactory.getLogger(HostWatch.class);

    private final Qubes qubes;
    private final HostDisks host;
    private final int seconds;
    private final CountDownLatch closed = new CountDownLatch(1);

    @Activate
    public HostWatch(@Reference Qubes qubes, BlockDeviceClass.Config config) {
        this.qubes = qubes;
        this.host = new HostDisks(Path.of(config.sysfs()), Path.of(config.proc()));
        this.seconds = config.watch_seconds();
        if (seconds > 0) {
            qubes.executor().execute(this::watch);
        }
    }

    @Deactivate
    void close() {
        closed.countDown();
    }

    private void watch() {
        List<String> seen = List.of();
        try {
            do {
                seen = look(seen);
            } while (!closed.await(seconds, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the system goes down
        }
    }

    /** Tells a difference as soon as somebody knows the class of devices. */
    private List<String> look(List<String> seen) {
        List<String> now = host.fingerprint();
        if (now.equals(seen) || qubes.deviceClasses().find(HostDisk.CLASS).isEmpty()) {
            return seen;
        }
        try {
            qubes.deviceClasses().refresh(qubes.admin(), HostDisk.CLASS);
        } catch (RuntimeException e) {
            log.warn("The host's disks could not be looked at", e);
        }
        return now;
    }
}
