package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.admin.server.ServerAccess.Settings;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminPermission;
import qubes.core.admin.AdminReply;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.MethodTraits.Pace;
import qubes.core.admin.MethodTraits.Scope;
import qubes.core.event.Event;
import qubes.core.event.EventPattern;
import qubes.core.event.Extension;
import qubes.core.event.PreEvent;

/**
 * Methods and handlers of somebody else's bundle that block, break or leave their thread in
 * disorder: their callers are told in time, others do not notice.
 */
@Timeout(90)
class BadMethodsTest {
    private static final String GET = "0\0default=True type=int 2";
    private static final String NOT_DONE =
            "2\0QubesException\0\0%s is not done after 1 s and no longer waited for; it may still have its effect\0";
    private static final String NOT_BEGUN =
            "2\0QubesException\0\0%s was not begun within 1 s, too many calls are under way; try again\0";

    /** A method of somebody else's. */
    private record Foreign(MethodTraits traits, Function<AdminCall, AdminReply> body)
            implements AdminMethod {
        @Override
        public AdminReply call(AdminCall call) {
            return body.apply(call);
        }
    }

    private final CountDownLatch end = new CountDownLatch(1);
    private final List<SocketChannel> callers = new ArrayList<>();
    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = Daemon.start(Settings.DEFAULT.with(Map.of("deadline_seconds", 1)));
    }

    @AfterEach
    void stop() throws Exception {
        end.countDown();
        for (SocketChannel caller : callers) {
            caller.close();
        }
        daemon.close();
    }

    private static Foreign method(Pace pace, Function<AdminCall, AdminReply> body) {
        return new Foreign(MethodTraits.read(Scope.GLOBAL).pace(pace), body);
    }

    private AdminReply block() {
        boolean done = false;
        while (!done) {
            try {
                end.await();
                done = true;
            } catch (InterruptedException e) {
                throw new IllegalStateException("nobody should interrupt a method", e);
            }
        }
        return AdminReply.text("done");
    }

    private void call(int times, String method) throws IOException {
        call(times, method, "", "dom0");
    }

    private void call(int times, String method, String argument, String destination)
            throws IOException {
        for (int i = 0; i < times; i++) {
            SocketChannel channel = daemon.client().connect();
            callers.add(channel);
            Client.write(channel, Client.request(method, argument, destination, ""));
            channel.shutdownOutput();
        }
    }

    private void assertOthersAreServed() throws IOException {
        for (int i = 0; i < 20; i++) {
            assertEquals(
                    GET, daemon.client().call("admin.vm.property.Get", "vcpus", "test-vm1", ""));
            assertEquals(
                    "0\0", daemon.client().call("admin.vm.feature.Set", "f", "test-vm1", "x" + i));
        }
    }

    private void assertEachIsToldSo(String method) throws IOException {
        for (SocketChannel caller : callers) {
            String answer = Client.readAll(caller);
            assertTrue(
                    answer.equals(NOT_DONE.formatted(method))
                            || answer.equals(NOT_BEGUN.formatted(method)),
                    answer);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Pace.class,
            names = {"INSTANT", "BRIEF"})
    @DisplayName(
            "callers of a method that promised to be quick and blocks get an error; others do not wait")
    void quickMethodThatBlocks(Pace pace) throws Exception {
        daemon.add(method(pace, call -> block()), "acme.Block");
        call(100, "acme.Block");
        assertOthersAreServed();
        assertEachIsToldSo("acme.Block");
        call(10, "acme.Block");
        assertOthersAreServed();
        end.countDown();
        assertOthersAreServed();
        daemon.add(method(pace, call -> AdminReply.text("fine")), "acme.Fine");
        for (int i = 0; i < 200; i++) {
            assertEquals("0\0fine", daemon.client().call("acme.Fine", "", "dom0", ""));
        }
    }

    @Test
    @DisplayName(
            "a method that takes long by its nature has no deadline, and leaves room for others")
    void longMethod() throws Exception {
        daemon.add(method(Pace.LONG, call -> block()), "acme.Block");
        daemon.add(method(Pace.LONG, call -> AdminReply.text("fine")), "acme.Other");
        call(300, "acme.Block");
        assertOthersAreServed();
        assertEquals("0\0fine", daemon.client().call("acme.Other", "", "dom0", ""));
        daemon.add(method(Pace.BRIEF, call -> block()), "acme.Short");
        assertEquals(
                NOT_DONE.formatted("acme.Short"),
                daemon.client().call("acme.Short", "", "dom0", ""));
        end.countDown();
        for (SocketChannel caller : callers) {
            assertEquals("0\0done", Client.readAll(caller));
        }
    }

    @Test
    @DisplayName("a bundle with many methods that block takes its share of threads, not all")
    void bundleThatBlocks() throws Exception {
        ClassLoader bundle = new ClassLoader(AdminMethod.class.getClassLoader()) {};
        AdminMethod blocking = method(Pace.LONG, call -> block());
        for (int i = 0; i < 6; i++) {
            AdminMethod method =
                    (AdminMethod)
                            Proxy.newProxyInstance(
                                    bundle,
                                    new Class<?>[] {AdminMethod.class},
                                    (proxy, called, arguments) ->
                                            called.getName().equals("equals")
                                                    ? (Object) (proxy == arguments[0])
                                                    : called.invoke(blocking, arguments));
            daemon.add(method, "acme.Block" + i);
            call(64, "acme.Block" + i);
        }
        daemon.add(method(Pace.LONG, call -> AdminReply.text("fine")), "other.Fine");
        assertEquals("0\0fine", daemon.client().call("other.Fine", "", "dom0", ""));
        end.countDown();
        for (SocketChannel caller : callers) {
            assertEquals("0\0done", Client.readAll(caller));
        }
    }

    @Test
    @DisplayName("a family that blocks when it is asked for its members holds up no others")
    void familyThatBlocks() throws Exception {
        daemon.add(
                new AdminMethod() {
                    @Override
                    public MethodTraits traits() {
                        return MethodTraits.read(Scope.GLOBAL);
                    }

                    @Override
                    public boolean covers(String variant) {
                        return !block().text().isEmpty();
                    }

                    @Override
                    public AdminReply call(AdminCall call) {
                        return AdminReply.EMPTY;
                    }
                },
                "acme.*.Block");
        call(30, "acme.a.Block");
        assertOthersAreServed();
        assertEachIsToldSo("acme.a.Block");
        assertOthersAreServed();
    }

    static Stream<Arguments> broken() {
        return Stream.of(
                        new IllegalStateException("a bug"),
                        new NoClassDefFoundError("gone/Bundle"),
                        new OutOfMemoryError("Requested array size exceeds VM limit"),
                        new ThreadDeath(),
                        new InternalError("odd"),
                        new IOException("checked, and thrown all the same"),
                        new Error("of its own"),
                        new StackOverflowError())
                .flatMap(error -> Stream.of(Pace.values()).map(pace -> Arguments.of(error, pace)));
    }

    @ParameterizedTest
    @MethodSource("broken")
    @DisplayName("whatever a method throws, its caller gets no answer at once and the thread lives")
    void throwsAnything(Throwable error, Pace pace) throws Exception {
        daemon.add(method(pace, call -> sneak(error)), "acme.Bug");
        for (int i = 0; i < 12; i++) {
            assertEquals("", daemon.client().call("acme.Bug", "", "dom0", ""));
        }
        assertOthersAreServed();
    }

    @ParameterizedTest
    @EnumSource(Pace.class)
    @DisplayName("a method that leaves its thread interrupted is answered, and so are the next")
    void leavesInterrupt(Pace pace) throws Exception {
        daemon.add(
                method(
                        pace,
                        call -> {
                            Thread.currentThread().interrupt();
                            return AdminReply.text("fine");
                        }),
                "acme.Interrupt");
        daemon.add(
                method(
                        pace,
                        call -> {
                            Thread.currentThread().interrupt();
                            throw new IllegalStateException("a bug");
                        }),
                "acme.Both");
        for (int i = 0; i < 12; i++) {
            assertEquals("0\0fine", daemon.client().call("acme.Interrupt", "", "dom0", ""));
            assertEquals("", daemon.client().call("acme.Both", "", "dom0", ""));
        }
        assertOthersAreServed();
    }

    @Test
    @DisplayName("a method that answers null is not answered")
    void answersNull() throws Exception {
        daemon.add(method(Pace.INSTANT, call -> null), "acme.Null");
        assertEquals("", daemon.client().call("acme.Null", "", "dom0", ""));
        assertOthersAreServed();
    }

    @ParameterizedTest
    @ValueSource(strings = {"admin.vm.property.List", "admin.vm.tag.Set", "admin.vm.List"})
    @DisplayName("a decider that blocks on one method holds up callers of that one only")
    void deciderThatBlocks(String method) throws Exception {
        daemon.add(
                (Extension)
                        on ->
                                on.before(
                                        AdminPermission.of(method),
                                        permission -> {
                                            if (permission.destination().qid() == 0) {
                                                block();
                                            }
                                        }));
        String argument = method.equals("admin.vm.tag.Set") ? "name" : "";
        for (int i = 0; i < 60; i++) {
            SocketChannel channel = daemon.client().connect();
            callers.add(channel);
            Client.write(channel, Client.request(method, argument, "dom0", ""));
            channel.shutdownOutput();
        }
        assertOthersAreServed();
        assertEachIsToldSo(method);
        end.countDown();
        assertOthersAreServed();
    }

    @Test
    @DisplayName(
            "a decider that blocks on everything: each caller gets an error, and all is well after")
    void deciderThatBlocksAll() throws Exception {
        daemon.add((Extension) on -> on.before(AdminPermission.of("*"), permission -> block()));
        for (String method : List.of("admin.vm.List", "admin.vm.tag.List", "admin.vmclass.List")) {
            callers.clear();
            call(40, method);
            assertEachIsToldSo(method);
        }
        end.countDown();
        assertOthersAreServed();
    }

    @ParameterizedTest
    @ValueSource(strings = {"property-pre-set:memory", "property-set:memory"})
    @DisplayName(
            "a handler that waits on a change is interrupted: the change is decided, others go on")
    void handlerThatWaits(String event) throws Exception {
        daemon.add(
                (Extension) on -> on.after(EventPattern.of(Event.class, event), e -> waitFor(end)));
        boolean veto = event.contains("-pre-");
        for (String memory : List.of("500", "510")) {
            String answer =
                    daemon.client().call("admin.vm.property.Set", "memory", "test-vm1", memory);
            if (veto) {
                assertTrue(answer.startsWith("2\0QubesException\0\0Refused: extension "), answer);
            } else {
                assertEquals("0\0", answer);
            }
            assertOthersAreServed();
        }
        assertEquals(
                veto ? "default=True type=int 400" : "default=False type=int 510",
                daemon.client()
                        .call("admin.vm.property.Get", "memory", "test-vm1", "")
                        .substring(2));
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"property-pre-set:memory", "property-set:memory"})
    @DisplayName(
            "one that ignores the interrupt holds up changes, whose callers are told; reads go on")
    void handlerThatBlocks(String event) throws Exception {
        daemon.add(
                (Extension)
                        on ->
                                on.after(
                                        EventPattern.of(Event.class, event),
                                        e -> blockWhateverComes()));
        String slow = Client.request("admin.vm.property.Set", "memory", "test-vm1", "500");
        assertEquals(NOT_DONE.formatted("admin.vm.property.Set"), daemon.client().exchange(slow));
        for (int i = 0; i < 50; i++) {
            assertEquals(
                    "0\0from-test-vm1",
                    daemon.client().call("admin.vm.feature.Get", "only-appvm", "test-vm1", ""));
        }
        call(100, "admin.vm.tag.Set", "t", "test-net");
        assertEachIsToldSo("admin.vm.tag.Set");
        end.countDown();
        assertOthersAreServed();
    }

    private void blockWhateverComes() {
        while (end.getCount() > 0) {
            try {
                end.await();
            } catch (InterruptedException e) {
                // ignored: that is what this handler is there for
            }
        }
    }

    @Test
    @DisplayName("a handler of a guest's life that waits holds up that guest only")
    void handlerOfLifeThatWaits() throws Exception {
        CountDownLatch waits = new CountDownLatch(1);
        daemon.add(
                (Extension)
                        on ->
                                on.before(
                                        EventPattern.of(PreEvent.class, "domain-pre-start"),
                                        e -> {
                                            if (e.subject().subjectName().equals("test-vm1")) {
                                                waits.countDown();
                                                block();
                                            }
                                        }));
        String noStorage =
                "2\0QubesVMError\0\0VM directory does not exist: %s\0"; // it is in memory
        call(5, "admin.vm.Start", "", "test-vm1");
        waits.await();
        assertEquals(
                noStorage.formatted("test-net"),
                daemon.client().call("admin.vm.Start", "", "test-net", ""));
        assertOthersAreServed();
        end.countDown();
        for (SocketChannel caller : callers) {
            assertEquals(noStorage.formatted("test-vm1"), Client.readAll(caller));
        }
    }

    @Test
    @DisplayName(
            "a handler whose classes are gone refuses what is to come and does not undo what was")
    void handlerWithoutItsClasses() throws Exception {
        for (String event : List.of("property-set:memory", "property-pre-set:maxmem")) {
            daemon.add(
                    (Extension)
                            on ->
                                    on.after(
                                            EventPattern.of(Event.class, event),
                                            e -> {
                                                throw new NoClassDefFoundError("gone/Bundle");
                                            }));
        }
        assertEquals(
                "0\0", daemon.client().call("admin.vm.property.Set", "memory", "test-vm1", "500"));
        String refused =
                daemon.client().call("admin.vm.property.Set", "maxmem", "test-vm1", "5000");
        assertTrue(refused.startsWith("2\0QubesException\0\0Refused: extension "), refused);
        assertOthersAreServed();
    }

    @Test
    @DisplayName(
            "a filter of events that blocks holds up those it filters, and no other subscriber")
    void filterThatBlocks() throws Exception {
        daemon.add(
                (Extension)
                        on ->
                                on.before(
                                        AdminPermission.of("admin.Events"),
                                        permission -> {
                                            if (permission.subject().qid() != 0) {
                                                permission.keep(e -> !block().text().isEmpty());
                                            }
                                        }));
        SocketChannel filtered = subscribe("test-net");
        SocketChannel plain = subscribe("dom0");
        for (int i = 0; i < 5; i++) {
            assertEquals("0\0", daemon.client().call("admin.vm.tag.Set", "t" + i, "test-vm1", ""));
            expect(plain, i);
        }
        end.countDown();
        for (int i = 0; i < 5; i++) {
            expect(filtered, i);
        }
    }

    private SocketChannel subscribe(String source) throws IOException {
        SocketChannel channel = daemon.client().connect();
        callers.add(channel);
        Client.write(channel, "admin.Events+ " + source + " name dom0\0");
        channel.shutdownOutput();
        expect(channel, "1\0\0connection-established\0\0");
        return channel;
    }

    private static void expect(SocketChannel channel, int i) throws IOException {
        expect(channel, "1\0test-vm1\0domain-tag-add:t" + i + "\0tag\0t" + i + "\0\0");
    }

    private static void expect(SocketChannel channel, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(text.length());
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
            assertTrue(channel.isOpen());
        }
        assertEquals(text, new String(bytes.array(), StandardCharsets.ISO_8859_1));
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> AdminReply sneak(Throwable error) throws T {
        throw (T) error;
    }
}
