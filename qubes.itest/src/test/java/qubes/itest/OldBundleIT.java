package qubes.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.osgi.framework.namespace.PackageNamespace.PACKAGE_NAMESPACE;
import static qubes.testkit.Domains.create;
import static qubes.testkit.Domains.named;
import static qubes.testkit.Domains.set;
import static qubes.testkit.Domains.value;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.Version;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;
import qubes.core.error.QubesValueError;
import qubes.core.vm.BaseVM;
import qubes.core.vm.PowerState;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.testkit.QubesFixture;

/**
 * A stored jar that was compiled against the contracts of release 0.1.0, all of them 1.0, on those
 * of today. {@code src/test/old} tells how it was made.
 */
class OldBundleIT {
    private static final Version OLD = new Version(1, 0, 0);

    @TempDir Path folder;
    private QubesFixture system;
    private Bundle old;

    @BeforeEach
    void installOldBundle() {
        system = QubesFixture.inMemory();
        old =
                system.felix()
                        .install(
                                Modules.root()
                                        .resolve(
                                                "qubes.itest/src/test/old/qubes.vm.container-1.0.0.jar"));
    }

    @AfterEach
    void stop() {
        system.close();
    }

    @Test
    @DisplayName("it asks for contracts from 1.0 on, and is wired to what is newer by now")
    void isWiredToNewerContracts() {
        Map<String, Version> newer = new TreeMap<>();
        for (BundleWire wire : old.adapt(BundleWiring.class).getRequiredWires(PACKAGE_NAMESPACE)) {
            String name = (String) wire.getCapability().getAttributes().get(PACKAGE_NAMESPACE);
            Version version = (Version) wire.getCapability().getAttributes().get("version");
            if (name.startsWith("qubes.core.")) {
                String filter = wire.getRequirement().getDirectives().get("filter");
                assertTrue(
                        filter.contains("(version>=1.0.0)(!(version>=2.0.0))"),
                        () -> name + ": " + filter);
                if (version.compareTo(OLD) > 0) {
                    newer.put(name, version);
                }
            }
        }
        assertTrue(newer.containsKey("qubes.core.vm"), () -> "newer than 1.0: " + newer);
    }

    @Test
    @DisplayName("its domain is created, set, stored, read again, started and removed")
    void itsDomainLives() throws Exception {
        Path root = Files.createDirectories(folder.resolve("root"));
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(root.resolve("etc/os-release"), "ID=debian\nVERSION_ID=12\n");
        Files.writeString(root.resolve("hello"), "#!/bin/sh\n");
        BaseVM web = create(system.qubes(), "Container", "web", "rootfs=" + root);
        assertEquals("/sbin/init", value(web, "init"));
        assertThrows(QubesValueError.class, () -> set(web, "init=hello"));
        set(web, "init=/hello");

        Qubes again = system.restart();
        QubesVM read = (QubesVM) named(again, "web");
        assertTrue(read.available());
        assertEquals("/hello", value(read, "init"));

        read.start();
        assertEquals(PowerState.RUNNING, read.powerState());
        assertEquals("debian", read.features().get("os-distribution"));
        read.kill();
        assertEquals(PowerState.HALTED, read.powerState());

        again.remove(read);
        again.awaitDurable();
        assertFalse(Files.readString(system.store()).contains(">web<"));
    }

    @Test
    @DisplayName("its domain survives that it goes and comes back")
    void itsDomainSurvivesIt() throws Exception {
        create(system.qubes(), "Container", "web", "init=/hello");
        old.stop();
        assertFalse(named(system.qubes(), "web").available());
        old.start();
        assertEquals("/hello", value(named(system.qubes(), "web"), "init"));
    }
}
