package ${package};

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.BundleContext;
import qubes.testkit.exam.AdminClient;
import qubes.testkit.exam.PaxExam;
import qubes.testkit.exam.QubesExam;

/** The bundle in the system as it is shipped, called through its socket. */
@ExtendWith(PaxExam.class)
class ${name}DriverIT {
    @Configuration
    static Option[] system() {
        return options(QubesExam.options(), QubesExam.bundleOf(${name}Driver.class));
    }

    @Test
    @DisplayName("A pool is added, and a qube has its volumes in it")
    void holdsVolumes(@TempDir Path scratch, BundleContext context) throws Exception {
        AdminClient client = AdminClient.of(context);
        String options = "name=mine\ndir_path=" + scratch.resolve("mine");
        assertEquals("0|", client.call("admin.pool.Add+${artifactId}", "dom0", options));
        assertEquals(
                "0|",
                client.call(
                        "admin.vm.CreateInPool.StandaloneVM",
                        "dom0",
                        "name=work label=red pool=mine"));
        assertEquals("0|", client.call("admin.vm.property.Set+kernel", "work", ""));
        assertEquals("0|", client.call("admin.vm.Start", "work"));
        String volumes = client.call("admin.pool.volume.List+mine", "dom0");
        assertTrue(volumes.contains("work:private"), volumes);
        assertEquals("0|", client.call("admin.vm.Kill", "work"));
    }
}
