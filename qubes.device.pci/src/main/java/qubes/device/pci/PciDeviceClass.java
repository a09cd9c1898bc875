package qubes.device.pci;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import qubes.core.device.DeviceAttachment;
import qubes.core.device.DeviceInfo;
import qubes.core.device.PciPaths;
import qubes.core.error.DeviceAlreadyAttached;
import qubes.core.error.QubesException;
import qubes.core.error.QubesValueError;
import qubes.core.error.Repr;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DeviceClass;
import qubes.core.vm.DeviceClassName;
import qubes.core.vm.Features;
import qubes.core.vm.QubesVM;

/** The PCI devices of the host, and who has them (spec devices.md §7). Only dom0 offers any. */
@Component(configurationPid = "qubes.device.pci")
@DeviceClassName(deviceClass = HostDevices.CLASS)
@Designate(ocd = PciDeviceClass.Config.class)
public final class PciDeviceClass implements DeviceClass {
    /** Where the host tells of its devices. */
    @ObjectClassDefinition(name = "Qubes PCI devices")
    public @interface Config {
        @AttributeDefinition(name = "sysfs", description = "Folder where sysfs is mounted")
        String sysfs() default "/sys";

        @AttributeDefinition(
                name = "Names",
                description =
                        "Files with the names of makers and products; the first that is there")
        String[] names() default {"/usr/share/hwdata/pci.ids", "/usr/share/misc/pci.ids"};
    }

    private static final Set<String> OPTIONS =
            Set.of(GuestDevices.LOOSE_RESET, GuestDevices.PERMISSIVE);

    private final HostDevices host;

    /** One attach at a time, so that no two guests get one device. */
    private final ReentrantLock attaching = new ReentrantLock();

    @Activate
    public PciDeviceClass(Config config) {
        this.host =
                new HostDevices(
                        new PciPaths(Path.of(config.sysfs(), "bus/pci/devices")),
                        PciNames.read(Stream.of(config.names()).map(Path::of).toList()));
    }

    @Override
    public String deviceClass() {
        return HostDevices.CLASS;
    }

    @Override
    public List<DeviceInfo> exposed(BaseVM backend) {
        if (backend.qid() != 0) {
            return List.of();
        }
        Map<String, DomainName> holders = holders(backend);
        return host.all().stream()
                .map(
                        device ->
                                Optional.ofNullable(holders.get(address(device)))
                                        .map(device::attachedTo)
                                        .orElse(device))
                .toList();
    }

    /** Address of a device to the domain that has it. */
    private static Map<String, DomainName> holders(BaseVM any) {
        Map<String, DomainName> holders = new HashMap<>();
        for (BaseVM vm : any.qubes().domains()) {
            GuestDevices.of(vm).forEach(address -> holders.put(address, vm.name()));
        }
        return holders;
    }

    private static String address(DeviceInfo device) {
        return device.data().getOrDefault("sbdf", "");
    }

    @Override
    public List<DeviceAttachment> attached(BaseVM frontend) {
        return GuestDevices.of(frontend).stream()
                .flatMap(address -> host.read(address).stream())
                .map(device -> DeviceAttachment.of(device.device()))
                .toList();
    }

    @Override
    public void attach(BaseVM frontend, DeviceInfo device, Map<String, String> options) {
        String address =
                host.find(device.device().portId())
                        .map(PciDeviceClass::address)
                        .orElseThrow(
                                () ->
                                        new QubesException(
                                                "Invalid PCI device: " + device.device().portId()));
        if (frontend.qid() == 0) {
            throw new QubesException("Can't attach PCI device to dom0");
        }
        if (frontend.hasProperty(QubesVM.VIRT_MODE.name())
                && frontend.get(QubesVM.VIRT_MODE).equals("pvh")) {
            throw new QubesException("Can't attach PCI device to VM in pvh mode");
        }
        for (String option : options.keySet()) {
            if (!OPTIONS.contains(option)) {
                throw new QubesValueError("Unsupported option " + Repr.printable(option));
            }
        }
        attaching.lock();
        try {
            Optional.ofNullable(holders(frontend).get(address))
                    .ifPresent(
                            holder -> {
                                throw new DeviceAlreadyAttached(
                                        "PCI device %s already attached to %s"
                                                .formatted(device, holder));
                            });
            frontend.qubes()
                    .hypervisor()
                    .attach(
                            frontend.uuid(),
                            GuestDevices.xml(address, options, sleepsDeeply(frontend)));
        } finally {
            attaching.unlock();
        }
    }

    @Override
    public void detach(BaseVM frontend, DeviceAttachment attachment) {
        host.paths()
                .address(attachment.device().portId())
                .filter(GuestDevices.of(frontend)::contains)
                .ifPresent(
                        address ->
                                frontend.qubes()
                                        .hypervisor()
                                        .detach(
                                                frontend.uuid(),
                                                GuestDevices.xml(
                                                        address,
                                                        attachment.options(),
                                                        sleepsDeeply(frontend))));
    }

    private static boolean sleepsDeeply(BaseVM vm) {
        return Features.meansTrue(vm.qubes().admin().features().getOrDefault("suspend-s0ix", ""));
    }
}
