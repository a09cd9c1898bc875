package qubes.admin.method;

import static qubes.core.admin.MethodTraits.Pace.BRIEF;
import static qubes.core.admin.MethodTraits.Pace.LONG;
import static qubes.core.admin.MethodTraits.Presence.OPTIONAL;
import static qubes.core.admin.MethodTraits.Scope.LOCAL;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.Decoder;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.Unanswerable;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesVMError;
import qubes.core.error.QubesVMNotAvailableError;
import qubes.core.error.QubesVMNotHaltedError;
import qubes.core.error.QubesVMNotRunningError;
import qubes.core.error.Repr;
import qubes.core.hypervisor.GuestState;
import qubes.core.hypervisor.GuestStats;
import qubes.core.vm.BaseVM;
import qubes.core.vm.QubesVM;

/** Starting and stopping qubes. */
public final class LifecycleMethods {
    private LifecycleMethods() {}

    /** Starts a qube; one that runs is fine. */
    @Component
    @AdminMethodName(name = "admin.vm.Start")
    public static final class Start implements AdminMethod {
        @Activate
        public Start() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).pace(LONG);
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            BaseVM vm = call.destination();
            if (vm.available() && !(vm instanceof QubesVM)) {
                throw new QubesVMNotHaltedError("Cannot start " + called(vm));
            }
            managed(vm).start();
            return AdminReply.EMPTY;
        }
    }

    /** Asks a qube to power off; {@code force} and {@code wait} say how. */
    @Component
    @AdminMethodName(name = "admin.vm.Shutdown")
    public static final class Shutdown implements AdminMethod {
        @Activate
        public Shutdown() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).pace(LONG).argument(OPTIONAL);
        }

        @Override
        public AdminReply call(AdminCall call) {
            List<String> words = words(call);
            boolean force = words.contains("force");
            boolean wait = words.contains("wait");
            call.permit(Map.of("force", force, "wait", wait));
            if (call.destination().available()) {
                managed(call.destination()).shutdown(force, wait);
            } else {
                new GuestWithoutKlass(call.destination()).shutdown(wait);
            }
            return AdminReply.EMPTY;
        }
    }

    /** Ends a qube at once. */
    @Component
    @AdminMethodName(name = "admin.vm.Kill")
    public static final class Kill implements AdminMethod {
        @Activate
        public Kill() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).pace(LONG);
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            BaseVM vm = call.destination();
            refuseUnlessGuest(vm, "kill");
            if (vm.available()) {
                managed(vm).kill();
            } else {
                new GuestWithoutKlass(vm).kill();
            }
            return AdminReply.EMPTY;
        }
    }

    /** Stops a qube's processors. */
    @Component
    @AdminMethodName(name = "admin.vm.Pause")
    public static final class Pause implements AdminMethod {
        @Activate
        public Pause() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).pace(LONG);
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            managed(call.destination()).pause();
            return AdminReply.EMPTY;
        }
    }

    /** Lets a paused qube run on. */
    @Component
    @AdminMethodName(name = "admin.vm.Unpause")
    public static final class Unpause implements AdminMethod {
        @Activate
        public Unpause() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).pace(LONG);
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            managed(call.destination()).unpause();
            return AdminReply.EMPTY;
        }
    }

    /** Puts a qube to sleep, or pauses it where it cannot. */
    @Component
    @AdminMethodName(name = "admin.vm.Suspend")
    public static final class Suspend implements AdminMethod {
        @Activate
        public Suspend() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).pace(LONG);
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            refuseUnlessGuest(call.destination(), "suspend");
            managed(call.destination()).suspend();
            return AdminReply.EMPTY;
        }
    }

    /** Wakes a suspended qube, or lets a paused one run on. */
    @Component
    @AdminMethodName(name = "admin.vm.Resume")
    public static final class Resume implements AdminMethod {
        @Activate
        public Resume() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).pace(LONG);
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            managed(call.destination()).resume();
            return AdminReply.EMPTY;
        }
    }

    /** What a qube uses now, and its state. */
    @Component
    @AdminMethodName(name = "admin.vm.CurrentState")
    public static final class CurrentState implements AdminMethod {
        @Activate
        public CurrentState() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(LOCAL).pace(BRIEF);
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            BaseVM vm = call.destination();
            GuestStats stats = Resources.of(vm);
            return AdminReply.text(
                    "mem="
                            + stats.memoryKiB()
                            + " mem_static_max="
                            + stats.maxMemoryKiB()
                            + " cputime="
                            + stats.cpuTimeNanos()
                            + " power_state="
                            + vm.powerState().wireName());
        }
    }

    /**
     * The terminal that is a running qube's console. Qubes that are no guests here always run, and
     * have none: the original does not answer that.
     */
    @Component
    @AdminMethodName(name = "admin.vm.Console")
    public static final class Console implements AdminMethod {
        @Activate
        public Console() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).pace(LONG);
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            BaseVM vm = call.destination();
            if (vm.available() && !(vm instanceof QubesVM)) {
                throw new Unanswerable(vm + ", of klass " + vm.klass() + ", has no console here");
            }
            if (!call.qubes().guestState(vm.uuid()).orElse(GuestState.HALTED).active()) {
                throw new QubesVMNotRunningError(
                        "Domain not running (either powered off or paused): "
                                + Repr.quote(vm.name().value()));
            }
            return AdminReply.text(
                    call.qubes()
                            .hypervisor()
                            .console(vm.uuid())
                            .orElseThrow(() -> new QubesVMError(vm + " has no console")));
        }
    }

    private static final Set<String> SHUTDOWN_WORDS = Set.of("force", "wait");

    private static List<String> words(AdminCall call) {
        List<String> words =
                Decoder.parts(call.argument(), '+').stream().map(Decoder::shown).toList();
        if (!SHUTDOWN_WORDS.containsAll(words)) {
            throw new ProtocolError("Argument must match: force, wait");
        }
        return words;
    }

    /** What the klasses that have no guests answer, where they know the operation at all. */
    private static void refuseUnlessGuest(BaseVM vm, String operation) {
        if (vm.available() && !(vm instanceof QubesVM)) {
            throw new QubesVMError("Cannot " + operation + " " + called(vm));
        }
    }

    private static String called(BaseVM vm) {
        return vm.qid() == 0 ? "Dom0 fake domain!" : "a " + vm.klass() + ".";
    }

    /**
     * The domain as one that starts and stops.
     *
     * @throws QubesVMNotAvailableError if its klass is away
     * @throws Unanswerable if its klass knows no such thing; the original does not answer that
     */
    private static QubesVM managed(BaseVM vm) {
        if (vm instanceof QubesVM managed) {
            return managed;
        }
        if (vm.available()) {
            throw new Unanswerable(vm + ", of klass " + vm.klass() + ", does not start or stop");
        }
        throw new QubesVMNotAvailableError(
                vm
                        + ": no installed bundle provides klass "
                        + vm.klass()
                        + "; install it and try again");
    }
}
