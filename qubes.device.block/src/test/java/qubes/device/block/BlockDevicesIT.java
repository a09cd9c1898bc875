package qubes.device.block;

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
class BlockDevicesIT implements DeviceClassContract {
    @TempDir Path folder;

    @Override
    public DeviceClassFixture fixture() throws Exception {
        return new Planted(folder);
    }

    @Test
    @DisplayName("a qube gets its required disk at the start, and no start is without it")
    void required() throws Exception {
        try (Planted system = new Planted(folder)) {
            QubesVM work = (QubesVM) system.frontends().get(0);
            work.kill();
            VirtualDevice disk = VirtualDevice.at(Port.of(DomainName.DOM0, "sr0", HostDisk.CLASS));
            work.devices()
                    .of(HostDisk.CLASS)
                    .assign(
                            DeviceAssignment.of(disk, AssignmentMode.REQUIRED)
                                    .with(Map.of("devtype", "cdrom", "read-only", "True")));
            assertEquals(
                    "Block device dom0:sr0:* not available",
                    assertThrows(QubesException.class, work::start).getMessage());
            system.host().disk("sr0", 100, "11:0");
            work.start();
            assertEquals(
                    "[dom0+sr0::0 device_id=':0' port_id='sr0' devclass='block'"
                            + " backend_domain='dom0' mode='manual' frontend_domain='work'"
                            + " _frontend-dev='xvdd' _read-only='yes' _devtype='cdrom']",
                    work.devices().of(HostDisk.CLASS).attached().stream()
                            .map(DeviceAssignment::line)
                            .toList()
                            .toString());
        }
    }

    @Test
    @DisplayName("the class comes and goes with its bundle; assignments stay")
    void comesAndGoes() throws Exception {
        try (Planted system = new Planted(folder)) {
            BaseVM work = system.frontends().get(0);
            Port port = system.plug();
            work.devices()
                    .of(HostDisk.CLASS)
                    .assign(DeviceAssignment.of(VirtualDevice.at(port), AssignmentMode.AUTO));
            var bundle = system.system().felix().bundle("qubes.device.block");
            bundle.stop();
            assertEquals(List.of(), work.qubes().deviceClasses().names());
            assertEquals(List.of(), work.qubes().admin().devices().of("block").exposed());
            assertEquals(1, work.devices().of("block").assigned().size());
            bundle.start();
            assertEquals(List.of("block"), work.qubes().deviceClasses().names());
            assertEquals(1, work.qubes().admin().devices().of("block").exposed().size());
        }
    }

    /** Two qubes that run, and a host with as many disks as are plugged. */
    private record Planted(PlantedHost host, QubesFixture system, List<BaseVM> frontends)
            implements DeviceClassFixture {
        Planted(Path folder) throws IOException {
            this(
                    new PlantedHost(Files.createTempDirectory(folder, "host")),
                    QubesFixture.with("qubes.vm.standalonevm"));
        }

        private Planted(PlantedHost host, QubesFixture system) {
            this(host, system, List.of(made(system, "work"), made(system, "other")));
            system.felix()
                    .configure(
                            "qubes.device.block",
                            Map.of(
                                    "sysfs",
                                    host.sysfs().toString(),
                                    "proc",
                                    host.proc().toString(),
                                    "watch.seconds",
                                    0));
            system.felix().start("qubes.device.block");
            frontends.forEach(vm -> ((QubesVM) vm).start());
        }

        private static BaseVM made(QubesFixture system, String name) {
            BaseVM vm = Domains.create(system.qubes(), "StandaloneVM", name, "kernel=");
            return vm;
        }

        @Override
        public DeviceClass deviceClass() {
            return system.qubes().deviceClasses().get(HostDisk.CLASS);
        }

        @Override
        public BaseVM backend() {
            return system.qubes().admin();
        }

        @Override
        public Port plug() throws IOException {
            String name = "sd" + (char) ('b' + deviceClass().exposed(backend()).size());
            host.disk(name, 100, "8:" + (int) name.charAt(2));
            return Port.of(backend().name(), name, HostDisk.CLASS);
        }

        @Override
        public void close() {
            system.close();
        }
    }
}
