package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import qubes.core.admin.AdminPermission;
import qubes.core.event.Extension;
import qubes.core.vm.QubesVM;
import qubes.testkit.Await;

/** The stream of statistics (spec admin-api §13). */
@Timeout(60)
class StatsStreamTest {
    private static final String ESTABLISHED = "1\0\0connection-established\0\0";

    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = Daemon.start();
        for (String name : List.of("test-vm1", "test-net")) {
            Files.createDirectories(daemon.folder().resolve("appvms").resolve(name));
            QubesVM vm = (QubesVM) daemon.vm(name);
            vm.set(QubesVM.KERNEL, "");
            vm.set(QubesVM.MAXMEM, 1024);
        }
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
    }

    private static String told(String name) {
        return String.join(
                "\0",
                "1",
                name,
                "vm-stats",
                "memory_kb",
                "409600",
                "memory_assigned_total",
                "1048576",
                "memory_assigned_usable",
                "409600",
                "memory_with_swap_used",
                "409600",
                "cpu_time",
                "0",
                "cpu_usage",
                "0",
                "online_vcpus",
                "2",
                "",
                "");
    }

    private SocketChannel open(String destination) throws Exception {
        SocketChannel channel = daemon.client().connect();
        Client.write(channel, Client.request("admin.vm.Stats", "", destination, ""));
        channel.shutdownOutput();
        return channel;
    }

    private static void expect(String text, SocketChannel channel) throws Exception {
        ByteBuffer bytes = ByteBuffer.allocate(text.length());
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
            Thread.onSpinWait();
        }
        assertEquals(
                text, new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1));
    }

    private void start(String name) {
        ((QubesVM) daemon.vm(name)).start();
    }

    private void elapse() throws Exception {
        Await.until("a measurement is waited for", () -> !delays().isEmpty());
        daemon.services().clock.elapse();
    }

    private List<Duration> delays() {
        return daemon.services().clock.delays();
    }

    @Test
    @DisplayName("at dom0 every running qube is told, at once and every stats_interval seconds")
    void all() throws Exception {
        start("test-net");
        start("test-vm1");
        try (SocketChannel all = open("dom0")) {
            expect(ESTABLISHED + told("test-net") + told("test-vm1"), all);
            Await.until("the next is waited for", () -> !delays().isEmpty());
            assertEquals(List.of(Duration.ofSeconds(3)), delays());
            daemon.client().call("admin.property.Set", "stats_interval", "dom0", "7");
            ((QubesVM) daemon.vm("test-net")).kill();
            elapse();
            expect(told("test-vm1"), all);
            Await.until("the next is waited for", () -> !delays().isEmpty());
            assertEquals(List.of(Duration.ofSeconds(7)), delays());
        }
    }

    @Test
    @DisplayName("one measurement serves all who listen; who comes later is told at once, too")
    void shared() throws Exception {
        start("test-vm1");
        start("test-net");
        try (SocketChannel all = open("dom0")) {
            expect(ESTABLISHED + told("test-vm1") + told("test-net"), all);
            Await.until("the next is waited for", () -> !delays().isEmpty());
            try (SocketChannel one = open("test-net");
                    SocketChannel other = open("dom0")) {
                expect(ESTABLISHED + told("test-net"), one);
                expect(ESTABLISHED + told("test-vm1") + told("test-net"), other);
                assertEquals(1, delays().size());
                elapse();
                expect(told("test-net"), one);
                expect(told("test-vm1") + told("test-net"), other);
                expect(told("test-vm1") + told("test-net"), all);
                Await.until("the next is waited for", () -> !delays().isEmpty());
                assertEquals(1, delays().size());
            }
        }
    }

    @Test
    @DisplayName("of a qube started since the last measurement one is told at once, nobody else is")
    void startedSince() throws Exception {
        start("test-vm1");
        try (SocketChannel all = open("dom0")) {
            expect(ESTABLISHED + told("test-vm1"), all);
            Await.until("the next is waited for", () -> !delays().isEmpty());
            start("test-net");
            try (SocketChannel one = open("test-net")) {
                expect(ESTABLISHED + told("test-net"), one);
                assertEquals(1, delays().size());
                elapse();
                expect(told("test-net"), one);
                expect(told("test-vm1") + told("test-net"), all);
            }
        }
    }

    @Test
    @DisplayName("a qube that does not run ends the stream with an error, at once or when it stops")
    void notRunning() throws Exception {
        String error =
                "2\0QubesVMNotRunningError\0\0"
                        + "Domain not running (either powered off or paused): 'test-vm1'\0";
        try (SocketChannel one = open("test-vm1")) {
            assertEquals(ESTABLISHED + error, Client.readAll(one));
        }
        start("test-vm1");
        try (SocketChannel one = open("test-vm1")) {
            expect(ESTABLISHED + told("test-vm1"), one);
            ((QubesVM) daemon.vm("test-vm1")).kill();
            elapse();
            assertEquals(error, Client.readAll(one));
        }
    }

    @Test
    @DisplayName("who may see what is asked by the qubes' names")
    void filtered() throws Exception {
        start("test-vm1");
        start("test-net");
        daemon.add(
                (Extension)
                        on ->
                                on.before(
                                        AdminPermission.of("admin.vm.Stats"),
                                        request -> request.keep("test-net"::equals)));
        try (SocketChannel all = open("dom0")) {
            expect(ESTABLISHED + told("test-net"), all);
        }
    }

    @Test
    @DisplayName("who comes again is told at once again")
    void comesAgain() throws Exception {
        start("test-vm1");
        try (SocketChannel one = open("test-vm1")) {
            expect(ESTABLISHED + told("test-vm1"), one);
            elapse();
            expect(told("test-vm1"), one);
        }
        try (SocketChannel again = open("test-vm1")) {
            expect(ESTABLISHED + told("test-vm1"), again);
        }
    }
}
