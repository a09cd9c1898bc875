package com.example.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import qubes.core.error.QubesValueError;
import qubes.core.vm.PowerState;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.testkit.Domains;
import qubes.testkit.exam.InjectService;
import qubes.testkit.exam.PaxExam;
import qubes.testkit.exam.QubesExam;

/**
 * The bundle in the system as it is shipped, on libvirt's test driver. This class runs in there,
 * where it sees the core's contracts and, as the core does, none of the bundle's own classes.
 */
@ExtendWith(PaxExam.class)
class ContainerIT {
    @TempDir Path root;

    @Configuration
    static Option[] system() {
        return options(QubesExam.options(), QubesExam.bundleOf(Container.class));
    }

    @Test
    @DisplayName("A container is made, starts once it has a root, says its system, and is removed")
    void lives(@InjectService Qubes qubes) throws Exception {
        QubesVM web = (QubesVM) Domains.create(qubes, "Container", "web");
        assertEquals("/sbin/init", Domains.value(web, "init"));
        assertThrows(QubesValueError.class, web::start);
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(root.resolve("etc/os-release"), "ID=debian\n");
        Files.writeString(root.resolve("hello"), "#!/bin/sh\n");
        Domains.set(web, "rootfs=" + root);
        Domains.set(web, "init=/hello");
        web.start();
        assertEquals(PowerState.RUNNING, web.powerState());
        assertEquals("debian", web.features().get("os-distribution"));
        web.kill();
        qubes.remove(web);
    }
}
