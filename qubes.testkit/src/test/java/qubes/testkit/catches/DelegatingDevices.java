package qubes.testkit.catches;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import qubes.core.device.DeviceAttachment;
import qubes.core.device.DeviceInfo;
import qubes.core.device.Port;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DeviceClass;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.QubesVM;
import qubes.testkit.Domains;
import qubes.testkit.QubesFixture;
import qubes.testkit.device.DeviceClassContract;
import qubes.testkit.device.DeviceClassFixture;
import qubes.testkit.device.MemoryDevices;
import qubes.testkit.vm.PlainVM;

/** A class of devices that is right but for what a subclass does. */
class DelegatingDevices implements DeviceClass {
    final MemoryDevices right;

    DelegatingDevices(MemoryDevices right) {
        this.right = right;
    }

    /** The contract on a class of devices that is to be wrong. */
    abstract static class Tried implements DeviceClassContract {
        /** The class to try, made of one that is right. */
        abstract DeviceClass wrong(MemoryDevices right);

        @Override
        public DeviceClassFixture fixture() {
            QubesFixture system = QubesFixture.inMemory();
            system.provide(DomainFactory.class, PlainVM.factory("PlainVM"));
            MemoryDevices right = new MemoryDevices("testclass");
            DeviceClass wrong = wrong(right);
            system.provide(DeviceClass.class, wrong);
            return new Fixture(
                    system, right, wrong, List.of(running(system, "one"), running(system, "two")));
        }

        private static BaseVM running(QubesFixture system, String name) {
            BaseVM vm = Domains.create(system.qubes(), "PlainVM", name, "kernel=");
            ((QubesVM) vm).start();
            return vm;
        }
    }

    private record Fixture(
            QubesFixture system,
            MemoryDevices right,
            DeviceClass deviceClass,
            List<BaseVM> frontends)
            implements DeviceClassFixture {
        @Override
        public BaseVM backend() {
            return system.qubes().admin();
        }

        @Override
        public Port plug() {
            String port = "port" + right.exposed(backend()).size();
            return right.plug(backend(), port, "dead:beef").port();
        }

        @Override
        public void close() {
            system.close();
        }
    }

    @Override
    public String deviceClass() {
        return right.deviceClass();
    }

    @Override
    public List<DeviceInfo> exposed(BaseVM backend) {
        return right.exposed(backend);
    }

    @Override
    public Optional<DeviceInfo> find(BaseVM backend, String portId) {
        return DeviceClass.super.find(backend, portId);
    }

    @Override
    public List<DeviceAttachment> attached(BaseVM frontend) {
        return right.attached(frontend);
    }

    @Override
    public void attach(BaseVM frontend, DeviceInfo device, Map<String, String> options) {
        right.attach(frontend, device, options);
    }

    @Override
    public void detach(BaseVM frontend, DeviceAttachment attachment) {
        right.detach(frontend, attachment);
    }
}
