package qubes.daemon;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a process end that was told to, whatever a plugin does: one that blocks keeps the framework
 * from stopping the others. What was acknowledged is on disk long before.
 */
final class Ending implements SynchronousBundleListener {
    private static final Logger log = LoggerFactory.getLogger(Ending.class);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Duration patience;
    private final Runnable goodbye;
    private volatile long progress;

    /**
     * @param patience after so long without another bundle that stopped it says goodbye, and after
     *     as long again it ends the process
     * @param goodbye what is to be done before, however long it takes; nothing if it was done, and
     *     blocks while it is done
     */
    Ending(Duration patience, Runnable goodbye) {
        this.patience = patience;
        this.goodbye = goodbye;
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        Bundle bundle = event.getBundle();
        progress = System.nanoTime();
        if (event.getType() == BundleEvent.STOPPING && bundle.getBundleId() == 0) {
            Thread watch = new Thread(() -> watch(bundle), "qubesd-end");
            watch.setDaemon(true);
            watch.start();
        }
    }

    private void watch(Bundle framework) {
        try {
            if (stalls(framework)) {
                goodbye.run();
                progress = System.nanoTime();
                if (stalls(framework)) {
                    log.error("Something blocks as it stops; the process ends without it");
                    Runtime.getRuntime().halt(1);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits; false if the framework has stopped. */
    private boolean stalls(Bundle framework) throws InterruptedException {
        while (framework.getState() == Bundle.STOPPING) {
            if (System.nanoTime() - progress > patience.toNanos()) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        }
        return false;
    }
}
