package ${package};

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.nio.file.Files;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.BundleContext;
import qubes.testkit.exam.AdminClient;
import qubes.testkit.exam.PaxExam;
import qubes.testkit.exam.QubesExam;
import qubes.testkit.exam.QubesHome;

/** The bundle in the system as it is shipped, called through its socket. */
@ExtendWith(PaxExam.class)
class ${name}DevicesIT {
    @Configuration
    static Option[] system() throws Exception {
        QubesHome home = QubesHome.create();
        Files.createFile(Files.createDirectory(home.path().resolve("devices")).resolve("one"));
        home.configure("${package}", "folder=" + home.path().resolve("devices"));
        return options(QubesExam.options(home), QubesExam.bundleOf(${name}Devices.class));
    }

    @Test
    @DisplayName("The class is listed, and dom0 offers its device")
    void listed(BundleContext context) throws Exception {
        AdminClient client = AdminClient.of(context);
        String classes = client.call("admin.deviceclass.List", "dom0");
        assertTrue(classes.contains("${artifactId}\n"), classes);
        String devices = client.call("admin.vm.device.${artifactId}.Available", "dom0");
        assertEquals("0|one:file-one", devices.split(" ")[0]);
    }
}
