package qubes.device.pci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.device.AssignmentMode;
import qubes.core.device.DeviceAssignment;
import qubes.core.device.DeviceInfo;
import qubes.core.device.Port;
import qubes.core.device.VirtualDevice;
import qubes.core.error.QubesException;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DeviceClass;
import qubes.core.vm.QubesVM;
import qubes.testkit.Domains;
import qubes.testkit.QubesFixture;
import qubes.testkit.device.DeviceClassContract;
import qubes.testkit.device.DeviceClassFixture;

/** The bundle in a system whose guests are in memory and whose host is planted. */
class PciDevicesIT implements DeviceClassContract {
    @TempDir Path folder;

    @Override
    public DeviceClassFixture fixture() throws Exception {
        return new Planted(folder);
    }

    @Test
    @DisplayName("a qube starts with its required device, and not without it")
    void required() throws Exception {
        try (Planted system = new Planted(folder)) {
            QubesVM work = (QubesVM) system.frontends().get(0);
            work.kill();
            Port port = Port.of(DomainName.DOM0, "00_02.0", HostDevices.CLASS);
            work.devices()
                    .of(HostDevices.CLASS)
                    .assign(DeviceAssignment.of(VirtualDevice.at(port), AssignmentMode.REQUIRED));
            assertEquals(
                    "PCI device dom0:00_02.0:* does not exist",
                    assertThrows(QubesException.class, work::start).getMessage());
            system.plug();
            system.plug();
            work.start();
            assertEquals(
                    List.of("dom0:00_02.0:0x8086:0x8cb1::p0c0330"),
                    work.devices().of(HostDevices.CLASS).attached().stream()
                            .map(DeviceAssignment::toString)
                            .toList());
        }
    }

    @Test
    @DisplayName("neither dom0 nor a qube in pvh mode gets one, nor anybody one that is not there")
    void refused() throws Exception {
        try (Planted system = new Planted(folder)) {
            DeviceClass pci = system.deviceClass();
            BaseVM work = system.frontends().get(0);
            Port port = system.plug();
            DeviceInfo device = pci.find(system.backend(), port.portId()).orElseThrow();
            assertEquals(
                    "Can't attach PCI device to dom0",
                    refusal(() -> pci.attach(system.backend(), device, Map.of())));
            Domains.set(work, "virt_mode=pvh");
            assertEquals(
                    "Can't attach PCI device to VM in pvh mode",
                    refusal(() -> pci.attach(work, device, Map.of())));
            DeviceInfo gone =
                    DeviceInfo.unknown(
                            VirtualDevice.at(
                                    Port.of(DomainName.DOM0, "00_1d.0", HostDevices.CLASS)));
            assertEquals(
                    "Invalid PCI device: 00_1d.0", refusal(() -> pci.attach(work, gone, Map.of())));
        }
    }

    private static String refusal(Runnable action) {
        return assertThrows(QubesException.class, action::run).getMessage();
    }

    /** Two qubes that run, and a host with as many devices as are plugged. */
    private record Planted(PlantedPci host, QubesFixture system, List<BaseVM> frontends)
            implements DeviceClassFixture {
        Planted(Path folder) throws IOException {
            this(
                    PlantedPci.in(Files.createTempDirectory(folder, "host")),
                    QubesFixture.with("qubes.vm.standalonevm"));
        }

        private Planted(PlantedPci host, QubesFixture system) {
            this(host, system, List.of(made(system, "work"), made(system, "other")));
            system.felix()
                    .configure(
                            "qubes.device.pci",
                            Map.of(
                                    "sysfs",
                                    host.sysfs().toString(),
                                    "names",
                                    new String[] {host.ids().toString()}));
            system.felix().start("qubes.device.pci");
            frontends.forEach(vm -> ((QubesVM) vm).start());
        }

        private static BaseVM made(QubesFixture system, String name) {
            return Domains.create(system.qubes(), "StandaloneVM", name, "kernel=", "virt_mode=hvm");
        }

        @Override
        public DeviceClass deviceClass() {
            return system.qubes().deviceClasses().get(HostDevices.CLASS);
        }

        @Override
        public BaseVM backend() {
            return system.qubes().admin();
        }

        @Override
        public Port plug() throws IOException {
            String slot = "%02x.0".formatted(deviceClass().exposed(backend()).size() + 1);
            host.device("pci0000:00/0000:00:" + slot, "0x8086", "0x8cb1", "0x0c0330");
            return Port.of(backend().name(), "00_" + slot, HostDevices.CLASS);
        }

        @Override
        public void close() {
            system.close();
        }
    }
}
