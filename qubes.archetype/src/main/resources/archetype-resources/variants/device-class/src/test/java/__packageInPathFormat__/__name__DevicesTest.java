package ${package};

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.device.Port;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DeviceClass;
import qubes.core.vm.QubesVM;
import qubes.testkit.Domains;
import qubes.testkit.QubesFixture;
import qubes.testkit.device.DeviceClassContract;
import qubes.testkit.device.DeviceClassFixture;

/** What every class of devices owes the core: the tests are those of the contract. */
@DisplayName("${artifactId}")
class ${name}DevicesTest implements DeviceClassContract {
    @TempDir private Path scratch;

    @Override
    public DeviceClassFixture fixture() throws Exception {
        Path folder = Files.createTempDirectory(scratch, "devices");
        QubesFixture system = QubesFixture.inMemory("qubes.vm.standalonevm");
        ${name}Devices devices = new ${name}Devices(config(folder));
        system.provide(DeviceClass.class, devices);
        return new Fixture(
                system, devices, folder, List.of(running(system, "work"), running(system, "other")));
    }

    private static BaseVM running(QubesFixture system, String name) {
        QubesVM vm =
                (QubesVM) Domains.create(system.qubes(), "StandaloneVM", name, "kernel=");
        vm.start();
        return vm;
    }

    private static ${name}Devices.Config config(Path folder) {
        return new ${name}Devices.Config() {
            @Override
            public String folder() {
                return folder.toString();
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return ${name}Devices.Config.class;
            }
        };
    }

    /** A system in memory, and a folder to put devices into. */
    private record Fixture(
            QubesFixture system, DeviceClass deviceClass, Path folder, List<BaseVM> frontends)
            implements DeviceClassFixture {
        @Override
        public BaseVM backend() {
            return system.qubes().admin();
        }

        @Override
        public Port plug() throws IOException {
            String name = "device" + deviceClass.exposed(backend()).size();
            Files.createFile(folder.resolve(name));
            return Port.of(backend().name(), name, ${name}Devices.CLASS);
        }

        @Override
        public void close() {
            system.close();
        }
    }
}
