package qubes.itest.faulty;

import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.device.DeviceAttachment;
import qubes.core.device.DeviceInfo;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DeviceClass;
import qubes.core.vm.DeviceClassName;

/** A class of devices of which there are none. */
@Component
@DeviceClassName(deviceClass = "faulty")
public final class FaultyDevices implements DeviceClass {
    @Activate
    public FaultyDevices() {}

    @Override
    public String deviceClass() {
        Fault.at("deviceClass");
        return "faulty";
    }

    @Override
    public List<DeviceInfo> exposed(BaseVM backend) {
        Fault.at("exposed");
        return List.of();
    }

    @Override
    public List<DeviceAttachment> attached(BaseVM frontend) {
        Fault.at("attached");
        return List.of();
    }

    @Override
    public void attach(BaseVM frontend, DeviceInfo device, Map<String, String> options) {}

    @Override
    public void detach(BaseVM frontend, DeviceAttachment attachment) {}
}
