package qubes.testkit.admin;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminPermission;
import qubes.core.admin.AdminReply;
import qubes.core.admin.EventSink;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.MethodTraits.Presence;
import qubes.core.admin.Unanswerable;
import qubes.core.admin.Untrusted;
import qubes.core.error.PermissionDenied;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesException;
import qubes.core.event.Event;
import qubes.core.hypervisor.Guest;
import qubes.core.hypervisor.Hypervisor;
import qubes.core.state.SystemState;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.Qubes;
import qubes.testkit.Domains;
import qubes.testkit.QubesFixture;
import qubes.testkit.RunningSystem;
import qubes.testkit.vm.PlainVM;

/** Calls of a method, as a daemon would pass them on, and what came of them. */
final class Calls {
    private static final int MUCH = 64 * 1024;

    /** What has a meaning nowhere, or only elsewhere. */
    private static final List<String> ODD =
            List.of(
                    "x",
                    "..",
                    "/etc/passwd",
                    "no-such-thing",
                    "dom0",
                    "+",
                    "=",
                    "%s",
                    "a b",
                    "True",
                    "-1",
                    "99999999999999999999",
                    "a=b\nc=d",
                    "\n",
                    "'\"");

    private final AdminMethodContract contract;
    private final Qubes qubes;
    private final AdminMethod method;
    private final SampleCall sample;

    /** One call, but who asks. */
    record Sent(SampleCall like, byte[] argument, byte[] payload) {
        static Sent of(SampleCall sample) {
            return new Sent(sample, bytes(sample.argument()), bytes(sample.payload()));
        }

        @Override
        public String toString() {
            return "argument " + shown(argument) + ", payload " + shown(payload);
        }

        private static String shown(byte[] bytes) {
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            return text.length() > 40
                    ? bytes.length + " bytes"
                    : "'" + text.replaceAll("[^ -~]", "?") + "'";
        }
    }

    /**
     * What came of a call.
     *
     * @param declared true if it was answered, or failed as it may
     * @param asked how often it asked for permission
     * @param changes what is not as before, in words
     */
    record Outcome(
            @Nullable RuntimeException thrown, boolean declared, int asked, List<String> changes) {
        String error() {
            return thrown == null ? "" : thrown.toString();
        }
    }

    Calls(AdminMethodContract contract, Qubes qubes) throws Exception {
        this.contract = contract;
        this.qubes = qubes;
        this.method = contract.method(qubes);
        this.sample = contract.sample(qubes);
    }

    /** A system with two domains. */
    static RunningSystem system(QubesFixture system) {
        Qubes qubes = system.qubes();
        if (!qubes.klasses().contains("StandaloneVM")) {
            system.provide(DomainFactory.class, PlainVM.factory("StandaloneVM"));
        }
        Domains.create(qubes, "StandaloneVM", AdminMethodContract.WORK, "kernel=");
        Domains.create(qubes, "StandaloneVM", AdminMethodContract.CALLER, "kernel=");
        return system;
    }

    static String name(AdminMethod method) {
        AdminMethodName name = method.getClass().getAnnotation(AdminMethodName.class);
        if (name == null) {
            throw new AssertionError(
                    method.getClass().getName() + " has no annotation AdminMethodName");
        }
        return name.name();
    }

    static boolean fits(Presence presence, int length) {
        return switch (presence) {
            case NONE -> length == 0;
            case OPTIONAL -> true;
            case REQUIRED -> length > 0;
        };
    }

    MethodTraits traits() {
        return method.traits();
    }

    Sent sample() {
        return Sent.of(sample);
    }

    /** Calls that the traits let through, with what makes little sense. */
    List<Sent> oddities() {
        List<Sent> all = new ArrayList<>();
        all.add(Sent.of(sample));
        all.add(new Sent(sample, new byte[0], bytes(sample.payload())));
        all.add(new Sent(sample, bytes(sample.argument()), new byte[0]));
        for (String odd : ODD) {
            all.add(new Sent(sample, bytes(odd.replace('\n', '.')), bytes(sample.payload())));
            all.add(new Sent(sample, bytes(sample.argument()), bytes(odd)));
        }
        all.add(new Sent(sample, bytes("a".repeat(64)), bytes(sample.payload())));
        for (byte filler : new byte[] {'a', '\n', 0, (byte) 0xff}) {
            byte[] much = new byte[MUCH];
            java.util.Arrays.fill(much, filler);
            all.add(new Sent(sample, bytes(sample.argument()), much));
        }
        all.add(new Sent(sample, bytes(sample.argument()), new byte[] {(byte) 0xc3, '('}));
        all.add(new Sent(sample, bytes(sample.argument()), new byte[] {0}));
        all.removeIf(
                sent ->
                        !fits(traits().argument(), sent.argument().length)
                                || !fits(traits().payload(), sent.payload().length));
        return all;
    }

    /** Lets dom0 call. */
    Outcome granted(Sent sent) throws Exception {
        return observed(qubes.admin(), sent, false);
    }

    /** Lets a domain call that may not. */
    Outcome refused(Sent sent) throws Exception {
        return observed(Domains.named(qubes, contract.caller()), sent, true);
    }

    /** Lets dom0 call, and ends a stream at once. */
    AdminReply call(Sent sent) {
        return call(qubes.admin(), sent);
    }

    private AdminReply call(BaseVM source, Sent sent) {
        AdminReply reply =
                method.call(
                        new AdminCall(
                                name(method).replace("*", sent.like().variant()),
                                sent.like().variant(),
                                source,
                                Domains.named(qubes, sent.like().destination()),
                                untrusted(sent.argument()),
                                untrusted(sent.payload())));
        reply.text();
        reply.stream().ifPresent(stream -> close(stream.open(new Silent())));
        return reply;
    }

    private Outcome observed(BaseVM source, Sent sent, boolean refuse) throws Exception {
        AtomicInteger asked = new AtomicInteger();
        AtomicReference<RuntimeException> thrown = new AtomicReference<>();
        List<String> changes = new ArrayList<>();
        try (AutoCloseable decider =
                qubes.handle(
                        source,
                        AdminPermission.of("*"),
                        question -> {
                            asked.incrementAndGet();
                            if (refuse) {
                                throw new PermissionDenied("not allowed by the contract");
                            }
                        })) {
            SystemState before = qubes.state();
            List<Guest> guests = guests();
            List<String> heard =
                    Domains.heard(
                            qubes,
                            () -> {
                                try {
                                    call(source, sent);
                                } catch (RuntimeException e) {
                                    thrown.set(e);
                                }
                                if (qubes.state() != before) {
                                    changes.add("it changed the model");
                                }
                            });
            heard.forEach(event -> changes.add("it fired " + event));
            if (!guests.equals(guests())) {
                changes.add("it changed a guest");
            }
        }
        return new Outcome(thrown.get(), declared(thrown.get()), asked.get(), changes);
    }

    private boolean declared(@Nullable RuntimeException error) {
        return error == null
                || error instanceof QubesException
                || error instanceof ProtocolError
                || error instanceof PermissionDenied
                || error instanceof Unanswerable
                || contract.plainErrors().contains(error.getClass());
    }

    private List<Guest> guests() {
        return qubes.findHypervisor().map(Hypervisor::guests).orElse(List.of());
    }

    private static void close(AutoCloseable stream) {
        try {
            stream.close();
        } catch (Exception e) {
            throw new AssertionError("the stream does not end: " + e, e);
        }
    }

    private static Untrusted untrusted(byte[] bytes) {
        return Untrusted.copyOf(bytes, 0, bytes.length);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A caller who listens to nothing. */
    private static final class Silent implements EventSink {
        @Override
        public void send(Event event) {
            // Nobody is there.
        }

        @Override
        public void fail(RuntimeException reason) {
            // Nobody is there.
        }
    }
}
