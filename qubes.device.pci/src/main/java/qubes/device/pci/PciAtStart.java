package qubes.device.pci;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import qubes.core.device.DeviceAssignment;
import qubes.core.error.QubesException;
import qubes.core.event.Extension;
import qubes.core.event.Lifecycle;
import qubes.core.event.Subscriptions;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DeviceClass;

/** No qube starts without the PCI devices that are assigned to it (spec devices.md §7). */
@Component
public final class PciAtStart implements Extension {
    private final DeviceClass devices;

    /**
     * @param devices this bundle's class of devices
     */
    @Activate
    public PciAtStart(
            @Reference(target = "(deviceClass=" + HostDevices.CLASS + ")") DeviceClass devices) {
        this.devices = devices;
    }

    @Override
    public void subscribe(Subscriptions on) {
        on.before(Lifecycle.PreStart.class, event -> refuseMissing((BaseVM) event.subject()));
    }

    private void refuseMissing(BaseVM vm) {
        for (DeviceAssignment assignment : vm.devices().of(HostDevices.CLASS).assigned()) {
            if (!assignment.device().port().anyPort()
                    && devices.find(vm.qubes().admin(), assignment.device().portId()).isEmpty()) {
                throw new QubesException("PCI device " + assignment + " does not exist");
            }
        }
    }
}
