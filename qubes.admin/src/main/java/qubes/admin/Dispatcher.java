package qubes.admin;

import qubes.admin.policy.CallCheck;
import qubes.admin.wire.Request;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminReply;
import qubes.core.admin.AdminSocket;
import qubes.core.admin.Decoder;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.MethodTraits.Access;
import qubes.core.admin.MethodTraits.Destination;
import qubes.core.admin.MethodTraits.Presence;
import qubes.core.admin.Unanswerable;
import qubes.core.admin.Untrusted;
import qubes.core.error.ProtocolError;
import qubes.core.error.Repr;
import qubes.core.state.DomainRecord;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Qubes;

/**
 * Finds the method of a request and checks what the method's traits say, in the order that clients
 * know.
 */
public final class Dispatcher {
    private final Qubes qubes;
    private final Methods methods;
    private final CallCheck check;
    private final Designators designators;

    /** A call that may go to its method. */
    public final class Ready {
        private final Served served;
        private final AdminCall call;

        private Ready(Served served, AdminCall call) {
            this.served = served;
            this.call = call;
        }

        /** The method that answers. */
        public Served served() {
            return served;
        }

        /**
         * Answers the call; what it changed is durable then, also what it changed before it failed.
         * What the policy denies does not get as far as its method.
         *
         * @param giveUp tells the caller that there will be no answer, should the method's bundle
         *     leave and the call not end
         */
        public AdminReply answer(Runnable giveUp) {
            return served.answer(this::answer, giveUp);
        }

        private AdminReply answer() {
            AdminMethod method = served.method();
            if (served.traits().socket() == AdminSocket.ADMIN) {
                check.permit(call);
            }
            if (served.traits().access() == Access.READ) {
                return method.call(call);
            }
            AdminReply reply;
            try {
                reply = method.call(call);
            } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
                saveAfter(e);
                throw e;
            }
            qubes.awaitDurable();
            return reply;
        }

        /**
         * The caller is told of the first failure, not that its remains could not be stored either.
         */
        private void saveAfter(Throwable failure) {
            try {
                qubes.awaitDurable();
            } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
                failure.addSuppressed(e);
            }
        }
    }

    /**
     * @param check asked about calls on the public socket
     */
    public Dispatcher(Qubes qubes, Methods methods, CallCheck check) {
        this.qubes = qubes;
        this.methods = methods;
        this.check = check;
        this.designators = new Designators(qubes);
    }

    /**
     * Checks a request up to, and not including, what its method decodes. Never blocks.
     *
     * @throws qubes.core.error.QubesException if it names no domain
     * @throws ProtocolError if there is no such method, or it does not take this
     */
    public Ready prepare(Request request, AdminSocket socket) {
        BaseVM source = designators.find(request.source());
        BaseVM destination = designators.find(request.destination());
        Decoder.ascii(request.argument(), () -> new Unanswerable("an argument beyond ASCII"));
        if (Request.beyondAscii(request.method())) {
            throw new Unanswerable("a method's name beyond ASCII");
        }
        Methods.Found found =
                methods.find(request.method())
                        .filter(method -> method.method().traits().socket() == socket)
                        .orElseThrow(
                                () ->
                                        new ProtocolError(
                                                "no such method: " + Repr.quote(request.method())));
        MethodTraits traits = found.method().traits();
        check(traits.payload(), request.payload(), "payload", "payload");
        check(traits.argument(), request.argument(), "an argument", "argument");
        check(traits.destination(), destination);
        return new Ready(
                found.method(),
                new AdminCall(
                        request.method(),
                        found.variant(),
                        source,
                        destination,
                        request.argument(),
                        request.payload()));
    }

    private static void check(Presence wanted, Untrusted found, String one, String any) {
        if (wanted == Presence.REQUIRED && found.isEmpty()) {
            throw new ProtocolError("expected " + one);
        }
        if (wanted == Presence.NONE && !found.isEmpty()) {
            throw new ProtocolError("unexpected " + any);
        }
    }

    private static void check(Destination wanted, BaseVM destination) {
        boolean admin = destination.klass().equals(DomainRecord.ADMIN_KLASS);
        if (wanted == Destination.ADMIN_VM && !admin) {
            throw new ProtocolError("expected destination to be AdminVM");
        }
        if (wanted == Destination.NOT_ADMIN_VM && admin) {
            throw new ProtocolError("expected destination to not be AdminVM");
        }
    }
}
