package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import qubes.admin.server.ServerAccess.Settings;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminReply;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.MethodTraits.Pace;
import qubes.core.admin.MethodTraits.Scope;

/**
 * Callers that are slow, silent, many or gone, and methods that take long or break: others do not
 * notice.
 */
@Timeout(60)
class ManyCallersTest {
    private static final String GET = "0\0default=True type=int 2";

    /** A method of somebody else's. */
    private record Foreign(MethodTraits traits, Function<AdminCall, AdminReply> body)
            implements AdminMethod {
        @Override
        public AdminReply call(AdminCall call) {
            return body.apply(call);
        }
    }

    private static Foreign method(Pace pace, Function<AdminCall, AdminReply> body) {
        return new Foreign(MethodTraits.read(Scope.GLOBAL).pace(pace), body);
    }

    private static String get(Daemon daemon) throws Exception {
        return daemon.client().call("admin.vm.property.Get", "vcpus", "test-vm1", "");
    }

    @Test
    @DisplayName("half-sent requests, however many, hold up nobody")
    void halfSent() throws Exception {
        try (Daemon daemon = Daemon.start()) {
            List<SocketChannel> open = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                SocketChannel channel = daemon.client().connect();
                open.add(channel);
                Client.write(channel, "admin.vm.List+ dom0");
            }
            assertEquals(GET, get(daemon));
            for (SocketChannel channel : open) {
                Client.write(channel, " name test-vm1\0");
                channel.shutdownOutput();
                assertTrue(Client.readAll(channel).startsWith("0\0test-vm1 "));
                channel.close();
            }
        }
    }

    @Test
    @DisplayName("who is silent in the middle of a request is cut off in the end")
    void silence() throws Exception {
        try (Daemon daemon = Daemon.start(new Settings(false, 100, 1, 1 << 20));
                SocketChannel silent = daemon.client().connect();
                SocketChannel mute = daemon.client().connect()) {
            Client.write(silent, "admin.vm.List+ dom0");
            assertEquals("", Client.readAll(silent));
            assertEquals("", Client.readAll(mute));
            assertEquals(GET, get(daemon));
        }
    }

    @Test
    @DisplayName("at the limit of connections, whoever has been silent for longest makes room")
    void eviction() throws Exception {
        try (Daemon daemon = Daemon.start(new Settings(false, 4, 0, 1 << 20));
                SocketChannel first = daemon.client().connect()) {
            Client.write(first, "admin.vm.List+ dom0");
            assertEquals(GET, get(daemon));
            first.configureBlocking(false);
            List<SocketChannel> more = new ArrayList<>();
            // the first counts as silent once its worker gives up on it, which may be a little
            // later
            while (!hungUp(first) && more.size() < 2000) {
                SocketChannel channel = daemon.client().connect();
                more.add(channel);
                try {
                    Client.write(channel, "admin.vm.List+ dom0");
                } catch (IOException turnedAway) {
                    continue; // before it could say anything
                }
            }
            assertTrue(hungUp(first), "still there beside " + more.size() + " others");
            for (SocketChannel channel : more) {
                channel.close();
            }
        }
    }

    private static boolean hungUp(SocketChannel channel) throws IOException {
        return channel.read(ByteBuffer.allocate(1)) < 0;
    }

    @Test
    @DisplayName(
            "calls that take long, more than there are threads for, hold up neither reads nor changes")
    void longCalls() throws Exception {
        CountDownLatch begun = new CountDownLatch(64);
        CountDownLatch end = new CountDownLatch(1);
        try (Daemon daemon = Daemon.start()) {
            daemon.add(
                    method(
                            Pace.LONG,
                            call -> {
                                begun.countDown();
                                await(end);
                                return AdminReply.text("done");
                            }),
                    "test.Long");
            List<SocketChannel> waiting = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                SocketChannel channel = daemon.client().connect();
                waiting.add(channel);
                Client.write(channel, Client.request("test.Long", "", "dom0", ""));
                channel.shutdownOutput();
            }
            assertTrue(begun.await(20, TimeUnit.SECONDS));
            assertEquals(GET, get(daemon));
            assertEquals(
                    "0\0", daemon.client().call("admin.vm.property.Set", "vcpus", "test-vm1", "3"));
            end.countDown();
            for (SocketChannel channel : waiting) {
                assertEquals("0\0done", Client.readAll(channel));
                channel.close();
            }
        }
    }

    @Test
    @DisplayName(
            "an answer of any length reaches a caller that takes its time; one that never reads is cut off")
    void longAnswers() throws Exception {
        String text = "0123456789abcdef".repeat(1 << 18);
        try (Daemon daemon = Daemon.start(new Settings(false, 100, 2, 1 << 20))) {
            daemon.add(method(Pace.INSTANT, call -> AdminReply.text(text)), "test.Long");
            try (SocketChannel slow = daemon.client().connect();
                    SocketChannel never = daemon.client().connect()) {
                for (SocketChannel channel : List.of(slow, never)) {
                    Client.write(channel, Client.request("test.Long", "", "dom0", ""));
                    channel.shutdownOutput();
                }
                ByteBuffer some = ByteBuffer.allocate(100);
                while (some.hasRemaining()) {
                    slow.read(some);
                }
                assertEquals(GET, get(daemon));
                assertEquals(text.length() + 2 - 100, Client.readAll(slow).length());
                assertEquals(text, daemon.client().call("test.Long", "", "dom0", "").substring(2));
            }
        }
    }

    @Test
    @DisplayName(
            "what waits for callers that do not read is bounded: those that took nothing for longest are cut off")
    void manyLongAnswers() throws Exception {
        String text = "0123456789abcdef".repeat(1 << 16);
        try (Daemon daemon =
                Daemon.start(
                        new Settings(false, 1000, 0, 1 << 20)
                                .with(Map.of("waiting_bytes", 8 << 20)))) {
            daemon.add(method(Pace.INSTANT, call -> AdminReply.text(text)), "test.Long");
            List<SocketChannel> never = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                SocketChannel channel = daemon.client().connect();
                never.add(channel);
                Client.write(channel, Client.request("test.Long", "", "dom0", ""));
                channel.shutdownOutput();
                assertEquals(GET, get(daemon));
            }
            assertEquals(text, daemon.client().call("test.Long", "", "dom0", "").substring(2));
            int whole = 0;
            for (SocketChannel channel : never) {
                whole += allOf(channel).length() == text.length() + 2 ? 1 : 0;
                channel.close();
            }
            assertTrue(whole <= 10, "1 MiB each waited for " + whole);
        }
    }

    /** As much as comes, also of an answer that is cut off. */
    private static String allOf(SocketChannel channel) {
        try {
            return Client.readAll(channel);
        } catch (java.io.IOException e) {
            return "";
        }
    }

    @Test
    @DisplayName("a method that breaks is not answered; the next call is")
    void brokenMethods() throws Exception {
        try (Daemon daemon = Daemon.start()) {
            daemon.add(
                    method(Pace.INSTANT, call -> fail(new IllegalStateException("a bug"))),
                    "test.Bug");
            daemon.add(
                    method(Pace.INSTANT, call -> fail(new NoClassDefFoundError("gone/Bundle"))),
                    "test.Gone");
            daemon.add(method(Pace.INSTANT, ManyCallersTest::recurse), "test.Deep");
            for (int i = 0; i < 20; i++) {
                for (String name : List.of("test.Bug", "test.Gone", "test.Deep")) {
                    assertEquals("", daemon.client().call(name, "", "dom0", ""), name);
                }
            }
            assertEquals(GET, get(daemon));
        }
    }

    @Test
    @DisplayName(
            "a method can be called while its service is there; the one that came first keeps a name")
    void methodsComeAndGo() throws Exception {
        try (Daemon daemon = Daemon.start()) {
            Foreign first =
                    method(Pace.BRIEF, call -> AdminReply.text("first " + call.argument().size()));
            Foreign second =
                    new Foreign(
                            MethodTraits.read(Scope.LOCAL).argument(MethodTraits.Presence.OPTIONAL),
                            call -> AdminReply.text(call.method() + " is " + call.variant()));
            String none = "2\0ProtocolError\0\0no such method: 'acme.Do.This'\0";
            assertEquals(none, daemon.client().call("acme.Do.This", "", "dom0", ""));
            daemon.add(second, "acme.*.This");
            assertEquals(
                    "0\0acme.Do.This is Do",
                    daemon.client().call("acme.Do.This", "x", "test-vm1", ""));
            daemon.add(first, "acme.Do.This");
            assertEquals("0\0first 0", daemon.client().call("acme.Do.This", "", "dom0", ""));
            daemon.add(second, "acme.Do.This");
            assertEquals("0\0first 0", daemon.client().call("acme.Do.This", "", "dom0", ""));
            daemon.remove(first);
            assertEquals(
                    "0\0acme.Do.This is ", daemon.client().call("acme.Do.This", "", "dom0", ""));
            daemon.remove(second); // of its two registrations the older, the family
            assertEquals(
                    none.replace("acme.Do.", "acme.Undo."),
                    daemon.client().call("acme.Undo.This", "x", "dom0", ""));
            daemon.remove(second);
            assertEquals(none, daemon.client().call("acme.Do.This", "", "dom0", ""));
        }
    }

    private static AdminReply fail(Throwable error) {
        if (error instanceof Error broken) {
            throw broken;
        }
        throw (RuntimeException) error;
    }

    private static AdminReply recurse(AdminCall call) {
        return call == null ? AdminReply.EMPTY : recurse(call);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
