package qubes.admin.method;

import java.nio.file.Files;
import java.util.List;
import qubes.core.device.Port;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DeviceClass;
import qubes.testkit.device.DeviceClassContract;
import qubes.testkit.device.DeviceClassFixture;
import qubes.testkit.device.MemoryDevices;

/** The devices in memory that tests use are as good as real ones. */
class MemoryDevicesContractTest implements DeviceClassContract {
    @Override
    public DeviceClassFixture fixture() throws Exception {
        Daemon daemon = Daemon.start();
        MemoryDevices devices = new MemoryDevices("testclass");
        daemon.add(devices);
        for (String vm : List.of("test-vm1", "test-net")) {
            Files.createDirectories(daemon.folder().resolve("appvms").resolve(vm));
            Case.table(
                            """
                    admin.vm.property.Set+kernel @%s | ok
                    admin.vm.Start @%<s              | ok
                    """
                                    .formatted(vm))
                    .forEach(step -> step.verify(daemon.client()));
        }
        return new Fixture(daemon, devices);
    }

    private record Fixture(Daemon daemon, MemoryDevices devices) implements DeviceClassFixture {
        @Override
        public DeviceClass deviceClass() {
            return devices;
        }

        @Override
        public BaseVM backend() {
            return daemon.vm("dom0");
        }

        @Override
        public List<BaseVM> frontends() {
            return List.of(daemon.vm("test-vm1"), daemon.vm("test-net"));
        }

        @Override
        public Port plug() {
            String port = "port" + devices.exposed(backend()).size();
            return devices.plug(backend(), port, "dead:beef").port();
        }

        @Override
        public void close() throws Exception {
            daemon.close();
        }
    }
}
