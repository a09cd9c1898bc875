package qubes.core.internal.plugin;

import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Looks at bundles after they came, changed or left, once things are quiet: says why one that is
 * meant to run does not, and which threads one left behind.
 */
@Component(
        service = {},
        immediate = true)
public final class PluginWatch implements SynchronousBundleListener, FrameworkListener {
    private static final String START = "start";
    private static final String THREADS = "threads";
    private static final String REGISTRATIONS = "registrations";
    private static final long QUIET_MILLIS = 500;
    private static final long IDLE_SECONDS = 5;

    private final BundleContext context;
    private final PluginBook book;
    private final LeftThreads threads = new LeftThreads();
    private final ScheduledExecutorService later;

    @Activate
    public PluginWatch(BundleContext context, @Reference PluginBook book) {
        this.context = context;
        this.book = book;
        ScheduledThreadPoolExecutor one =
                new ScheduledThreadPoolExecutor(
                        1,
                        work -> {
                            Thread thread = Executors.defaultThreadFactory().newThread(work);
                            thread.setName("qubes-plugin-watch");
                            thread.setDaemon(true);
                            return thread;
                        });
        one.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        one.allowCoreThreadTimeOut(true);
        this.later = one;
        context.addBundleListener(this);
        context.addFrameworkListener(this);
        look();
    }

    @Deactivate
    void close() {
        context.removeBundleListener(this);
        context.removeFrameworkListener(this);
        later.shutdownNow();
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        Bundle bundle = event.getBundle();
        switch (event.getType()) {
            case BundleEvent.STOPPED -> {
                book.stopped(nameOf(bundle));
                if (!isEnding()) {
                    endRegistrations(bundle);
                    threads.left(nameOf(bundle), bundle);
                    look();
                }
            }
            case BundleEvent.UNINSTALLED -> {
                book.settled(nameOf(bundle), START);
                book.settled(nameOf(bundle), REGISTRATIONS);
                look();
            }
            case BundleEvent.INSTALLED, BundleEvent.UPDATED, BundleEvent.STARTED -> look();
            default -> {}
        }
    }

    @Override
    public void frameworkEvent(FrameworkEvent event) {
        int type = event.getType();
        if (type == FrameworkEvent.STARTED
                || type == FrameworkEvent.STARTLEVEL_CHANGED
                || type == FrameworkEvent.PACKAGES_REFRESHED) {
            look();
        }
    }

    private void endRegistrations(Bundle bundle) {
        int count = book.letGo(bundle);
        if (count == 0) {
            book.settled(nameOf(bundle), REGISTRATIONS);
        } else {
            book.trouble(
                    nameOf(bundle),
                    REGISTRATIONS,
                    "left " + count + " listeners or handlers when it stopped, which were closed");
        }
    }

    private boolean isEnding() {
        return context.getBundle(Constants.SYSTEM_BUNDLE_ID).getState() == Bundle.STOPPING;
    }

    private void look() {
        try {
            later.schedule(this::lookAtAll, QUIET_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            return; // the end
        }
    }

    private void lookAtAll() {
        if (isEnding()) {
            return;
        }
        Bundle[] all = context.getBundles();
        Diagnosis diagnosis = new Diagnosis(all);
        for (Bundle bundle : all) {
            Optional<String> reason = diagnosis.of(bundle);
            String name = nameOf(bundle);
            if (reason.isPresent()) {
                book.trouble(name, START, reason.get());
            } else {
                book.settled(name, START);
            }
        }
        for (String plugin : threads.plugins()) {
            var names = threads.of(plugin);
            if (names.isEmpty()) {
                book.settled(plugin, THREADS);
            } else {
                book.trouble(
                        plugin,
                        THREADS,
                        "left "
                                + names.size()
                                + " threads running when it stopped: "
                                + String.join(", ", names));
            }
        }
    }

    /** Its symbolic name; of one without, that of its file. */
    private static String nameOf(Bundle bundle) {
        String name = bundle.getSymbolicName();
        String location = bundle.getLocation();
        return name == null ? location.substring(location.lastIndexOf('/') + 1) : name;
    }
}
