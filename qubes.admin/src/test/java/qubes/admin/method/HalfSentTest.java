package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import qubes.admin.server.ServerAccess.Settings;

/** Connections that are opened and left alone: bounded by number and by what they hold. */
@Timeout(90)
class HalfSentTest {
    private static final String GET = "0\0default=True type=int 2";
    private static final String BEGIN = Client.request("admin.vm.feature.Set", "f", "test-vm1", "");

    private final List<SocketChannel> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws IOException {
        for (SocketChannel channel : open) {
            channel.close();
        }
    }

    private SocketChannel leave(Daemon daemon, String sent) throws IOException {
        SocketChannel channel = daemon.client().connect();
        open.add(channel);
        try {
            Client.write(channel, sent);
        } catch (IOException e) {
            assertTrue(channel.isOpen(), "closed by the server only");
        }
        return channel;
    }

    private static void assertServes(Daemon daemon) throws IOException {
        assertEquals(GET, daemon.client().call("admin.vm.property.Get", "vcpus", "test-vm1", ""));
    }

    private static String finish(SocketChannel channel) {
        try {
            channel.shutdownOutput();
            return Client.readAll(channel);
        } catch (IOException e) {
            return "";
        }
    }

    @Test
    @DisplayName(
            "with more half-sent requests than connections allowed, others are served, a subscriber hears on, and the newest may end")
    void manyMore() throws Exception {
        try (Daemon daemon = Daemon.start(new Settings(false, 300, 0, 1 << 20));
                SocketChannel subscriber = daemon.client().connect()) {
            Client.write(subscriber, Client.request("admin.Events", "", "dom0", ""));
            subscriber.shutdownOutput();
            expect(subscriber, "1\0\0connection-established\0\0");
            for (int i = 0; i < 3000; i++) {
                leave(daemon, BEGIN.substring(0, 20));
                if (i % 100 == 0) {
                    assertServes(daemon);
                }
            }
            assertServes(daemon);
            SocketChannel newest = open.get(open.size() - 1);
            Client.write(newest, BEGIN.substring(20) + "x");
            assertEquals("0\0", finish(newest));
            assertEquals("", finish(open.get(0)));
            expect(subscriber, "1\0test-vm1\0domain-feature-pre-set:f\0feature\0f\0value\0x\0\0");
        }
    }

    @Test
    @DisplayName(
            "what half-sent requests hold is bounded: the oldest make room, the newest may end")
    void bytes() throws Exception {
        try (Daemon daemon =
                Daemon.start(
                        new Settings(false, 4096, 0, 1 << 20)
                                .with(Map.of("partial_bytes", 1 << 20)))) {
            String large = BEGIN + "x".repeat(60_000);
            for (int i = 0; i < 200; i++) {
                leave(daemon, large);
            }
            assertServes(daemon);
            assertEquals("0\0", finish(leave(daemon, large)));
            int answered = 0;
            for (SocketChannel channel : open.subList(0, 200)) {
                answered += finish(channel).isEmpty() ? 0 : 1;
            }
            assertTrue(answered <= 20, "kept " + answered + " of 60 kB in 1 MiB");
        }
    }

    private static void expect(SocketChannel channel, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(text.length());
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
            assertTrue(channel.isOpen());
        }
        assertEquals(text, new String(bytes.array(), StandardCharsets.ISO_8859_1));
    }
}
