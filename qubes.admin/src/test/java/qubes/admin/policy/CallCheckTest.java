package qubes.admin.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.admin.method.Client;
import qubes.admin.method.Daemon;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminReply;
import qubes.core.admin.AdminSocket;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.MethodTraits.Presence;
import qubes.core.admin.MethodTraits.Scope;

/** Calls of qubes are held against the policy by the daemon too, whatever their methods do. */
@Timeout(30)
class CallCheckTest {
    private static final String VM1_UUID = "uuid:22222222-2222-4222-8222-222222222222";

    @TempDir private Path folder;

    private Daemon daemon;

    /** A method that asks nobody. */
    private record Careless(AdminSocket socket) implements AdminMethod {
        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(Scope.LOCAL).argument(Presence.OPTIONAL).on(socket);
        }

        @Override
        public AdminReply call(AdminCall call) {
            return AdminReply.text("done");
        }
    }

    @BeforeEach
    void start() throws Exception {
        Files.writeString(
                folder.resolve("30-test.policy"),
                """
                test.Careless  +ok  test-vm1     test-net   allow target=dom0
                test.Careless  +ask test-vm1     test-net   ask   target=dom0
                test.Careless  +run test-vm1     test-net   allow target=dom0 autostart=no
                test.Careless  *    test-vm1     test-net   deny
                test.Careless  *    test-vm1     @adminvm   allow
                test.Careless  *    @type:FooVM  test-net   allow
                admin.label.Get *   test-vm1     @adminvm   allow target=dom0
                """);
        daemon = Daemon.start(PolicyAccess.in(folder));
        daemon.add(new Careless(AdminSocket.ADMIN), "test.Careless");
        daemon.add(new Careless(AdminSocket.INTERNAL), "test.Internal");
        daemon.add(new Careless(AdminSocket.MISC), "test.Misc");
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
    }

    private String call(String method, String source, String destination) throws IOException {
        return daemon.client().exchange(method + " " + source + " name " + destination + "\0");
    }

    @ParameterizedTest
    @CsvSource({
        "test.Careless+ok,  test-vm1,      test-net,  true",
        "test.Careless+ok,  " + VM1_UUID + ", test-net, true",
        "test.Careless+ok,  test-vm1, uuid:44444444-4444-4444-8444-444444444444, true",
        "test.Careless+ask, test-vm1,      test-net,  true",
        "test.Careless+run, test-vm1,      test-net,  true",
        "test.Careless+no,  test-vm1,      test-net,  false",
        "test.Careless,     test-vm1,      test-net,  false",
        "test.Careless,     test-vm1,      dom0,      true",
        "test.Careless+ok,  test-net,      test-vm1,  false",
        "test.Careless+ok,  test-template, test-net,  false",
        "test.Careless,     test-foo,      test-net,  true",
        "test.Careless,     dom0,          test-net,  true",
    })
    @DisplayName("allow and ask pass, deny and no rule do not, and dom0 does whatever the policy")
    void decides(String method, String source, String destination, boolean passes)
            throws IOException {
        String answer = call(method, source, destination);
        assertEquals(passes ? "0\0done" : "2\0PermissionDenied\0\0", answer.split("The ")[0]);
    }

    @Test
    @DisplayName("who is denied is told of whom, what and on what, and nothing of the policy")
    void message() throws IOException {
        assertEquals(
                "2\0PermissionDenied\0\0"
                        + "The policy does not let test-vm1 call test.Careless on test-net\0",
                call("test.Careless+%s", "test-vm1", "test-net"));
    }

    @Test
    @DisplayName("lists and events are not denied as a whole: what they show is filtered")
    void filteredIsNotDenied() throws IOException {
        daemon.add(new AdminExtension(PolicyAccess.in(folder)));
        assertEquals("0\0", call("admin.vm.List", "test-vm1", "dom0"));
        Files.writeString(
                folder.resolve("31-list.policy"), "admin.vm.List + test-vm1 test-net allow\n");
        assertEquals(
                "0\0test-net class=AppVM state=Halted uuid=44444444-4444-4444-8444-444444444444\n",
                call("admin.vm.List", "test-vm1", "dom0"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    admin.label.Get+red | test-vm1 | test-net | ProtocolError: expected destination to be AdminVM
                    admin.label.Get     | test-vm1 | dom0     | ProtocolError: expected an argument
                    no.such             | test-net | dom0     | ProtocolError: no such method: 'no.such'
                    admin.label.Get+red | no-such  | dom0     | QubesVMNotFoundError: No such domain: 'no-such'
                    """)
    @DisplayName("what is wrong with a request itself is told first, as to everybody")
    void order(String method, String source, String destination, String error) throws IOException {
        String[] parts = error.split(": ", 2);
        assertEquals(
                "2\0" + parts[0] + "\0\0" + parts[1] + "\0", call(method, source, destination));
    }

    @Test
    @DisplayName("the sockets of dom0's helpers are not asked about: their callers are trusted")
    void helpers() throws IOException {
        String rest = " test-net name test-vm1\0";
        assertEquals(
                "0\0done",
                new Client(daemon.socket(AdminSocket.INTERNAL)).exchange("test.Internal" + rest));
        assertEquals(
                "0\0done",
                new Client(daemon.socket(AdminSocket.MISC)).exchange("test.Misc" + rest));
    }

    @Test
    @DisplayName("a change counts for the next call; without any policy file calls are qrexec's")
    void changes() throws IOException {
        Path file = folder.resolve("30-test.policy");
        Files.writeString(file, "test.Careless * @anyvm @anyvm allow target=dom0");
        assertEquals("0\0done", call("test.Careless+no", "test-vm1", "test-net"));
        Files.writeString(file, "nonsense");
        assertEquals("2", call("test.Careless+ok", "test-vm1", "test-net").substring(0, 1));
        Files.delete(file);
        assertEquals("0\0done", call("test.Careless+ok", "test-net", "test-vm1"));
    }
}
