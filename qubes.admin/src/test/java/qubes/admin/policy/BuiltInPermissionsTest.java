package qubes.admin.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.admin.method.Daemon;
import qubes.vm.remotevm.RemoteVMFactory;

/** The built-in handlers of spec admin-protocol §10, row by row and for each kind of caller. */
@Timeout(30)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BuiltInPermissionsTest {
    private static final String VM1 = "uuid:22222222-2222-4222-8222-222222222222";

    private Path folder;

    private Daemon daemon;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        folder = directory;
        LivePolicy live = PolicyAccess.in(folder);
        daemon = Daemon.start(live);
        daemon.add(new AdminExtension(live));
        daemon.add(new RemoteVMFactory());
        assertEquals(
                "0\0",
                daemon.client().call("admin.vm.Create.RemoteVM", "", "dom0", "name=far label=red"));
    }

    @AfterAll
    void stop() throws Exception {
        daemon.close();
    }

    private String call(String source, String method, String destination, String payload)
            throws IOException {
        return daemon.client()
                .exchange(method + " " + source + " name " + destination + "\0" + payload);
    }

    @ParameterizedTest
    @CsvSource({
        "admin.vm.feature.Set+deferred-netvm-original,    dom0,     feature",
        "admin.vm.feature.Set+preload-dispvm,             dom0,     feature",
        "admin.vm.feature.Set+preload-dispvm-completed,   dom0,     feature",
        "admin.vm.feature.Set+preload-dispvm-in-progress, dom0,     feature",
        "admin.vm.feature.Set+preload-dispvm,             test-net, feature",
        "admin.vm.feature.Set+preload-dispvm,             " + VM1 + ", feature",
        "admin.vm.feature.Set+preload-dispvm,             far,      ''",
        "admin.vm.feature.Set+preload-dispvm-max,         test-net, ''",
        "admin.vm.feature.Remove+preload-dispvm,          dom0,     feature",
        "admin.vm.feature.Remove+preload-dispvm,          test-net, feature",
        "admin.vm.tag.Set+created-by-x,                   test-net, tag",
        "admin.vm.tag.Set+created-by-x,                   " + VM1 + ", tag",
        "admin.vm.tag.Set+created-by-x,                   dom0,     ''",
        "admin.vm.tag.Set+created-by-far,                 far,      ''",
        "admin.vm.tag.Set+created-by,                     test-net, ''",
        "admin.vm.tag.Remove+created-by-x,                test-net, tag",
        "admin.vm.tag.Remove+created-by-x,                dom0,     ''",
    })
    @DisplayName("what nobody may change, what dom0 alone may; callers elsewhere are not asked")
    void prohibits(String method, String source, String what) throws IOException {
        assertEquals(
                what.isEmpty()
                        ? "0\0"
                        : "2\0PermissionDenied\0\0changing this "
                                + what
                                + " is prohibited by qubes.ext.admin.AdminExtension\0",
                call(source, method, "test-vm1", ""));
    }

    @ParameterizedTest(name = "{0} : {1} sees {2}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    * test-net test-vm1 allow                          | test-net | test-vm1
                    * test-net test-vm1 ask                            | test-net |
                    * test-net test-vm1 deny                           | test-net |
                    + test-net test-vm1 allow                          | test-net | test-vm1
                    +x test-net test-vm1 allow                         | test-net |
                    * test-net %s allow                                | test-net | test-vm1
                    * uuid:44444444-4444-4444-8444-444444444444 test-vm1 allow | test-net | test-vm1
                    * test-net test-vm1 allow target=dom0              | test-net | test-vm1
                    * test-net test-vm1 allow autostart=no             | test-net |
                    * test-net @adminvm allow                          | test-net | dom0
                    * test-net * allow                                 | dom0     | dom0 far test-foo test-net test-template test-vm1
                    * test-net @anyvm allow                            | test-net | far test-foo test-net test-template test-vm1
                    * test-net @anyvm allow                            | test-vm1 |
                    * test-net @type:RemoteVM allow                    | test-net | far
                    * @type:AppVM @tag:t allow                         | test-net |
                    * @type:FooVM test-vm1 allow                       | test-foo | test-vm1
                    * test-net test-vm1 deny                           | far      | dom0 far test-foo test-net test-template test-vm1
                    """)
    @DisplayName("a list has the qubes that the policy plainly allows; of callers elsewhere, all")
    void filters(String rule, String source, String seen) throws IOException {
        Files.writeString(
                folder.resolve("30-test.policy"),
                "admin.vm.List * far @adminvm ask target=dom0\n"
                        + "admin.vm.List "
                        + rule.formatted(VM1)
                        + "\nadmin.vm.List * @anyvm @adminvm ask target=dom0\n");
        try {
            StringBuilder names = new StringBuilder();
            call(source, "admin.vm.List", "dom0", "")
                    .substring(2)
                    .lines()
                    .map(line -> line.split(" ", 2)[0])
                    .sorted()
                    .forEach(name -> names.append(' ').append(name));
            assertEquals(seen == null ? "" : seen, names.toString().strip());
        } finally {
            Files.delete(folder.resolve("30-test.policy"));
        }
    }

    @Test
    @DisplayName("a list of one qube is filtered like one of all")
    void one() throws IOException {
        assertEquals("0\0", call("test-net", "admin.vm.List", "test-vm1", ""));
    }
}
