package qubes.hypervisor.libvirt;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.hypervisor.GuestListener;

/** Takes events off libvirt's thread and tells listeners of them, one at a time and in order. */
final class Notifier implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Notifier.class);

    // an entry per call of listen, so that one listener registered twice leaves twice
    private record Entry(GuestListener listener, Object identity) {}

    private final List<Entry> entries = new CopyOnWriteArrayList<>();
    private final ExecutorService queue =
            Executors.newSingleThreadExecutor(
                    task -> {
                        Thread thread = new Thread(task, "libvirt-guests");
                        thread.setDaemon(true);
                        return thread;
                    });

    AutoCloseable listen(GuestListener listener) {
        Entry entry = new Entry(listener, new Object());
        entries.add(entry);
        return () -> entries.remove(entry);
    }

    /** Queues work for the notifier's thread; never waits. */
    void later(Runnable work) {
        if (!queue.isShutdown()) {
            queue.execute(work);
        }
    }

    /**
     * Tells every listener; on the notifier's thread. One that fails does not keep it from the
     * others.
     */
    void tell(Consumer<GuestListener> what) {
        for (Entry entry : entries) {
            try {
                what.accept(entry.listener());
            } catch (RuntimeException e) {
                log.error(
                        "{} failed on a guest's change", entry.listener().getClass().getName(), e);
            }
        }
    }

    @Override
    public void close() {
        queue.shutdown();
        try {
            if (!queue.awaitTermination(2, TimeUnit.SECONDS)) {
                log.warn("A listener of guests is still busy; it is left behind");
                queue.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
