package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import qubes.admin.server.ServerAccess.Settings;

/** What operators measure. */
@Timeout(60)
class MetricsTest {
    private static final String REQUEST =
            "GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n";

    private static Daemon measured() throws Exception {
        return Daemon.start(Settings.DEFAULT.with(Map.of("metrics", true)));
    }

    private static String exchange(SocketChannel channel, String request) throws IOException {
        Client.write(channel, request);
        return Client.readAll(channel);
    }

    private static String page(Daemon daemon) throws IOException {
        Client metrics = new Client(daemon.folder().resolve("qubesd.metrics.sock"));
        try (SocketChannel channel = metrics.connect()) {
            String answer = exchange(channel, REQUEST);
            assertTrue(
                    answer.startsWith(
                            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4;"),
                    answer);
            return answer.substring(answer.indexOf("\r\n\r\n") + 4);
        }
    }

    private static void assertHas(String page, String line) {
        assertTrue(page.contains("\n" + line + "\n"), () -> line + " is not in\n" + page);
    }

    @Test
    @DisplayName("there is no such socket unless it is asked for, and it goes with the server")
    void offByDefault() throws Exception {
        try (Daemon daemon = Daemon.start()) {
            assertFalse(Files.exists(daemon.folder().resolve("qubesd.metrics.sock")));
        }
        try (Daemon daemon = measured()) {
            assertTrue(Files.exists(daemon.folder().resolve("qubesd.metrics.sock")));
            daemon.stopServer();
            assertFalse(Files.exists(daemon.folder().resolve("qubesd.metrics.sock")));
        }
    }

    @Test
    @DisplayName("calls are counted by method and how they ended, with how long they took")
    void calls() throws Exception {
        try (Daemon daemon = measured()) {
            for (int i = 0; i < 3; i++) {
                daemon.client().call("admin.vm.tag.Set", "t" + i, "test-vm1", "");
            }
            daemon.client().call("admin.vm.tag.Set", "?", "test-vm1", "");
            daemon.client().call("admin.vm.Create.AppVM", "", "dom0", "");
            String page = page(daemon);
            assertHas(page, "qubesd_calls_total{method=\"admin.vm.tag.Set\",outcome=\"ok\"} 3.0");
            assertHas(
                    page,
                    "qubesd_calls_total{method=\"admin.vm.tag.Set\",outcome=\"QubesInvalidTagError\"} 1.0");
            assertHas(page, "qubesd_call_duration_seconds_count{method=\"admin.vm.tag.Set\"} 4");
            assertTrue(page.contains("{method=\"admin.vm.Create.*\","), page);
            assertTrue(page.contains("{method=\"admin.vm.tag.Set\",le=\"+Inf\"} 4"), page);
        }
    }

    @Test
    @DisplayName("what callers make up makes no new line")
    void boundedLabels() throws Exception {
        try (Daemon daemon = measured()) {
            for (int i = 0; i < 100; i++) {
                daemon.client().call("admin.no.Such" + i, "", "dom0", "");
                daemon.client().call("admin.vm.List", "", "nobody" + i, "");
                daemon.client().call("admin.vm.Create.FooVM" + i, "", "dom0", "");
            }
            String page = page(daemon);
            assertHas(
                    page, "qubesd_calls_total{method=\"unknown\",outcome=\"ProtocolError\"} 200.0");
            assertHas(
                    page,
                    "qubesd_calls_total{method=\"unknown\",outcome=\"QubesVMNotFoundError\"} 100.0");
            assertFalse(page.contains("Such") || page.contains("nobody"), page);
        }
    }

    @Test
    @DisplayName("connections, subscribers and what they are sent are told")
    void connections() throws Exception {
        try (Daemon daemon = measured();
                SocketChannel subscriber = daemon.client().connect();
                SocketChannel half = daemon.client().connect()) {
            Client.write(half, "admin.vm.");
            Client.write(subscriber, Client.request("admin.Events", "", "dom0", ""));
            subscriber.shutdownOutput();
            subscriber.read(java.nio.ByteBuffer.allocate(1));
            daemon.client().call("admin.vm.tag.Set", "t", "test-vm1", "");
            String page = page(daemon);
            while (!page.contains("qubesd_events_sent_total 1.0")
                    || !page.contains("qubesd_partial_requests 1.0")) {
                page = page(daemon);
            }
            assertHas(page, "qubesd_event_subscribers 1.0");
            assertHas(page, "qubesd_connections 2.0");
            assertHas(page, "qubesd_calls_waiting{lane=\"brief\"} 0.0");
            assertHas(page, "qubesd_calls_running{lane=\"long\"} 0.0");
            assertHas(page, "qubesd_calls_stuck 0.0");
            assertHas(page, "qubesd_subscribers_cut_off_total 0.0");
            subscriber.close();
            while (!page.contains("qubesd_event_subscribers 0.0")) {
                page = page(daemon);
            }
        }
    }

    @Test
    @DisplayName("a port of the loopback interface serves them too; other methods are refused")
    void port() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (Daemon daemon = Daemon.start(Settings.DEFAULT.with(Map.of("metrics_port", port)))) {
            InetSocketAddress address =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            assertFalse(Files.exists(daemon.folder().resolve("qubesd.metrics.sock")));
            try (SocketChannel channel = SocketChannel.open(address)) {
                assertTrue(exchange(channel, REQUEST).contains("\nqubesd_connections "));
            }
            try (SocketChannel channel = SocketChannel.open(address)) {
                assertTrue(
                        exchange(channel, "POST / HTTP/1.1\r\n\r\n").startsWith("HTTP/1.1 405 "));
            }
            try (SocketChannel channel = SocketChannel.open(address)) {
                String head = exchange(channel, "HEAD / HTTP/1.1\r\n\r\n");
                assertTrue(head.startsWith("HTTP/1.1 200 "), head);
                assertEquals(head.length() - 4, head.indexOf("\r\n\r\n"));
            }
        }
    }

    @Test
    @DisplayName("who says nothing keeps others waiting for a moment only")
    void silentReader() throws Exception {
        try (Daemon daemon = measured();
                SocketChannel silent =
                        new Client(daemon.folder().resolve("qubesd.metrics.sock")).connect()) {
            assertTrue(page(daemon).contains("qubesd_connections"));
            assertEquals("", Client.readAll(silent));
        }
    }
}
