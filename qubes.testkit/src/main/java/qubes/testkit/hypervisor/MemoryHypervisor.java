package qubes.testkit.hypervisor;

import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMNotStartedError;
import qubes.core.hypervisor.Guest;
import qubes.core.hypervisor.GuestListener;
import qubes.core.hypervisor.GuestSpec;
import qubes.core.hypervisor.GuestState;
import qubes.core.hypervisor.GuestStats;
import qubes.core.hypervisor.HostInfo;
import qubes.core.hypervisor.Hypervisor;

/**
 * A hypervisor in memory, for tests. Its guests obey at once, and keep the descriptions of what is
 * attached to them; a test can also let them misbehave ({@link #ignoreShutdown}, {@link #powerOff},
 * {@link #failCreate}) and cut the connection ({@link #disconnect}).
 */
public final class MemoryHypervisor implements Hypervisor, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(MemoryHypervisor.class);

    private final Map<UUID, Guest> guests = new ConcurrentHashMap<>();
    private final Map<UUID, GuestSpec> specs =
            new ConcurrentHashMap<>(); // what each was last created from
    private final Map<UUID, List<String>> devices =
            new ConcurrentHashMap<>(); // what was attached to each, as described
    private final AtomicInteger nextId = new AtomicInteger(1);
    private final List<Object[]> listeners =
            new CopyOnWriteArrayList<>(); // one-element arrays: equal by identity
    private final ExecutorService announcer =
            Executors.newSingleThreadExecutor(
                    task -> {
                        Thread thread = new Thread(task, "memory-hypervisor");
                        thread.setDaemon(true);
                        return thread;
                    });
    private volatile boolean connected = true;
    private volatile boolean deaf;
    private volatile Optional<String> createFailure = Optional.empty();

    /**
     * Lets guests ignore requests to shut down, or heed them again.
     *
     * @param ignore true to ignore them
     */
    public void ignoreShutdown(boolean ignore) {
        deaf = ignore;
    }

    /**
     * Lets every start fail with this reason; absent: no more.
     *
     * @param reason words for users; absent to let it work again
     */
    public void failCreate(Optional<String> reason) {
        createFailure = reason;
    }

    /**
     * The guest powers itself off.
     *
     * @param uuid identity of the guest's domain
     */
    public void powerOff(UUID uuid) {
        end(uuid);
    }

    /** Cuts the connection: operations fail, the cache keeps what was seen. */
    public void disconnect() {
        connected = false;
    }

    /** Restores the connection and says of every guest that is not active that it stopped. */
    public void reconnect() {
        connected = true;
        guests.values().stream()
                .filter(guest -> !guest.state().active())
                .forEach(guest -> announce(listener -> listener.stopped(guest)));
    }

    /**
     * {@return what the guest was last created from}
     *
     * @param uuid identity of the guest's domain
     */
    public Optional<GuestSpec> spec(UUID uuid) {
        return Optional.ofNullable(specs.get(uuid));
    }

    @Override
    public String kind() {
        return "memory";
    }

    @Override
    public boolean connected() {
        return connected;
    }

    @Override
    public HostInfo host() {
        return new HostInfo(16L * 1024 * 1024, 4);
    }

    @Override
    public Optional<Guest> guest(UUID uuid) {
        return Optional.ofNullable(guests.get(uuid));
    }

    @Override
    public List<Guest> guests() {
        return List.copyOf(guests.values());
    }

    @Override
    public void create(GuestSpec spec) {
        refuseUnlessConnected();
        createFailure.ifPresent(
                reason -> {
                    throw new QubesException(
                            "Start failed: " + reason + ", see the daemon's log for details");
                });
        guests.compute(
                spec.uuid(),
                (uuid, old) -> {
                    if (old != null && old.state().active()) {
                        throw new QubesException(
                                "Start failed: " + spec.name() + " is running already");
                    }
                    return new Guest(
                            uuid, spec.name(), GuestState.PAUSED, nextId.getAndIncrement());
                });
        specs.put(spec.uuid(), spec);
    }

    @Override
    public void shutdown(UUID uuid) {
        change("shut down", uuid, guest -> guest);
        if (!deaf) {
            end(uuid);
        }
    }

    @Override
    public void destroy(UUID uuid) {
        refuseUnlessConnected();
        end(uuid);
    }

    private void end(UUID uuid) {
        devices.remove(uuid);
        boolean[] ended = new boolean[1];
        Guest guest =
                guests.computeIfPresent(
                        uuid,
                        (u, old) -> {
                            ended[0] = old.state().active();
                            return new Guest(u, old.name(), GuestState.HALTED, -1);
                        });
        if (guest != null && ended[0]) {
            announce(listener -> listener.stopped(guest));
        }
    }

    @Override
    public void pause(UUID uuid) {
        Guest guest = change("pause", uuid, g -> in(g, GuestState.PAUSED));
        announce(listener -> listener.paused(guest));
    }

    @Override
    public void resume(UUID uuid) {
        Guest guest = change("resume", uuid, g -> in(g, GuestState.RUNNING));
        announce(listener -> listener.resumed(guest));
    }

    @Override
    public boolean suspend(UUID uuid) {
        change("suspend", uuid, guest -> in(guest, GuestState.SUSPENDED));
        return true;
    }

    @Override
    public void wakeUp(UUID uuid) {
        change("wake up", uuid, guest -> in(guest, GuestState.RUNNING));
    }

    @Override
    public void undefine(UUID uuid) {
        refuseUnlessConnected();
        guests.remove(uuid);
        specs.remove(uuid);
    }

    @Override
    public GuestStats stats(UUID uuid) {
        GuestSpec spec = specs.get(uuid);
        if (spec == null || !state(uuid).active()) {
            return GuestStats.NONE;
        }
        long max = spec.maxMemoryMiB() == 0 ? spec.memoryMiB() : spec.maxMemoryMiB();
        return new GuestStats(spec.memoryMiB() * 1024L, max * 1024, 0, spec.vcpus());
    }

    @Override
    public Optional<String> console(UUID uuid) {
        return Optional.empty();
    }

    @Override
    public void attach(UUID uuid, String deviceXml) {
        Guest guest = change("attach a device to", uuid, g -> g);
        if (!isXml(deviceXml)) {
            throw new QubesException(
                    "Cannot attach a device to " + guest.name() + ": its description is no XML");
        }
        devices.computeIfAbsent(uuid, u -> new CopyOnWriteArrayList<>()).add(deviceXml);
    }

    @Override
    public void detach(UUID uuid, String deviceXml) {
        Guest guest = change("detach a device from", uuid, g -> g);
        if (!devices.getOrDefault(uuid, List.of()).remove(deviceXml)) {
            throw new QubesException(
                    "Cannot detach a device from " + guest.name() + ": it has no such device");
        }
    }

    @Override
    public String describe(UUID uuid) {
        refuseUnlessConnected();
        Guest guest = guest(uuid).orElseThrow(() -> notStarted("describe", uuid));
        return "<domain><name>"
                + guest.name()
                + "</name><devices>"
                + String.join("", devices.getOrDefault(uuid, List.of()))
                + "</devices></domain>";
    }

    private static boolean isXml(String text) {
        try {
            SAXParserFactory.newInstance()
                    .newSAXParser()
                    .parse(new InputSource(new StringReader(text)), new DefaultHandler());
            return true;
        } catch (SAXException e) {
            return false;
        } catch (ParserConfigurationException | IOException e) {
            throw new IllegalStateException("this JVM reads no XML", e);
        }
    }

    @Override
    public GuestState refresh(UUID uuid) {
        refuseUnlessConnected();
        return state(uuid);
    }

    @Override
    public AutoCloseable listen(GuestListener listener) {
        Object[] entry = {listener};
        listeners.add(entry);
        return () -> listeners.remove(entry);
    }

    private Guest change(String verb, UUID uuid, UnaryOperator<Guest> change) {
        refuseUnlessConnected();
        Guest changed =
                guests.computeIfPresent(
                        uuid,
                        (u, old) -> {
                            if (!old.state().active()) {
                                throw notStarted(verb, u);
                            }
                            return change.apply(old);
                        });
        if (changed == null) {
            throw notStarted(verb, uuid);
        }
        return changed;
    }

    private static Guest in(Guest guest, GuestState state) {
        return new Guest(guest.uuid(), guest.name(), state, guest.id());
    }

    private static QubesVMNotStartedError notStarted(String verb, UUID uuid) {
        return new QubesVMNotStartedError(
                "Cannot " + verb + " " + uuid + ": it is not running. Start it first.");
    }

    private void refuseUnlessConnected() {
        if (!connected) {
            throw new QubesException("The connection to the hypervisor is down");
        }
    }

    private void announce(Consumer<GuestListener> what) {
        announcer.execute(
                () -> {
                    for (Object[] entry : listeners) {
                        try {
                            what.accept((GuestListener) entry[0]);
                        } catch (RuntimeException e) {
                            log.error("A listener failed", e);
                        }
                    }
                });
    }

    @Override
    public void close() {
        announcer.shutdown();
    }
}
