package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.admin.Methods;
import qubes.admin.server.AdminServer;
import qubes.admin.server.ServerAccess;
import qubes.core.admin.AdminSocket;
import qubes.core.error.QubesException;

/** The files of the three sockets (spec admin-protocol §1). */
class SocketsTest {
    @TempDir private Path folder;

    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = Daemon.start();
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
    }

    private AdminServer second(Path where) {
        return ServerAccess.start(
                daemon.qubes(),
                new Methods(daemon.qubes().plugins()),
                where,
                ServerAccess.Settings.DEFAULT);
    }

    private static List<String> files(Path folder) throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    @DisplayName(
            "there are three sockets for owner and group, and nothing else; they go with the server")
    void files() throws Exception {
        AdminServer server = second(folder);
        assertEquals(
                List.of("qubesd.internal.sock", "qubesd.misc.sock", "qubesd.sock"), files(folder));
        for (AdminSocket socket : AdminSocket.values()) {
            assertEquals(
                    "rwxrwx---",
                    PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(folder.resolve(socket.fileName()))));
        }
        ServerAccess.stop(server);
        assertEquals(List.of(), files(folder));
    }

    @Test
    @DisplayName("a second daemon is refused in one line, and the first one serves on")
    void secondDaemon() throws Exception {
        QubesException refusal = assertThrows(QubesException.class, () -> second(daemon.folder()));
        assertTrue(refusal.getMessage().startsWith("socket already exists"), refusal::getMessage);
        assertFalse(refusal.getMessage().contains("\n"));
        assertTrue(daemon.client().call("admin.vm.List", "", "dom0", "").startsWith("0\0dom0"));
    }

    @Test
    @DisplayName("if the last socket cannot be had, the first two are given back")
    void allOrNone() throws Exception {
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(folder.resolve("qubesd.misc.sock")));
            assertThrows(QubesException.class, () -> second(folder));
            assertEquals(List.of("qubesd.misc.sock"), files(folder));
        }
    }

    @Test
    @DisplayName("a socket that a dead daemon left is replaced")
    void stale() throws Exception {
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(folder.resolve("qubesd.sock")));
        }
        AdminServer server = second(folder);
        assertEquals(3, files(folder).size());
        ServerAccess.stop(server);
    }

    @Test
    @DisplayName("a file that is no socket is left alone")
    void noSocket() throws Exception {
        Files.writeString(folder.resolve("qubesd.sock"), "precious");
        QubesException refusal = assertThrows(QubesException.class, () -> second(folder));
        assertTrue(refusal.getMessage().contains("is no socket"), refusal::getMessage);
        assertEquals("precious", Files.readString(folder.resolve("qubesd.sock")));
        assertEquals(List.of("qubesd.sock"), files(folder));
    }
}
