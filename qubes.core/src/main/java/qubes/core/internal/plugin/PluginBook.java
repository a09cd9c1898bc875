package qubes.core.internal.plugin;

import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.PermissionDenied;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesException;
import qubes.core.error.Repr;
import qubes.core.plugin.PluginReport;
import qubes.core.plugin.Plugins;

/** The one account of all plugins. It outlives the core's other parts, and holds names only. */
@Component(
        service = {Plugins.class, PluginBook.class},
        immediate = true)
public final class PluginBook implements Plugins {
    private static final Logger log = LoggerFactory.getLogger(PluginBook.class);

    /** A reason is cut after so many characters. */
    private static final int LONGEST = 300;

    private static final String EVENTS = "events";

    /** That somebody flooded events is told for so long. */
    private static final long FLOOD_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Supplier<Bundle[]> bundles;
    private final LongSupplier nanos;
    private final Map<String, PluginPage> pages =
            new ConcurrentSkipListMap<>(); // plugin to what is known of it

    private final List<ToIntFunction<Bundle>> keepers = new CopyOnWriteArrayList<>();
    private final EventInquiry inquiry = new EventInquiry();
    private final Map<String, Long> floods =
            new ConcurrentHashMap<>(); // plugin to when it last was one, by the clock

    @Activate
    public PluginBook(BundleContext context) {
        this(context::getBundles, System::nanoTime);
    }

    /**
     * @param bundles those there are now
     * @param nanos a clock that only goes forward
     */
    public PluginBook(Supplier<Bundle[]> bundles, LongSupplier nanos) {
        this.bundles = bundles;
        this.nanos = nanos;
    }

    /** Of a system without bundles. */
    public static PluginBook withoutBundles() {
        return new PluginBook(() -> new Bundle[0], System::nanoTime);
    }

    /** Where time of a class's plugin is written down. */
    public PluginPage pageOf(Class<?> type) {
        return page(nameOf(type));
    }

    /** The plugin of a class: its bundle's symbolic name; its package without a framework. */
    public static String nameOf(Class<?> type) {
        Bundle bundle = FrameworkUtil.getBundle(type);
        return bundle == null ? type.getPackageName() : String.valueOf(bundle.getSymbolicName());
    }

    private PluginPage page(String plugin) {
        return pages.computeIfAbsent(plugin, PluginPage::new);
    }

    /**
     * Runs what calls a plugin's code. What it throws ends here.
     *
     * @return true if it threw nothing
     */
    public boolean contain(Class<?> culprit, String what, Runnable call) {
        try {
            call.run();
            return true;
        } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
            failed(culprit, what, e);
            return false;
        }
    }

    /**
     * True for what a caller is told as it is: errors of the API, and those that stand for errors
     * of the original's that have no answer.
     */
    public static boolean isMeant(Throwable error) {
        return error instanceof QubesException
                || error instanceof ProtocolError
                || error instanceof PermissionDenied
                || error instanceof IllegalArgumentException
                || error instanceof IllegalStateException
                || error instanceof NoSuchElementException;
    }

    @Override
    public void failed(Class<?> culprit, String what, Throwable error) {
        failed(nameOf(culprit), what + " in " + plainName(culprit), error);
    }

    /** Without what is different each time for a lambda. */
    private static String plainName(Class<?> type) {
        String name = type.getName();
        int lambda = name.indexOf("$$Lambda");
        return lambda < 0 ? name : name.substring(0, lambda);
    }

    @Override
    public void failed(String plugin, String what, Throwable error) {
        String words = what + ": " + words(error);
        long times =
                page(plugin)
                        .fault(what + " " + error.getClass().getName(), words, nanos.getAsLong());
        if (times == 1) {
            log.error("Plugin {} failed: {}", plugin, words, error);
        } else if (times > 1) {
            log.error("Plugin {} failed {} times more: {}", plugin, times, words);
        }
    }

    /** It held the model lock longer than is good for others. */
    public void slow(PluginPage page, String what, long tookNanos) {
        String words = "held the model lock for " + tookNanos / 1_000_000 + " ms: " + what;
        long times = page.fault("slow " + what, words, nanos.getAsLong());
        if (times > 0) {
            log.warn(
                    "Plugin {} {}{}",
                    page.plugin(),
                    words,
                    times > 1 ? "; " + times + " times in the last minutes" : "");
        }
    }

    /** Of a class that cannot be initialised only the cause says why. */
    private static String words(Throwable thrown) {
        Throwable cause = thrown.getCause();
        Throwable error =
                thrown instanceof ExceptionInInitializerError && cause != null ? cause : thrown;
        String message = error.getMessage();
        return brief(
                message == null
                        ? error.getClass().getName()
                        : error.getClass().getName() + ": " + message);
    }

    /** One line of bounded length, whatever a plugin put into it. */
    private static String brief(String text) {
        String line = Repr.printable(text);
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
    }

    @Override
    public Optional<String> blame(Throwable error) {
        return Blame.of(error, bundles.get());
    }

    @Override
    public void trouble(String plugin, String kind, String reason) {
        String words = brief(reason);
        if (page(plugin).trouble(kind, words)) {
            log.error("Plugin {} does not work: {}", plugin, words);
        }
    }

    @Override
    public void settled(String plugin, String kind) {
        PluginPage page = pages.get(plugin);
        if (page != null && page.settled(kind)) {
            log.info("Plugin {}: what was wrong with it is over ({})", plugin, kind);
        }
    }

    @Override
    public void overrun(String consequence) {
        inquiry.begin(consequence, nanos.getAsLong());
    }

    /** The calling thread fires an event that is told to listeners. */
    public void fired() {
        if (inquiry.isOpen()) {
            fired(Blame.atWork());
        }
    }

    void fired(Set<String> atWork) {
        long now = nanos.getAsLong();
        inquiry.fired(atWork, now)
                .ifPresent(
                        verdict -> {
                            String plugin = verdict.plugin();
                            if (floods.put(plugin, now) == null) {
                                trouble(
                                        plugin,
                                        EVENTS,
                                        "fires more events than can be told: "
                                                + verdict.consequence());
                            }
                        });
    }

    /** It left, and floods nothing any more. */
    void stopped(String plugin) {
        floods.remove(plugin);
        settled(plugin, EVENTS);
    }

    /**
     * Has somebody let go of what a bundle that stopped has left with it, until the result is run.
     *
     * @param keeper says how much that was
     */
    public Runnable whenStopped(ToIntFunction<Bundle> keeper) {
        keepers.add(keeper);
        return () -> keepers.remove(keeper);
    }

    /** Has all of them let go; how much that was. */
    int letGo(Bundle stopped) {
        return keepers.stream().mapToInt(keeper -> keeper.applyAsInt(stopped)).sum();
    }

    @Override
    public List<PluginReport> reports() {
        long now = nanos.getAsLong();
        floods.forEach(
                (plugin, last) -> {
                    if (now - last >= FLOOD_NANOS && floods.remove(plugin, last)) {
                        settled(plugin, EVENTS);
                    }
                });
        return pages.values().stream().map(PluginPage::report).toList();
    }
}
