package qubes.testkit.device;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import qubes.core.device.DeviceAttachment;
import qubes.core.device.DeviceInfo;
import qubes.core.device.Port;
import qubes.core.device.VirtualDevice;
import qubes.core.error.DeviceAlreadyAttached;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMNotRunningError;
import qubes.core.error.QubesValueError;
import qubes.core.error.Repr;
import qubes.core.hypervisor.Guest;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DeviceClass;
import qubes.core.vm.Qubes;

/**
 * A class of devices that a test plugs and unplugs. Their backends offer them while they run; the
 * only option is {@code opt1}.
 */
public final class MemoryDevices implements DeviceClass {
    private static final String OPTION = "opt1";
    private static final int NO_GUEST = -1;

    private final String deviceClass;
    private final Map<Port, DeviceInfo> plugged =
            new LinkedHashMap<>(); // in the order of plugging; this and the next: guarded by this
    private final Map<Port, Held> held = new LinkedHashMap<>(); // port to who has its device
    private Optional<String> failure = Optional.empty(); // guarded by this

    private record Held(UUID domain, int guest, DomainName name, DeviceAttachment attachment) {}

    /**
     * @param deviceClass the name of the class
     */
    public MemoryDevices(String deviceClass) {
        this.deviceClass = deviceClass;
    }

    /**
     * Plugs a device; what was at its port is gone.
     *
     * @param device the device, at its port
     */
    public synchronized void plug(DeviceInfo device) {
        if (!device.deviceClass().equals(deviceClass)) {
            throw new IllegalArgumentException(
                    device + " is of class " + device.deviceClass() + ", not " + deviceClass);
        }
        plugged.put(device.port(), device);
    }

    /**
     * Plugs a device without description at a port of a domain.
     *
     * @param backend the domain that offers it
     * @param portId the place at the backend
     * @param identity the identity that it shows
     * @return what is plugged
     */
    public DeviceInfo plug(BaseVM backend, String portId, String identity) {
        DeviceInfo device =
                DeviceInfo.of(
                        new VirtualDevice(Port.of(backend.name(), portId, deviceClass), identity));
        plug(device);
        return device;
    }

    /**
     * Pulls what is at a port; who has it attached keeps it until it is detached.
     *
     * @param port where it is plugged
     */
    public synchronized void unplug(Port port) {
        plugged.remove(port);
    }

    /**
     * Gives a device to a domain, or to another one, as if the core had no part in it.
     *
     * @param port where it is plugged
     * @param frontend who has it from now on; null for nobody
     */
    public synchronized void give(Port port, @Nullable BaseVM frontend) {
        held.remove(port);
        DeviceInfo device = plugged.get(port);
        if (frontend != null && device != null) {
            hold(frontend, device, Map.of());
        }
    }

    /**
     * Lets every attach fail with this reason; absent: no more.
     *
     * @param reason words for users; absent to let it work again
     */
    public synchronized void failAttach(Optional<String> reason) {
        failure = reason;
    }

    @Override
    public String deviceClass() {
        return deviceClass;
    }

    @Override
    public synchronized List<DeviceInfo> exposed(BaseVM backend) {
        if (backend.isHalted()) {
            return List.of();
        }
        dropEnded(backend.qubes());
        List<DeviceInfo> offered = new ArrayList<>();
        for (DeviceInfo device : plugged.values()) {
            if (device.port().backend().equals(Optional.of(backend.name()))) {
                offered.add(
                        holder(device.port())
                                .map(holder -> device.attachedTo(holder.name()))
                                .orElse(device));
            }
        }
        return offered;
    }

    @Override
    public synchronized List<DeviceAttachment> attached(BaseVM frontend) {
        dropEnded(frontend.qubes());
        return held.values().stream()
                .filter(holder -> holder.domain().equals(frontend.uuid()))
                .map(Held::attachment)
                .toList();
    }

    @Override
    public synchronized void attach(
            BaseVM frontend, DeviceInfo device, Map<String, String> options) {
        for (String option : options.keySet()) {
            if (!option.equals(OPTION)) {
                throw new QubesValueError("Unsupported option " + Repr.printable(option));
            }
        }
        failure.ifPresent(
                reason -> {
                    throw new QubesException(reason);
                });
        if (!plugged.containsKey(device.port())) {
            throw new QubesVMNotRunningError("Nothing is plugged at " + device.port());
        }
        holder(device.port())
                .ifPresent(
                        holder -> {
                            throw new DeviceAlreadyAttached(
                                    "%s device %s already attached to %s"
                                            .formatted(deviceClass, device, holder.name()));
                        });
        hold(frontend, device, options);
    }

    @Override
    public synchronized void detach(BaseVM frontend, DeviceAttachment attachment) {
        Held holder = held.get(attachment.device().port());
        if (holder != null && holder.domain().equals(frontend.uuid())) {
            held.remove(attachment.device().port());
        }
    }

    private void hold(BaseVM frontend, DeviceInfo device, Map<String, String> options) {
        held.put(
                device.port(),
                new Held(
                        frontend.uuid(),
                        guest(frontend.qubes(), frontend.uuid()),
                        frontend.name(),
                        new DeviceAttachment(device.device(), options)));
    }

    private Optional<Held> holder(Port port) {
        return Optional.ofNullable(held.get(port));
    }

    /** A guest that is gone has nothing, and the next one of its domain neither. */
    private void dropEnded(Qubes qubes) {
        held.values().removeIf(holder -> guest(qubes, holder.domain()) != holder.guest());
    }

    private static int guest(Qubes qubes, UUID domain) {
        return qubes.findHypervisor()
                .flatMap(hypervisor -> hypervisor.guest(domain))
                .map(Guest::id)
                .orElse(NO_GUEST);
    }
}
