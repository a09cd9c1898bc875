package qubes.hypervisor.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.event.DomainEventType;
import qubes.core.error.QubesException;
import qubes.testkit.Await;

/** The connection kept open, with real links to the test driver that are declared lost by hand. */
class UplinkTest {
    private static final EventLoop LOOP = new EventLoop();
    private static final Link.Events DEAF =
            new Link.Events() {
                @Override
                public void guestChanged(Link link, UUID uuid, DomainEventType what) {}

                @Override
                public void lost(Link link, String why) {}
            };

    @AfterAll
    static void stopLoop() {
        LOOP.stop();
    }

    private static Link open() throws VirtException {
        return Link.open("test:///default", LOOP, DEAF);
    }

    @Test
    @DisplayName("a call waits for the attempt under way")
    void callsWaitForTheAttempt() throws Exception {
        CompletableFuture<Void> go = new CompletableFuture<>();
        try (Uplink uplink =
                new Uplink(
                        "test:///default",
                        () -> {
                            go.join();
                            return open();
                        })) {
            uplink.start();
            FutureTask<String> call = new FutureTask<>(() -> uplink.call(Link::kind));
            Thread caller = new Thread(call, "caller");
            caller.start();
            Await.until("the call waits", () -> caller.getState() == Thread.State.TIMED_WAITING);
            go.complete(null);
            assertEquals("test", call.get());
        }
    }

    @Test
    @DisplayName("a call in a pause between attempts makes the next one come at once")
    void callsEndThePause() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        try (Uplink uplink =
                new Uplink(
                        "test:///default?x=/secret",
                        () -> {
                            if (attempts.incrementAndGet() < 4) {
                                throw new VirtException(
                                        ErrorNumber.VIR_ERR_NO_CONNECT, "not yet", null);
                            }
                            return open();
                        },
                        Duration.ofDays(1),
                        Duration.ofDays(1))) {
            uplink.start();
            uplink.awaitFirstAttempt(60);
            for (int i = 0; i < 2; i++) {
                QubesException down =
                        assertThrows(QubesException.class, () -> uplink.call(Link::kind));
                assertTrue(
                        String.valueOf(down.getMessage()).contains("(test:///default) is down"),
                        down.getMessage());
                assertFalse(String.valueOf(down.getMessage()).contains("secret"));
            }
            assertEquals("test", uplink.call(Link::kind));
            assertTrue(uplink.up());
            assertEquals(4, attempts.get());
        }
    }

    @Test
    @DisplayName("a lost link is replaced, and the next call uses the new one")
    void replacesALostLink() throws Exception {
        try (Uplink uplink = new Uplink("test:///default", UplinkTest::open)) {
            uplink.start();
            Link first = uplink.call(link -> link);
            uplink.lost(first, "by hand");
            Link second = uplink.call(link -> link);
            assertNotSame(first, second);
            assertTrue(second.alive());
            uplink.lost(first, "late news of the old one are ignored");
            assertEquals(second, uplink.call(link -> link));
        }
    }

    @Test
    @DisplayName("a call that finds its link closed is repeated once on a new one")
    void repeatsOnce() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (Uplink uplink = new Uplink("test:///default", UplinkTest::open)) {
            uplink.start();
            int answer =
                    uplink.call(
                            link -> {
                                if (calls.incrementAndGet() == 1) {
                                    uplink.lost(link, "while it was used");
                                    link.close(); // or the uplink is at it already
                                    awaitClosed(link);
                                    link.list(); // refused
                                }
                                return calls.get();
                            });
            assertEquals(2, answer);
        }
    }

    @Test
    @DisplayName("a call that libvirt refuses on a live link is not repeated")
    void doesNotRepeatRefusals() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (Uplink uplink = new Uplink("test:///default", UplinkTest::open)) {
            uplink.start();
            VirtException refused =
                    assertThrows(
                            VirtException.class,
                            () ->
                                    uplink.call(
                                            link -> {
                                                calls.incrementAndGet();
                                                return link.useGuest(
                                                        new UUID(0, 1), domain -> domain.getName());
                                            }));
            assertTrue(refused.noSuchGuest());
            assertEquals(1, calls.get());
        }
    }

    @Test
    @DisplayName("a missing libvirt is one clear error, and nothing breaks")
    void survivesAMissingLibrary() {
        try (Uplink uplink =
                new Uplink(
                        "xen:///",
                        () -> {
                            throw new UnsatisfiedLinkError("libvirt.so.0");
                        })) {
            uplink.start();
            assertThrows(QubesException.class, () -> uplink.call(Link::kind));
            assertFalse(uplink.up());
        }
    }

    private static void awaitClosed(Link link) {
        try {
            Await.until("the connection is closed", () -> !link.alive());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
