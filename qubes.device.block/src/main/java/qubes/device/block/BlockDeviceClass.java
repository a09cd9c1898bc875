package qubes.device.block;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import qubes.core.device.DeviceAttachment;
import qubes.core.device.DeviceInfo;
import qubes.core.device.Port;
import qubes.core.device.VirtualDevice;
import qubes.core.error.DeviceAlreadyAttached;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMNotRunningError;
import qubes.core.error.Repr;
import qubes.core.hypervisor.Hypervisor;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DeviceClass;
import qubes.core.vm.DeviceClassName;

/**
 * Disks of the host, and what of them guests have (spec devices.md §6). Only dom0 offers any: what
 * qubes have themselves they would have to tell through QubesDB.
 */
@Component(configurationPid = "qubes.device.block")
@DeviceClassName(deviceClass = HostDisk.CLASS)
@Designate(ocd = BlockDeviceClass.Config.class)
public final class BlockDeviceClass implements DeviceClass {
    /** Where the kernel tells of its devices. */
    @ObjectClassDefinition(name = "Qubes block devices")
    public @interface Config {
        @AttributeDefinition(name = "sysfs", description = "Folder where sysfs is mounted")
        String sysfs() default "/sys";

        @AttributeDefinition(name = "proc", description = "Folder where proc is mounted")
        String proc() default "/proc";

        @AttributeDefinition(
                name = "Seconds between looks",
                description =
                        "How often, in seconds, the host's disks are looked at for changes; 0: never")
        int watch_seconds() default 5;
    }

    private final HostDisks host;

    /** One attach at a time, so that no two guests get one disk. */
    private final ReentrantLock attaching = new ReentrantLock();

    @Activate
    public BlockDeviceClass(Config config) {
        this.host = new HostDisks(Path.of(config.sysfs()), Path.of(config.proc()));
    }

    @Override
    public String deviceClass() {
        return HostDisk.CLASS;
    }

    @Override
    public List<DeviceInfo> exposed(BaseVM backend) {
        if (backend.qid() != 0) {
            return List.of();
        }
        Map<String, DomainName> holders = holders(backend);
        return host.offered(backend.qubes().baseDirectory()).stream()
                .map(
                        disk ->
                                disk.info(
                                        backend.name(),
                                        Optional.ofNullable(
                                                holders.get(AttachedDisk.node(disk.id())))))
                .toList();
    }

    /** Node of a device of that backend to the domain that has it. */
    private static Map<String, DomainName> holders(BaseVM backend) {
        Map<String, DomainName> holders = new HashMap<>();
        for (BaseVM vm : backend.qubes().domains()) {
            for (AttachedDisk disk : GuestDisks.of(vm).attached()) {
                if (disk.backend().equals(backend.name())) {
                    holders.put(disk.node(), vm.name());
                }
            }
        }
        return holders;
    }

    @Override
    public List<DeviceAttachment> attached(BaseVM frontend) {
        return GuestDisks.of(frontend).attached().stream()
                .map(disk -> new DeviceAttachment(device(disk), disk.options()))
                .toList();
    }

    /** The device that a disk is; of one that is gone the identity is not known. */
    private VirtualDevice device(AttachedDisk disk) {
        Port port = Port.of(disk.backend(), disk.id(), HostDisk.CLASS);
        Optional<HostDisk> there =
                disk.backend().equals(DomainName.DOM0) ? host.find(disk.id()) : Optional.empty();
        return new VirtualDevice(
                port, there.map(HostDisk::identity).orElse(VirtualDevice.NO_IDENTITY));
    }

    @Override
    public void attach(BaseVM frontend, DeviceInfo device, Map<String, String> options) {
        HostDisk disk =
                host.find(device.device().portId())
                        .orElseThrow(
                                () -> new QubesException("Block device " + device + " is gone"));
        AttachOptions asked = AttachOptions.of(options, disk.readOnly());
        BaseVM backend = backend(frontend, device);
        if (frontend.qid() == 0) {
            throw new QubesException("Can't attach block device to dom0");
        }
        attaching.lock();
        try {
            String node = AttachedDisk.node(disk.id());
            Optional.ofNullable(holders(backend).get(node))
                    .ifPresent(
                            holder -> {
                                throw new DeviceAlreadyAttached(
                                        "Device %s already attached to %s"
                                                .formatted(device, holder));
                            });
            Hypervisor hypervisor = frontend.qubes().hypervisor();
            String name =
                    asked.frontendDev().orElseGet(() -> GuestDisks.of(frontend).free(asked.kind()));
            AttachedDisk wanted =
                    new AttachedDisk(
                            backend.name(),
                            node,
                            target(name, hypervisor.kind()),
                            asked.readOnly(),
                            asked.kind());
            hypervisor.attach(frontend.uuid(), DiskXml.of(wanted, hypervisor.kind(), backend));
        } finally {
            attaching.unlock();
        }
    }

    private static BaseVM backend(BaseVM frontend, DeviceInfo device) {
        BaseVM backend =
                device.device()
                        .backend()
                        .flatMap(frontend.qubes()::find)
                        .orElseThrow(
                                () ->
                                        new QubesException(
                                                "Block device " + device + " is of no domain"));
        if (backend.isHalted()) {
            throw new QubesVMNotRunningError(
                    "Domain not running (either powered off or paused): "
                            + Repr.quote(backend.name().value()));
        }
        return backend;
    }

    /** QEMU's disks are called by the bus that they are on. */
    private static String target(String name, String hypervisor) {
        return hypervisor.equals("xen") || !name.startsWith("xvd") ? name : name.substring(1);
    }

    @Override
    public void detach(BaseVM frontend, DeviceAttachment attachment) {
        VirtualDevice device = attachment.device();
        DomainName backend = device.backend().orElse(DomainName.DOM0);
        GuestDisks.of(frontend)
                .find(backend, AttachedDisk.node(device.portId()))
                .ifPresent(
                        disk -> {
                            Hypervisor hypervisor = frontend.qubes().hypervisor();
                            hypervisor.detach(
                                    frontend.uuid(),
                                    DiskXml.of(
                                            disk,
                                            hypervisor.kind(),
                                            frontend.qubes().domain(backend)));
                        });
    }
}
