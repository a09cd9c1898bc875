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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import qubes.admin.server.ServerAccess.Settings;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminPermission;
import qubes.core.admin.AdminReply;
import qubes.core.admin.EventSink;
import qubes.core.admin.MethodTraits;
import qubes.core.error.QubesVMNotRunningError;
import qubes.core.event.Event;
import qubes.core.event.Extension;
import qubes.core.property.PropertyHolder;

/**
 * What subscribers of events are sent, and when they stop being sent anything (spec admin-protocol
 * §5).
 */
@Timeout(60)
class EventStreamTest {
    private static final String ESTABLISHED = "1\0\0connection-established\0\0";

    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = Daemon.start(new Settings(false, 4096, 60, 20_000));
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
    }

    /** A caller of a method that streams. */
    private record Subscriber(SocketChannel channel) implements AutoCloseable {
        static Subscriber to(Daemon daemon, String method, String destination) throws IOException {
            SocketChannel channel = daemon.client().connect();
            Client.write(channel, Client.request(method, "", destination, ""));
            channel.shutdownOutput();
            Subscriber subscriber = new Subscriber(channel);
            assertEquals(ESTABLISHED, subscriber.read(ESTABLISHED.length()));
            return subscriber;
        }

        static Subscriber at(Daemon daemon, String destination) throws IOException {
            return to(daemon, "admin.Events", destination);
        }

        String read(int length) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(length);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                Thread.onSpinWait();
            }
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
        }

        /** The events up to and with one of that name, each as {@code subject name key=value …}. */
        List<String> until(String name) throws IOException {
            List<String> events = new ArrayList<>();
            while (events.isEmpty() || !events.get(events.size() - 1).contains(name)) {
                assertEquals("1\0", read(2), () -> "after " + events);
                StringBuilder event = new StringBuilder(field());
                event.append(' ').append(field());
                for (String key = field(); !key.isEmpty(); key = field()) {
                    event.append(' ').append(key).append('=').append(field());
                }
                events.add(event.toString());
            }
            return events;
        }

        private String field() throws IOException {
            StringBuilder field = new StringBuilder();
            for (String c = read(1); !c.equals("\0"); c = read(1)) {
                assertEquals(1, c.length(), "the stream ended");
                field.append(c);
            }
            return field.toString();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private void call(String method, String argument, String destination, String payload)
            throws IOException {
        assertEquals("0\0", daemon.client().call(method, argument, destination, payload));
    }

    @Test
    @DisplayName("a change is told to the last byte, before and after")
    void bytes() throws Exception {
        try (Subscriber subscriber = Subscriber.at(daemon, "dom0")) {
            call("admin.vm.property.Set", "vcpus", "test-vm1", "3");
            String expected =
                    "1\0test-vm1\0property-pre-set:vcpus\0name\0vcpus\0newvalue\0"
                            + "3\0oldvalue\0"
                            + "2\0\0"
                            + "1\0test-vm1\0property-set:vcpus\0name\0vcpus\0newvalue\0"
                            + "3\0oldvalue\0"
                            + "2\0\0";
            assertEquals(expected, subscriber.read(expected.length()));
        }
    }

    @Test
    @DisplayName("values are told as Python writes them")
    void values() throws Exception {
        try (Subscriber subscriber = Subscriber.at(daemon, "test-vm1")) {
            call("admin.vm.property.Set", "autostart", "test-vm1", "yes");
            call("admin.vm.property.Set", "netvm", "test-vm1", "test-net");
            call("admin.vm.property.Set", "netvm", "test-vm1", "");
            call("admin.vm.feature.Set", "f", "test-vm1", "");
            List<String> events = subscriber.until("domain-feature-set:f");
            assertTrue(
                    events.contains(
                            "test-vm1 property-set:autostart name=autostart newvalue=True oldvalue=False"),
                    events::toString);
            assertTrue(
                    events.contains(
                            "test-vm1 property-set:netvm name=netvm newvalue=test-net oldvalue=None"),
                    events::toString);
            assertTrue(
                    events.contains(
                            "test-vm1 property-set:netvm name=netvm newvalue=None oldvalue=test-net"),
                    events::toString);
            assertTrue(
                    events.contains("test-vm1 domain-feature-set:f feature=f value="),
                    events::toString);
        }
    }

    @Test
    @DisplayName("what a change brings about is told as spec events §1.1 lists it")
    void sequences() throws Exception {
        call("admin.vm.property.Set", "netvm", "test-vm1", "test-net");
        call("admin.vm.property.Set", "template_for_dispvms", "test-vm1", "True");
        call("admin.property.Set", "default_dispvm", "dom0", "test-vm1");
        try (Subscriber all = Subscriber.at(daemon, "dom0")) {
            call("admin.vm.property.Set", "label", "test-vm1", "green");
            assertEquals(
                    List.of(
                            "test-vm1 property-pre-set:label name=label newvalue=green oldvalue=red",
                            "test-vm1 property-reset:icon name=icon",
                            "test-vm1 property-set:label name=label newvalue=green oldvalue=red"),
                    all.until("property-set:label"));
            call("admin.vm.property.Reset", "netvm", "test-vm1", "");
            assertEquals(
                    List.of(
                            "test-vm1 property-pre-reset:netvm name=netvm oldvalue=test-net",
                            "test-vm1 property-pre-set:netvm name=netvm newvalue=None oldvalue=test-net",
                            "test-vm1 property-pre-del:netvm name=netvm oldvalue=test-net",
                            "test-vm1 property-set:netvm name=netvm newvalue=None oldvalue=test-net",
                            "test-vm1 property-reset:netvm name=netvm oldvalue=test-net",
                            "test-vm1 property-del:netvm name=netvm oldvalue=test-net"),
                    all.until("property-del:netvm"));
            call("admin.vm.property.Reset", "netvm", "test-vm1", "");
            assertEquals(4, all.until("property-del:netvm").size(), "nothing is set: no change");
            String refusal =
                    daemon.client()
                            .call("admin.vm.property.Set", "template_for_dispvms", "test-vm1", "0");
            assertTrue(refusal.startsWith("2\0QubesVMInUseError\0"), refusal);
            assertEquals(
                    List.of(
                            "test-vm1 property-pre-set:template_for_dispvms name=template_for_dispvms newvalue=False oldvalue=True"),
                    all.until("template_for_dispvms"));
            call("admin.vm.property.Set", "memory", "test-template", "600");
            assertEquals(
                    List.of(
                            "test-template property-pre-set:memory name=memory newvalue=600 oldvalue=400",
                            "test-net property-reset:memory name=memory",
                            "test-vm1 property-reset:memory name=memory",
                            "test-template property-set:memory name=memory newvalue=600 oldvalue=400"),
                    all.until("property-set:memory"));
            call("admin.vm.feature.Set", "boot-mode.active", "test-vm1", "default");
            assertEquals(
                    List.of(
                            "test-vm1 domain-feature-pre-set:boot-mode.active feature=boot-mode.active value=default",
                            "test-vm1 property-reset:bootmode name=bootmode",
                            "test-vm1 domain-feature-set:boot-mode.active feature=boot-mode.active value=default"),
                    all.until("domain-feature-set:boot-mode.active"));
            daemon.client().call("admin.vm.feature.Remove", "absent", "test-vm1", "");
            call("admin.vm.tag.Set", "end", "test-vm1", "");
            assertEquals(
                    List.of(
                            "test-vm1 domain-feature-pre-delete:absent feature=absent",
                            "test-vm1 domain-tag-add:end tag=end"),
                    all.until("end"));
        }
    }

    @Test
    @DisplayName("at dom0 the whole system is heard, elsewhere one qube")
    void scope() throws Exception {
        try (Subscriber all = Subscriber.at(daemon, "dom0");
                Subscriber one = Subscriber.at(daemon, "test-vm1")) {
            call("admin.property.Set", "stats_interval", "dom0", "5");
            call("admin.vm.tag.Set", "t", "test-net", "");
            call("admin.vm.tag.Set", "t", "dom0", "");
            call("admin.vm.tag.Set", "t", "test-vm1", "");
            assertEquals(
                    List.of(
                            " property-pre-set:stats_interval name=stats_interval newvalue=5 oldvalue=3",
                            " property-set:stats_interval name=stats_interval newvalue=5 oldvalue=3",
                            "test-net domain-tag-add:t tag=t",
                            "dom0 domain-tag-add:t tag=t",
                            "test-vm1 domain-tag-add:t tag=t"),
                    all.until("test-vm1"));
            assertEquals(List.of("test-vm1 domain-tag-add:t tag=t"), one.until("domain-tag-add:t"));
        }
    }

    @Test
    @DisplayName(
            "of a new qube nothing is heard before domain-add, of a removed one nothing after domain-delete")
    void membership() throws Exception {
        try (Subscriber all = Subscriber.at(daemon, "dom0")) {
            call("admin.vm.Create.AppVM", "", "dom0", "name=newcomer label=red");
            call("admin.vm.Remove", "", "newcomer", "");
            call("admin.vm.tag.Set", "end", "test-vm1", "");
            List<String> events = all.until("domain-tag-add:end");
            assertEquals(" domain-add vm=newcomer", events.get(0));
            assertTrue(
                    events.contains("newcomer domain-tag-add:created-by-dom0 tag=created-by-dom0"),
                    events::toString);
            assertTrue(events.contains("newcomer domain-create-on-disk"), events::toString);
            assertEquals(
                    " domain-delete vm=newcomer", events.get(events.size() - 2), events::toString);
            assertTrue(events.contains(" domain-pre-delete vm=newcomer"), events::toString);
        }
    }

    @Test
    @DisplayName("permissions asked for are no events; a handler of the permission can hide events")
    void filters() throws Exception {
        daemon.add(
                (Extension)
                        on ->
                                on.before(
                                        AdminPermission.of("admin.Events"),
                                        event ->
                                                event.keep(
                                                        item ->
                                                                !((Event) item)
                                                                        .wireName()
                                                                        .contains("secret"))));
        try (Subscriber all = Subscriber.at(daemon, "dom0")) {
            call("admin.vm.tag.Set", "secret", "test-vm1", "");
            call("admin.vm.tag.Set", "end", "test-vm1", "");
            assertEquals(List.of("test-vm1 domain-tag-add:end tag=end"), all.until("end"));
        }
    }

    /** A stream of somebody else's, in the hands of the test. */
    private static final class Tap implements AdminMethod {
        final CountDownLatch opened = new CountDownLatch(1);
        final CountDownLatch closed = new CountDownLatch(1);
        volatile EventSink sink;

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(MethodTraits.Scope.GLOBAL);
        }

        @Override
        public AdminReply call(AdminCall call) {
            return AdminReply.stream(
                    to -> {
                        sink = to;
                        opened.countDown();
                        return closed::countDown;
                    });
        }
    }

    private record Tick(PropertyHolder subject, Map<String, Object> arguments) implements Event {
        @Override
        public String wireName() {
            return "tick";
        }
    }

    private Tap tap() {
        Tap tap = new Tap();
        daemon.add(tap, "test.Tap");
        return tap;
    }

    @Test
    @DisplayName("a subscriber that hangs up is noticed, even if there is nothing to tell it")
    void hangUp() throws Exception {
        Tap tap = tap();
        Subscriber.to(daemon, "test.Tap", "dom0").close();
        assertTrue(tap.closed.await(20, TimeUnit.SECONDS));
    }

    @Test
    @DisplayName("a subscriber that only closed its sending half is not taken for gone")
    void halfClose() throws Exception {
        Tap tap = tap();
        Tap other = new Tap();
        daemon.add(other, "test.Other");
        try (Subscriber stays = Subscriber.to(daemon, "test.Tap", "dom0")) {
            Subscriber.to(daemon, "test.Other", "dom0").close();
            assertTrue(other.closed.await(20, TimeUnit.SECONDS), "a sweep for hang-ups has been");
            tap.sink.send(new Tick(daemon.qubes(), Map.of()));
            assertEquals(List.of(" tick"), stays.until("tick"));
        }
    }

    @Test
    @DisplayName("a subscriber that does not read is cut off")
    void cutOff() throws Exception {
        Tap tap = tap();
        try (Subscriber lazy = Subscriber.to(daemon, "test.Tap", "dom0")) {
            tap.sink.send(new Tick(daemon.qubes(), Map.of()));
            assertEquals(List.of(" tick"), lazy.until("tick"));
            Tick tick = new Tick(daemon.qubes(), Map.of("text", "x".repeat(1000)));
            for (int i = 0; tap.closed.getCount() > 0 && i < 1_000_000; i++) {
                tap.sink.send(tick);
            }
            assertTrue(tap.closed.await(20, TimeUnit.SECONDS));
            assertTrue(Client.readAll(lazy.channel()).length() < 10_000_000);
        }
    }

    @Test
    @DisplayName("an error ends a stream: it is sent after the events")
    void failure() throws Exception {
        Tap tap = tap();
        try (Subscriber subscriber = Subscriber.to(daemon, "test.Tap", "dom0")) {
            tap.sink.send(new Tick(daemon.qubes(), Map.of()));
            tap.sink.fail(new QubesVMNotRunningError("stopped"));
            assertEquals(
                    "1\0\0tick\0\0" + "2\0QubesVMNotRunningError\0\0stopped\0",
                    Client.readAll(subscriber.channel()));
            assertTrue(tap.closed.await(20, TimeUnit.SECONDS));
        }
    }

    @Test
    @DisplayName("three hundred subscribers hear everything, without a thread each")
    void manySubscribers() throws Exception {
        List<Subscriber> subscribers = new ArrayList<>();
        int threads = Thread.activeCount();
        for (int i = 0; i < 300; i++) {
            subscribers.add(Subscriber.at(daemon, i % 2 == 0 ? "dom0" : "test-vm1"));
        }
        assertTrue(Thread.activeCount() < threads + 50);
        call("admin.vm.tag.Set", "t", "test-vm1", "");
        for (Subscriber subscriber : subscribers) {
            assertEquals(
                    List.of("test-vm1 domain-tag-add:t tag=t"),
                    subscriber.until("domain-tag-add:t"));
            subscriber.close();
        }
    }

    @Test
    @DisplayName("when the server goes, streams end")
    void serverGoes() throws Exception {
        try (Subscriber subscriber = Subscriber.at(daemon, "dom0")) {
            daemon.stopServer();
            assertEquals("", Client.readAll(subscriber.channel()));
        }
    }
}
