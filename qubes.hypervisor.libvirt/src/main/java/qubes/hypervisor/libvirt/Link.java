package qubes.hypervisor.libvirt;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.NodeInfo;
import org.libvirt.event.DomainEventType;
import org.libvirt.event.LifecycleListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.hypervisor.Guest;
import qubes.core.hypervisor.GuestState;
import qubes.core.hypervisor.GuestStats;
import qubes.core.hypervisor.HostInfo;

/**
 * One open connection to libvirt. Any thread may use it; the native connection is closed when the
 * last call that uses it is done, so a call never meets a connection freed under it.
 */
final class Link {
    private static final Logger log = LoggerFactory.getLogger(Link.class);
    private static final int KEEP_ALIVE_SECONDS = 5;
    private static final int KEEP_ALIVE_MISSES = 3;

    /** What a link tells; called on libvirt's event thread, so it must only take note. */
    interface Events {
        void guestChanged(Link link, UUID uuid, DomainEventType what);

        void lost(Link link, String why);
    }

    /** A use of the open connection. */
    interface Use<T> {
        T on(Connect connect) throws LibvirtException, VirtException;
    }

    /** A use of one guest. */
    interface GuestUse<T> {
        T on(Domain domain) throws LibvirtException, VirtException;
    }

    private final Handle connect;
    private final String kind;
    private final HostInfo host;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final AtomicInteger users = new AtomicInteger(1); // the opener is one
    private final LifecycleListener listener; // kept here: libvirt-java finds it again by identity

    /** Gives access to the native pointer, which our own functions need. */
    private static final class Handle extends Connect {
        Handle(String uri) throws LibvirtException {
            super(uri);
        }

        Pointer pointer() {
            return vcp.getPointer();
        }
    }

    private Link(Handle connect, Events events) throws LibvirtException {
        this.connect = connect;
        this.kind = connect.getType().toLowerCase(Locale.ROOT);
        NodeInfo node = connect.nodeInfo();
        this.host = new HostInfo(node.memory, node.cpus);
        this.listener = (domain, event) -> heard(events, domain, event.getType());
        connect.addLifecycleListener(listener);
        watchForLoss(events);
    }

    /** On libvirt's event thread. */
    private int heard(Events events, Domain domain, DomainEventType what) {
        try {
            UUID uuid = UUID.fromString(domain.getUUIDString());
            domain.free(); // a handle left to the garbage collector would keep the connection open
            events.guestChanged(this, uuid, what);
        } catch (LibvirtException e) {
            log.warn("An event of libvirt names no guest", e);
        }
        return 0;
    }

    /**
     * Opens a connection and listens to its events; blocks.
     *
     * @throws LinkageError if libvirt is not installed
     */
    static Link open(String uri, EventLoop loop, Events events) throws VirtException {
        loop.start();
        try {
            Handle connect = new Handle(uri);
            try {
                return new Link(connect, events);
            } catch (LibvirtException e) {
                connect.close();
                throw e;
            }
        } catch (LibvirtException e) {
            throw new VirtException(e);
        }
    }

    /** Drivers inside this process cannot be lost and refuse both. */
    private void watchForLoss(Events events) {
        try {
            connect.registerCloseListener((c, reason) -> events.lost(this, reason.toString()));
            connect.setKeepAlive(KEEP_ALIVE_SECONDS, KEEP_ALIVE_MISSES);
        } catch (LibvirtException e) {
            log.debug("{}: no notice of a lost connection: {}", kind, e.getMessage());
        }
    }

    String kind() {
        return kind;
    }

    HostInfo host() {
        return host;
    }

    /** True if the other end still answers; blocks for as long as keep-alive allows. */
    boolean alive() {
        try {
            return use(Connect::isAlive);
        } catch (VirtException e) {
            log.debug("Connection is not alive", e);
            return false;
        }
    }

    /** Uses the connection; blocks as long as libvirt does. */
    <T> T use(Use<T> use) throws VirtException {
        enter();
        try {
            return use.on(connect);
        } catch (LibvirtException e) {
            throw new VirtException(e);
        } finally {
            leave();
        }
    }

    /** Uses the guest, whose handle is freed afterwards. */
    <T> T useGuest(UUID uuid, GuestUse<T> use) throws VirtException {
        return use(
                c -> {
                    Domain domain = c.domainLookupByUUID(uuid);
                    try {
                        return use.on(domain);
                    } finally {
                        domain.free();
                    }
                });
    }

    /** Every guest, active or only defined. */
    List<UUID> list() throws VirtException {
        return use(
                c -> {
                    List<UUID> found = new ArrayList<>();
                    Domain[] all = c.listAllDomains(0);
                    try {
                        for (Domain domain : all) {
                            found.add(UUID.fromString(domain.getUUIDString()));
                        }
                    } finally {
                        for (Domain domain : all) {
                            domain.free();
                        }
                    }
                    return found;
                });
    }

    /** What all active guests use now, if the driver can say it at once. */
    Map<UUID, GuestStats> allStats() throws VirtException {
        return use(c -> GuestStatistics.ofAll(connect.pointer()));
    }

    /** The guest as it is now; absent if libvirt does not know it. */
    Optional<Guest> look(UUID uuid) throws VirtException {
        return use(
                c -> {
                    byte[] bytes =
                            ByteBuffer.allocate(16)
                                    .putLong(uuid.getMostSignificantBits())
                                    .putLong(uuid.getLeastSignificantBits())
                                    .array();
                    Pointer domain = Virt.virDomainLookupByUUID(connect.pointer(), bytes);
                    if (domain == null) {
                        return absentOrThrow(VirtException.last());
                    }
                    try {
                        return describe(uuid, domain);
                    } finally {
                        Virt.virDomainFree(domain);
                    }
                });
    }

    private static Optional<Guest> describe(UUID uuid, Pointer domain) throws VirtException {
        int id = Virt.virDomainGetID(domain); // -1 if not active, whatever the state says
        if (id < 0) {
            return Optional.of(
                    new Guest(uuid, Virt.virDomainGetName(domain), GuestState.HALTED, -1));
        }
        int[] state = new int[1];
        if (Virt.virDomainGetState(domain, state, new int[1], 0) < 0) {
            return absentOrThrow(VirtException.last());
        }
        return Optional.of(new Guest(uuid, Virt.virDomainGetName(domain), active(state[0]), id));
    }

    private static Optional<Guest> absentOrThrow(VirtException failure) throws VirtException {
        if (failure.noSuchGuest()) {
            return Optional.empty();
        }
        throw failure;
    }

    /** virDomainState of an active guest to ours. */
    private static GuestState active(int number) {
        return switch (number) {
            case 1, 2 -> GuestState.RUNNING; // running, blocked
            case 3 -> GuestState.PAUSED;
            case 4 -> GuestState.HALTING;
            case 5 -> GuestState.DYING; // shut off, yet active
            case 6 -> GuestState.CRASHED;
            case 7 -> GuestState.SUSPENDED;
            default -> GuestState.RUNNING; // "no state", of Xen, between two others
        };
    }

    private void enter() throws VirtException {
        int now;
        do {
            now = users.get();
            if (now == 0) {
                throw new VirtException(
                        ErrorNumber.VIR_ERR_INVALID_CONN, "the connection was closed", null);
            }
        } while (!users.compareAndSet(now, now + 1));
    }

    private void leave() {
        if (users.decrementAndGet() == 0) {
            try {
                int left = connect.close();
                log.debug("{}: connection closed, {} references left", kind, left);
            } catch (LibvirtException e) {
                log.debug("A connection did not close cleanly", e);
            }
        }
    }

    /**
     * Stops listening and closes as soon as no call uses the connection; a second time is nothing.
     */
    void close() {
        if (closing.getAndSet(true)) {
            return;
        }
        try {
            connect.removeLifecycleListener(listener);
        } catch (LibvirtException e) {
            log.debug("A dead connection keeps its listener", e);
        }
        try {
            connect.unregisterCloseListener();
        } catch (LibvirtException e) {
            log.debug("A dead connection keeps its close listener", e);
        }
        leave();
    }
}
