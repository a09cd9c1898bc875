package qubes.hypervisor.libvirt;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.SuspendTarget;
import org.libvirt.event.DomainEventType;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMError;
import qubes.core.error.QubesVMNotStartedError;
import qubes.core.hypervisor.Guest;
import qubes.core.hypervisor.GuestListener;
import qubes.core.hypervisor.GuestSpec;
import qubes.core.hypervisor.GuestState;
import qubes.core.hypervisor.GuestStats;
import qubes.core.hypervisor.HostInfo;
import qubes.core.hypervisor.Hypervisor;
import qubes.hypervisor.libvirt.xml.DomainXml;

/** Guests through libvirt, whichever driver the configured URI names. */
@Component(configurationPid = "qubes.hypervisor.libvirt")
@Designate(ocd = LibvirtHypervisor.Config.class)
public final class LibvirtHypervisor implements Hypervisor {
    private static final Logger log = LoggerFactory.getLogger(LibvirtHypervisor.class);
    private static final int BYTES = 1; // VIR_DOMAIN_BLOCK_RESIZE_BYTES
    private static final int LIVE = 1; // VIR_DOMAIN_AFFECT_LIVE
    private static final int FIRST_CONNECT_SECONDS = 3;

    /** Where guests run and what they are made from. */
    @ObjectClassDefinition(name = "Qubes hypervisor")
    public @interface Config {
        /** libvirt's connection URI. */
        @AttributeDefinition(
                name = "URI",
                description = "libvirt's connection URI, as xen:/// or qemu:///embed?root=FOLDER")
        String uri() default "xen:///";

        /** How QEMU runs guests. */
        @AttributeDefinition(
                name = "Accelerator",
                description =
                        "How QEMU runs guests: kvm, tcg (emulation), or auto: kvm if a guest was"
                                + " really seen to boot with it")
        String accelerator() default "auto";

        /** Where templates of domain XML are looked for. */
        @AttributeDefinition(
                name = "Templates",
                description =
                        "Folders searched for templates of domain XML before the built-in ones,"
                                + " separated by colons")
        String templates() default "/etc/qubes/templates:/usr/share/qubes/templates";
    }

    private final String uri;
    private final GuestCache cache = new GuestCache();
    private final Notifier notifier = new Notifier();
    // guests created paused: libvirt announces that as a pause, which nobody asked for
    private final Set<UUID> bornPaused = ConcurrentHashMap.newKeySet();
    private final Uplink uplink;
    private final DomainXml xml;

    private volatile HostInfo host = LocalHost.info();
    private volatile Driver driver;

    @Activate
    public LibvirtHypervisor(Config config, @Reference EventLoop loop) {
        this.uri = config.uri();
        this.driver = Driver.ofUri(uri);
        this.xml = DomainXml.in(config.templates(), Accelerator.of(config.accelerator()));
        this.uplink = new Uplink(uri, () -> open(loop));
        uplink.start();
        // most connections are there in a moment; who finds this service then finds the guests too
        uplink.awaitFirstAttempt(FIRST_CONNECT_SECONDS);
    }

    /** Guests keep running. */
    @Deactivate
    void close() {
        uplink.close();
        notifier.close();
    }

    private Link open(EventLoop loop) throws VirtException {
        try {
            Optional<Path> embedded = EmbeddedRoot.of(uri);
            if (embedded.isPresent()) {
                EmbeddedRoot.prepare(embedded.get());
            }
        } catch (IOException e) {
            throw new VirtException(
                    ErrorNumber.VIR_ERR_OPEN_FAILED, "its folder cannot be prepared: " + e, e);
        }
        Link link =
                Link.open(
                        uri,
                        loop,
                        new Link.Events() {
                            @Override
                            public void guestChanged(Link from, UUID uuid, DomainEventType what) {
                                notifier.later(() -> changed(from, uuid, what));
                            }

                            @Override
                            public void lost(Link dead, String why) {
                                uplink.lost(dead, why);
                            }
                        });
        try {
            driver = new Driver(link.kind());
            host = link.host();
            List<Guest> inactive = cache.refreshAll(link);
            List<Guest> active = cache.guests().stream().filter(g -> g.state().active()).toList();
            notifier.later(
                    () -> {
                        active.forEach(guest -> notifier.tell(l -> l.found(guest)));
                        active.forEach(this::watch);
                        inactive.forEach(guest -> notifier.tell(l -> l.stopped(guest)));
                    });
            return link;
        } catch (VirtException e) {
            link.close();
            throw e;
        }
    }

    /** On the notifier's thread. The event says that something happened, a look says what is. */
    private void changed(Link link, UUID uuid, DomainEventType what) {
        Optional<Guest> before = cache.guest(uuid);
        Optional<Guest> now;
        try {
            now = cache.refresh(link, uuid);
        } catch (VirtException e) {
            log.debug("{}: not seen after {}", uuid, what, e);
            return; // the link is lost; the next one looks at all guests
        }
        log.debug("{}: {}, now {}", uuid, what, now);
        Guest guest =
                now.or(() -> before)
                        .map(g -> now.isPresent() ? g : halted(g.uuid(), g.name()))
                        .orElseGet(() -> halted(uuid, uuid.toString()));
        switch (what) {
            case STOPPED -> {
                if (!guest.state().active()) {
                    bornPaused.remove(uuid);
                }
                notifier.tell(listener -> listener.stopped(guest));
            }
            case SUSPENDED -> {
                if (!bornPaused.remove(uuid)) {
                    notifier.tell(listener -> listener.paused(guest));
                }
            }
            case RESUMED -> {
                bornPaused.remove(uuid);
                notifier.tell(listener -> listener.resumed(guest));
            }
            case DEFINED, UNDEFINED, STARTED, SHUTDOWN, PMSUSPENDED, CRASHED, UNKNOWN -> {}
        }
    }

    private static Guest halted(UUID uuid, String name) {
        return new Guest(uuid, name, GuestState.HALTED, -1);
    }

    @Override
    public String kind() {
        return driver.kind();
    }

    @Override
    public boolean connected() {
        return uplink.up();
    }

    @Override
    public HostInfo host() {
        return host;
    }

    @Override
    public Optional<Guest> guest(UUID uuid) {
        return cache.guest(uuid);
    }

    @Override
    public List<Guest> guests() {
        return cache.guests();
    }

    @Override
    public void create(GuestSpec spec) {
        String description = xml.render(kind(), spec);
        log.debug("{}: domain XML\n{}", spec.name(), description);
        try {
            Optional<Guest> started =
                    uplink.call(
                            link -> {
                                forgetFormer(link, spec);
                                link.use(
                                        connect -> {
                                            Domain domain = connect.domainDefineXML(description);
                                            try {
                                                bornPaused.add(spec.uuid());
                                                driver.startPaused(domain);
                                            } finally {
                                                domain.free();
                                            }
                                            return true;
                                        });
                                return cache.refresh(link, spec.uuid());
                            });
            started.ifPresent(this::watch);
        } catch (VirtException e) {
            bornPaused.remove(spec.uuid());
            log.error("{}: start failed: {}", spec.name(), e.getMessage());
            if (lacksHvm(e)) {
                throw new QubesVMError(
                        "Start failed: virt_mode hvm needs hardware virtualisation, which this host"
                                + " lacks or hides. Turn it on in the firmware, or use pvh or pv.",
                        e);
            }
            throw new QubesException(e.startMessage(kind()), e);
        }
    }

    /**
     * A domain renamed since its last start is still defined under its old name. With the lxc
     * driver a definition keeps the number of the last init, which may by now be anyone's.
     */
    private void forgetFormer(Link link, GuestSpec spec) throws VirtException {
        Optional<Guest> known = link.look(spec.uuid());
        if (known.isPresent()
                && !known.get().state().active()
                && (driver.lxc() || !known.get().name().equals(spec.name()))) {
            link.useGuest(spec.uuid(), doing(driver::undefine));
        }
    }

    /** Has libvirt notice a container's end, for which its lxc driver may be deaf. */
    private void watch(Guest guest) {
        if (driver.lxc()) {
            Container.of(guest.id())
                    .ifPresent(c -> c.whenEnded(() -> notifier.later(() -> ended(guest))));
        }
    }

    private void ended(Guest guest) {
        try {
            Optional<Guest> now = uplink.call(link -> link.look(guest.uuid()));
            if (now.isPresent() && now.get().id() == guest.id()) {
                log.info("{}: libvirt did not notice that it ended", guest.name());
                destroy(guest.uuid());
            }
        } catch (VirtException | QubesException e) {
            log.debug("{}: ended, and is not looked at", guest.name(), e);
        }
    }

    private static boolean lacksHvm(VirtException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("hvm")
                && (message.contains("os type") || message.contains("ostype"));
    }

    @Override
    public void shutdown(UUID uuid) {
        act("shut down", uuid, driver::shutdown);
    }

    @Override
    public void destroy(UUID uuid) {
        try {
            uplink.call(
                    link -> {
                        try {
                            link.useGuest(uuid, doing(Domain::destroy));
                        } catch (VirtException e) {
                            if (!e.noSuchGuest() && !e.wrongState()) {
                                throw e;
                            }
                        }
                        return cache.refresh(link, uuid);
                    });
        } catch (VirtException e) {
            throw failed("kill", uuid, e);
        }
    }

    @Override
    public void pause(UUID uuid) {
        act("pause", uuid, Domain::suspend);
    }

    @Override
    public void resume(UUID uuid) {
        act("resume", uuid, Domain::resume);
    }

    @Override
    public boolean suspend(UUID uuid) {
        try {
            change(uuid, domain -> domain.PMsuspendFor(SuspendTarget.MEMORY, 0, TimeUnit.SECONDS));
            return true;
        } catch (VirtException e) {
            if (e.unsupported()) {
                log.debug("{}: cannot be suspended", nameOf(uuid), e);
                return false;
            }
            throw failed("suspend", uuid, e);
        }
    }

    @Override
    public void wakeUp(UUID uuid) {
        act("wake up", uuid, Domain::PMwakeup);
    }

    @Override
    public void undefine(UUID uuid) {
        try {
            uplink.call(
                    link -> {
                        try {
                            link.useGuest(uuid, doing(driver::undefine));
                        } catch (VirtException e) {
                            if (!e.noSuchGuest()) {
                                throw e;
                            }
                        }
                        return cache.refresh(link, uuid);
                    });
        } catch (VirtException e) {
            throw failed("forget", uuid, e);
        }
    }

    @Override
    public GuestStats stats(UUID uuid) {
        if (!state(uuid).active()) {
            return GuestStats.NONE;
        }
        try {
            return uplink.call(
                    link -> link.useGuest(uuid, domain -> GuestStatistics.of(domain.getInfo())));
        } catch (VirtException e) {
            log.debug("{}: no statistics", nameOf(uuid), e);
            return GuestStats.NONE; // it ended meanwhile
        }
    }

    @Override
    public Map<UUID, GuestStats> allStats() {
        try {
            return uplink.call(Link::allStats);
        } catch (VirtException e) {
            log.debug("{}: guests are asked one by one for statistics", kind(), e);
            return Hypervisor.super.allStats();
        }
    }

    @Override
    public Optional<String> console(UUID uuid) {
        return GuestXml.terminal(describe(uuid));
    }

    @Override
    public void attach(UUID uuid, String deviceXml) {
        act("attach a device to", uuid, domain -> domain.attachDeviceFlags(deviceXml, LIVE));
    }

    @Override
    public void detach(UUID uuid, String deviceXml) {
        act("detach a device from", uuid, domain -> domain.detachDeviceFlags(deviceXml, LIVE));
    }

    /** Other drivers than QEMU's follow a block device by themselves, or not at all. */
    @Override
    public boolean resizeDisk(UUID uuid, Path disk, long bytes) {
        if (!driver.qemu()) {
            return false;
        }
        act("resize a disk of", uuid, domain -> domain.blockResize(disk.toString(), bytes, BYTES));
        return true;
    }

    @Override
    public String describe(UUID uuid) {
        try {
            return uplink.call(link -> link.useGuest(uuid, domain -> domain.getXMLDesc(0)));
        } catch (VirtException e) {
            throw failed("describe", uuid, e);
        }
    }

    @Override
    public GuestState refresh(UUID uuid) {
        try {
            return uplink.call(link -> cache.refresh(link, uuid))
                    .map(Guest::state)
                    .orElse(GuestState.HALTED);
        } catch (VirtException e) {
            throw failed("look at", uuid, e);
        }
    }

    @Override
    public AutoCloseable listen(GuestListener listener) {
        return notifier.listen(listener);
    }

    /**
     * {@link Domain}: a handle of the guest, which the caller frees. {@link Connect}: the
     * connection, which the caller must not close and must not keep, since a lost one is replaced.
     */
    @Override
    public <T> Optional<T> unwrap(UUID uuid, Class<T> type) {
        try {
            if (type == Domain.class) {
                return Optional.of(
                        type.cast(uplink.call(l -> l.use(c -> c.domainLookupByUUID(uuid)))));
            }
            if (type == Connect.class) {
                return Optional.of(type.cast(uplink.<Connect>call(l -> l.use(c -> c))));
            }
            return Optional.empty();
        } catch (VirtException e) {
            if (e.noSuchGuest()) {
                return Optional.empty();
            }
            throw failed("look up", uuid, e);
        }
    }

    /** What is done to a guest, with no result. */
    private interface Action {
        void on(Domain domain) throws LibvirtException;
    }

    private static Link.GuestUse<Boolean> doing(Action action) {
        return domain -> {
            action.on(domain);
            return true;
        };
    }

    private void act(String verb, UUID uuid, Action action) {
        try {
            change(uuid, action);
        } catch (VirtException e) {
            throw failed(verb, uuid, e);
        }
    }

    /** Acts on the guest; its state is in the cache when this returns. */
    private void change(UUID uuid, Action action) throws VirtException {
        uplink.call(
                link -> {
                    link.useGuest(uuid, doing(action));
                    return cache.refresh(link, uuid);
                });
    }

    private String nameOf(UUID uuid) {
        return cache.guest(uuid).map(Guest::name).orElseGet(uuid::toString);
    }

    private QubesException failed(String verb, UUID uuid, VirtException e) {
        String name = nameOf(uuid);
        if (e.noSuchGuest() || (e.wrongState() && !state(uuid).active())) {
            return new QubesVMNotStartedError(
                    "Cannot " + verb + " " + name + ": it is not running. Start it first.");
        }
        log.debug("{}: could not {}", name, verb, e);
        return new QubesException("Cannot " + verb + " " + name + ": " + e.userMessage(), e);
    }
}
