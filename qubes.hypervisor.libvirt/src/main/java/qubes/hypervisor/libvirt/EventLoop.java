package qubes.hypervisor.libvirt;

import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.Library;
import org.libvirt.LibvirtException;
import org.libvirt.jna.Libvirt;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * libvirt's event loop. The library has one for the whole process, so it outlives connections and
 * configurations: it starts with the first connection and ends with the bundle.
 */
@Component(service = EventLoop.class)
public final class EventLoop {
    private static final Logger log = LoggerFactory.getLogger(EventLoop.class);

    // libvirt would print every error to stderr; they reach us as exceptions anyway. Held here:
    // native
    // code calls it as long as the library is loaded
    private static final Libvirt.VirErrorCallback QUIET =
            (data, error) -> log.debug("libvirt: {}", error.message);

    private @Nullable Thread thread;
    private volatile boolean stopping;

    @Activate
    public EventLoop() {}

    /**
     * Runs the loop if it does not run yet. Must come before the first connection is opened.
     *
     * @throws LinkageError if libvirt is not installed
     */
    synchronized void start() throws VirtException {
        if (thread != null) {
            return;
        }
        try {
            Connect.setErrorCallback(QUIET);
            Library.initEventLoop();
        } catch (LibvirtException e) {
            throw new VirtException(e);
        }
        Thread loop = new Thread(this::run, "libvirt-events");
        loop.setDaemon(true);
        loop.start();
        thread = loop;
    }

    private void run() {
        while (!stopping) {
            try {
                Library.runEventLoop();
            } catch (LibvirtException e) {
                log.warn("libvirt's event loop failed once and goes on", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @Deactivate
    void stop() {
        Thread loop;
        synchronized (this) {
            loop = thread;
            thread = null;
        }
        if (loop == null) {
            return;
        }
        stopping = true;
        try {
            Library.stopEventLoop();
            loop.join(2_000);
        } catch (LibvirtException e) {
            log.warn("libvirt's event loop did not stop", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
