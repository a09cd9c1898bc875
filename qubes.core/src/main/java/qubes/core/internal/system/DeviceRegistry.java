package qubes.core.internal.system;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.device.DeviceAttachment;
import qubes.core.device.DeviceInfo;
import qubes.core.device.Port;
import qubes.core.error.QubesVMInUseError;
import qubes.core.event.DeviceEvents;
import qubes.core.event.Event;
import qubes.core.event.Lifecycle;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DeviceClass;
import qubes.core.vm.DeviceClasses;
import qubes.core.vm.KlassTraits;

/**
 * The classes of devices that come and go, and what was last seen of devices: so that what changes
 * by itself is told (spec devices.md §4.1).
 */
final class DeviceRegistry implements DeviceClasses {
    private static final Logger log = LoggerFactory.getLogger(DeviceRegistry.class);

    private final QubesSystem system;
    private final Providers<DeviceClass> classes = new Providers<>("Device class"); // by name

    private final TreeMap<Port, Optional<DomainName>> seen =
            new TreeMap<>(); // port to the domain that has its device; guarded by itself

    /** One comparison at a time; taken before {@link #seen}, never while that is held. */
    private final ReentrantLock comparing = new ReentrantLock();

    DeviceRegistry(QubesSystem system) {
        this.system = system;
    }

    /** A class arrived. If it is better than the one that serves it takes over. */
    void add(DeviceClass deviceClass, Rank rank) {
        classes.add(deviceClass.deviceClass(), deviceClass, rank).ifPresent(this::changed);
    }

    /** A class leaves: calls that it answers get ten seconds, then an interrupt. Blocks as long. */
    void remove(DeviceClass deviceClass) {
        classes.remove(deviceClass).ifPresent(this::changed);
    }

    private void changed(Providers.Change<DeviceClass> change) {
        String name = change.name();
        change.before().ifPresent(left -> left.gate().drain("Device class " + name));
        if (change.now().isPresent()) {
            log.info("Device class {} available", name);
            return;
        }
        synchronized (seen) {
            seen.keySet().removeIf(port -> port.deviceClass().equals(name));
        }
        log.info("Device class {} unavailable, its assignments are kept", name);
    }

    @Override
    public List<String> names() {
        return List.copyOf(classes.serving().keySet());
    }

    @Override
    public Optional<DeviceClass> find(String name) {
        return Optional.ofNullable(classes.find(name)).map(DeviceRegistry::guarded);
    }

    private static DeviceClass guarded(Providers.Provider<DeviceClass> provider) {
        return GuardedCalls.of(
                DeviceClass.class,
                provider.service(),
                provider.gate(),
                "Device class " + provider.name());
    }

    /** Remembers what an event tells of devices, and tells what the end of a guest means. */
    void heard(Event event) {
        if (event instanceof DeviceEvents.Attach attach) {
            note(attach.device().port(), Optional.of(((BaseVM) attach.subject()).name()));
        } else if (event instanceof DeviceEvents.Detach detach) {
            note(detach.port(), Optional.empty());
        } else if (event instanceof Lifecycle.Shutdown shutdown) {
            ended((BaseVM) shutdown.subject());
        }
    }

    private void note(Port port, Optional<DomainName> frontend) {
        synchronized (seen) {
            seen.put(port, frontend);
        }
    }

    /** A guest is gone: so are the devices it offered, and it has none of others any more. */
    private void ended(BaseVM vm) {
        for (Map.Entry<Port, Optional<DomainName>> entry : remembered(Optional.of(vm.name()))) {
            Port port = entry.getKey();
            vm.fire(new DeviceEvents.Removed(vm, port));
            entry.getValue().flatMap(system::find).ifPresent(user -> dropped(user, port));
            synchronized (seen) {
                seen.remove(port);
            }
        }
        for (Map.Entry<Port, Optional<DomainName>> entry : remembered(Optional.empty())) {
            if (entry.getValue().equals(Optional.of(vm.name()))) {
                vm.fire(new DeviceEvents.Detach(vm, entry.getKey()));
            }
        }
    }

    /** What was last seen, of all backends or of one. */
    private List<Map.Entry<Port, Optional<DomainName>>> remembered(Optional<DomainName> backend) {
        synchronized (seen) {
            return seen.entrySet().stream()
                    .filter(entry -> backend.isEmpty() || entry.getKey().backend().equals(backend))
                    .map(entry -> Map.entry(entry.getKey(), entry.getValue()))
                    .toList();
        }
    }

    /** The device is gone from under a domain that had it: the guest is rid of what is left. */
    private void dropped(BaseVM frontend, Port port) {
        if (!frontend.isHalted()) {
            find(port.deviceClass()).ifPresent(there -> letGo(there, frontend, port));
        }
        frontend.fire(new DeviceEvents.Detach(frontend, port));
    }

    private static void letGo(DeviceClass deviceClass, BaseVM frontend, Port port) {
        try {
            for (DeviceAttachment attachment : deviceClass.attached(frontend)) {
                if (attachment.device().port().equals(port)) {
                    deviceClass.detach(frontend, attachment);
                }
            }
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            log.warn("{}: what is left of {} could not be detached", frontend.name(), port, e);
        }
    }

    @Override
    public void refresh(BaseVM backend, String deviceClass) {
        Optional<DeviceClass> there = find(deviceClass);
        if (there.isEmpty()) {
            return;
        }
        List<DeviceInfo> added;
        comparing.lock();
        try {
            added = compare(backend, there.get());
        } finally {
            comparing.unlock();
        }
        added.stream()
                .filter(device -> device.attachment().isEmpty())
                .forEach(device -> NewDevice.attachWhereAssigned(system, device));
    }

    /**
     * Tells the differences.
     *
     * @return the devices that are new
     */
    private List<DeviceInfo> compare(BaseVM backend, DeviceClass deviceClass) {
        String name = deviceClass.deviceClass();
        Map<Port, Optional<DomainName>> before = new TreeMap<>();
        remembered(Optional.of(backend.name())).stream()
                .filter(entry -> entry.getKey().deviceClass().equals(name))
                .forEach(entry -> before.put(entry.getKey(), entry.getValue()));
        Map<Port, DeviceInfo> now = new TreeMap<>();
        deviceClass.exposed(backend).forEach(device -> now.put(device.port(), device));
        Map<Port, Optional<DomainName>> after = new TreeMap<>();
        now.forEach((port, device) -> after.put(port, device.attachment()));
        if (after.equals(before)) {
            return List.of();
        }
        backend.fire(new DeviceEvents.ListChange(backend, name));
        before.forEach(
                (port, frontend) -> {
                    if (!frontend.equals(after.getOrDefault(port, Optional.empty()))) {
                        frontend.flatMap(system::find).ifPresent(user -> dropped(user, port));
                    }
                });
        for (Port port : before.keySet()) {
            if (!after.containsKey(port)) {
                backend.fire(new DeviceEvents.Removed(backend, port));
            }
        }
        List<DeviceInfo> added =
                now.values().stream().filter(device -> !before.containsKey(device.port())).toList();
        added.forEach(device -> backend.fire(new DeviceEvents.Added(backend, device)));
        now.forEach(
                (port, device) -> {
                    Optional<DomainName> frontend = device.attachment();
                    if (!frontend.equals(before.getOrDefault(port, Optional.empty()))) {
                        frontend.flatMap(system::find)
                                .ifPresent(
                                        user ->
                                                user.fire(
                                                        new DeviceEvents.Attach(
                                                                user, device, Map.of())));
                    }
                });
        synchronized (seen) {
            before.keySet().forEach(seen::remove);
            seen.putAll(after);
        }
        return added;
    }

    /**
     * Refuses if a running domain has a device of this one (spec admin-api §8.3). Blocks.
     *
     * @throws QubesVMInUseError naming the ports
     */
    void refuseWhileAttached(BaseVM vm) {
        List<String> ports = new ArrayList<>();
        for (BaseVM other : system.domains()) {
            if (other != vm && other.isA(KlassTraits.LOCAL) && !other.isHalted()) {
                attachedFrom(vm, other).map(Port::portId).forEach(ports::add);
            }
        }
        if (!ports.isEmpty()) {
            throw new QubesVMInUseError(
                    "VM has devices attached to other VMs: " + String.join(", ", ports));
        }
    }

    private Stream<Port> attachedFrom(BaseVM backend, BaseVM frontend) {
        return classes.serving().values().stream()
                .map(DeviceRegistry::guarded)
                .flatMap(deviceClass -> deviceClass.attached(frontend).stream())
                .map(attachment -> attachment.device().port())
                .filter(port -> port.backend().equals(Optional.of(backend.name())));
    }
}
