package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import qubes.admin.server.ServerAccess;
import qubes.core.admin.AdminSocket;

/** Bytes as spec admin-protocol §2, §3 and §11 have them. */
@Timeout(30)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FramingTest {
    private static final String KLASSES = "0\0AdminVM\nAppVM\nTemplateVM\n";
    private static final String VM1 =
            "0\0test-vm1 class=AppVM state=Halted uuid=22222222-2222-4222-8222-222222222222\n";

    private Daemon daemon;

    @BeforeAll
    void start() throws Exception {
        daemon = Daemon.start();
    }

    @AfterAll
    void stop() throws Exception {
        daemon.close();
    }

    static Stream<Arguments> requests() {
        return Stream.of(
                Arguments.of("admin.vmclass.List+ dom0 name dom0\0", KLASSES),
                Arguments.of("admin.vmclass.List dom0 name dom0\0", KLASSES),
                Arguments.of("admin.vmclass.List dom0 keyword adminvm\0", KLASSES),
                Arguments.of("admin.vmclass.List test-vm1 name dom0\0", KLASSES),
                Arguments.of(
                        "admin.vmclass.List uuid:22222222-2222-4222-8222-222222222222 name dom0\0",
                        KLASSES),
                Arguments.of(
                        "admin.vm.List dom0 name uuid:22222222-2222-4222-8222-222222222222\0", VM1),
                Arguments.of(
                        "admin.vm.List dom0 name uuid:11111111-1111-1111-1111-AAAAAAAAAAAA\0",
                        error(
                                "QubesVMNotFoundError",
                                "No such domain: 'uuid:11111111-1111-1111-1111-AAAAAAAAAAAA'")),
                Arguments.of(
                        "admin.vm.List dom0 name uuid:11111111-1111-1111-1111-zzzzzzzzzzzz\0", ""),
                Arguments.of(
                        "admin.vm.List dom0 name uuid:AAAAAAAA-1111-1111-1111-111111111111\0",
                        error(
                                "QubesVMInvalidUUIDError",
                                "VM UUID is not valid: 'AAAAAAAA-1111-1111-1111-111111111111'")),
                Arguments.of(
                        "admin.vm.List dom0 name uuid:1234\0",
                        error("QubesVMInvalidUUIDError", "VM UUID is not valid: '1234'")),
                Arguments.of(
                        "admin.vm.List dom0 name uuid:\0",
                        error("QubesVMInvalidUUIDError", "VM UUID is not valid: ''")),
                Arguments.of(
                        "admin.vm.List dom0 name .test-vm1\0",
                        error(
                                "QubesValueError",
                                "VM name cannot start with hyphen, underscore, dot or numbers")),
                Arguments.of(
                        "admin.vm.List dom0 name " + "a".repeat(32) + "\0",
                        error("QubesValueError", "VM name must be shorter than 32 characters")),
                Arguments.of(
                        "admin.vm.List dom0 name two words\0",
                        error("QubesValueError", "VM name contains illegal characters")),
                Arguments.of(
                        "admin.vm.List dom0 name \0",
                        error("QubesValueError", "VM name contains illegal characters")),
                Arguments.of(
                        "admin.vm.List  name dom0\0",
                        error("QubesValueError", "VM name contains illegal characters")),
                Arguments.of(
                        "admin.vm.List dom0 name none\0",
                        error("QubesValueError", "VM name cannot be 'none' nor 'default'")),
                Arguments.of(
                        "admin.vm.List dom0 name Domain-0\0",
                        error("QubesValueError", "VM name cannot be 'Domain-0'")),
                Arguments.of(
                        "admin.vm.List dom0 name a-dm\0",
                        error("QubesValueError", "VM name cannot end with -dm")),
                Arguments.of(
                        "admin.vm.List dom0 name nobody\0",
                        error("QubesVMNotFoundError", "No such domain: 'nobody'")),
                Arguments.of(
                        "admin.vm.List nobody name dom0\0",
                        error("QubesVMNotFoundError", "No such domain: 'nobody'")),
                Arguments.of("admin.vm.List dom0 name t\u00e4st\0", ""),
                Arguments.of("admin.vm.property.Get+n\u00e4me dom0 name dom0\0", ""),
                Arguments.of("admin.vm.L\u00efst dom0 name dom0\0", ""),
                Arguments.of(
                        "admin.no.Such dom0 name dom0\0",
                        error("ProtocolError", "no such method: 'admin.no.Such'")),
                Arguments.of(
                        "admin.100% dom0 name dom0\0",
                        error("ProtocolError", "no such method: 'admin.100%%'")),
                Arguments.of(
                        "admin.it's dom0 name dom0\0",
                        error("ProtocolError", "no such method: \"admin.it's\"")),
                Arguments.of(
                        "internal.GetSystemInfo dom0 name dom0\0",
                        error("ProtocolError", "no such method: 'internal.GetSystemInfo'")),
                Arguments.of(
                        "qubes.NotifyTools dom0 name dom0\0",
                        error("ProtocolError", "no such method: 'qubes.NotifyTools'")),
                Arguments.of("admin.vmclass.List dom0 name dom0", ""),
                Arguments.of("admin.vmclass.List dom0 dom0\0", ""),
                Arguments.of("admin.vmclass.List dom0 keyword dom0\0", ""),
                Arguments.of("admin.vmclass.List dom0 ip 10.0.0.1\0", ""),
                Arguments.of("\0", ""),
                Arguments.of("", ""));
    }

    @ParameterizedTest(name = "{index}: {0}")
    @MethodSource("requests")
    void answers(String request, String expected) throws IOException {
        assertEquals(expected, daemon.client().exchange(request));
    }

    @Test
    @DisplayName("a request may come in any number of parts")
    void parts() throws IOException {
        String request = Client.request("admin.vm.feature.Set", "f", "test-vm1", "a value");
        for (int cut = 0; cut <= request.length(); cut++) {
            try (SocketChannel channel = daemon.client().connect()) {
                Client.write(channel, request.substring(0, cut));
                // a call that is answered in between shows that the server has not waited for the
                // rest
                assertEquals(KLASSES, daemon.client().call("admin.vmclass.List", "", "dom0", ""));
                Client.write(channel, request.substring(cut));
                channel.shutdownOutput();
                assertEquals("0\0", Client.readAll(channel), "cut at " + cut);
            }
        }
    }

    @Test
    @DisplayName("65536 bytes are a request, one more aborts the connection, even before its end")
    void limit() throws IOException {
        String begin = Client.request("admin.vm.feature.Set", "f", "test-vm1", "");
        String longest = begin + "x".repeat(65_536 - begin.length());
        assertEquals("0\0", daemon.client().exchange(longest));
        assertEquals(
                "0\0" + "x".repeat(65_536 - begin.length()),
                daemon.client().call("admin.vm.feature.Get", "f", "test-vm1", ""));
        try (SocketChannel channel = daemon.client().connect()) {
            Client.write(channel, longest + "x");
            assertEquals("", Client.readAll(channel));
        }
        try (SocketChannel channel = daemon.client().connect()) {
            Client.write(channel, longest.substring(0, 1000));
            Client.write(channel, longest.substring(1000) + "x");
            assertEquals("", Client.readAll(channel));
        }
    }

    @Test
    @DisplayName("a caller that hangs up in the middle is forgotten")
    void hangUp() throws IOException {
        for (int i = 0; i < 50; i++) {
            try (SocketChannel channel = daemon.client().connect()) {
                Client.write(channel, "admin.vm.Li");
            }
        }
        assertEquals(KLASSES, daemon.client().call("admin.vmclass.List", "", "dom0", ""));
    }

    @Test
    @DisplayName("the other sockets serve other methods, in the same frames")
    void otherSockets() throws IOException {
        for (AdminSocket socket : new AdminSocket[] {AdminSocket.INTERNAL, AdminSocket.MISC}) {
            assertEquals(
                    error("ProtocolError", "no such method: 'admin.vm.List'"),
                    new Client(daemon.socket(socket)).call("admin.vm.List", "", "dom0", ""));
        }
    }

    @Test
    @DisplayName("with debug on, an error carries a trace")
    void debug() throws Exception {
        try (Daemon debugging = Daemon.start(new ServerAccess.Settings(true, 100, 60, 1 << 20))) {
            String answer = debugging.client().call("admin.no.Such", "", "dom0", "");
            assertTrue(
                    answer.startsWith(
                            "2\0ProtocolError\0qubes.core.error.ProtocolError: no such method"),
                    answer);
            assertEquals(
                    4,
                    IntStream.range(0, answer.length()).filter(i -> answer.charAt(i) == 0).count());
        }
    }

    private static String error(String type, String message) {
        return "2\0" + type + "\0\0" + message + "\0";
    }
}
