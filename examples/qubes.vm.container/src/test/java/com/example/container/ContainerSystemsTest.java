package com.example.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.event.Extension;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.QubesVM;
import qubes.testkit.Domains;
import qubes.testkit.QubesFixture;
import qubes.testkit.event.ExtensionContract;

/** What every extension owes everybody else, by the contract, and what this one is there for. */
@DisplayName("ContainerSystems")
class ContainerSystemsTest implements ExtensionContract {
    @TempDir static Path folder;

    @Override
    public Extension extension() {
        return new ContainerSystems();
    }

    @Test
    @DisplayName("at each start the features say which system is in the container")
    void featuresSayTheSystem() throws Exception {
        Path root = RootFolder.in(folder);
        try (QubesFixture system = QubesFixture.inMemory()) {
            system.provide(DomainFactory.class, new ContainerFactory());
            system.provide(Extension.class, new ContainerSystems());
            QubesVM web =
                    (QubesVM)
                            Domains.create(
                                    system.qubes(), Container.KLASS, "web", "rootfs=" + root);
            web.start();
            assertEquals("debian", web.features().get("os-distribution"));
            assertEquals("12", web.features().get("os-version"));
            web.kill();
            Files.writeString(root.resolve("etc/os-release"), "ID=alpine\n");
            web.start();
            assertEquals("alpine", web.features().get("os-distribution"));
            assertFalse(web.features().containsKey("os-version"));
            web.kill();
        }
    }
}
