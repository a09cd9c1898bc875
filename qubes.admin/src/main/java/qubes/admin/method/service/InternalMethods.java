package qubes.admin.method.service;

import static qubes.core.admin.MethodTraits.Destination.ADMIN_VM;
import static qubes.core.admin.MethodTraits.Pace.LONG;
import static qubes.core.admin.MethodTraits.Scope.GLOBAL;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.AdminSocket;
import qubes.core.admin.MethodTraits;

/** What trusted helpers in dom0 ask for (spec admin-api §15). */
public final class InternalMethods {
    private InternalMethods() {}

    /** What the policy daemon needs to know of all qubes. */
    @Component
    @AdminMethodName(name = "internal.GetSystemInfo")
    public static final class GetSystemInfo implements AdminMethod {
        private final SystemInfo info;

        @Activate
        public GetSystemInfo(@Reference SystemInfo info) {
            this.info = info;
        }

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(GLOBAL).to(ADMIN_VM).on(AdminSocket.INTERNAL);
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            return AdminReply.text(info.text(call.qubes()));
        }
    }

    /** The host is about to sleep. */
    @Component
    @AdminMethodName(name = "internal.SuspendPre")
    public static final class SuspendPre implements AdminMethod {
        private final HostSleep sleep;

        @Activate
        public SuspendPre(@Reference HostSleep sleep) {
            this.sleep = sleep;
        }

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(GLOBAL).to(ADMIN_VM).pace(LONG).on(AdminSocket.INTERNAL);
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            sleep.begin(call.qubes());
            return AdminReply.EMPTY;
        }
    }

    /** The host woke up. */
    @Component
    @AdminMethodName(name = "internal.SuspendPost")
    public static final class SuspendPost implements AdminMethod {
        private final HostSleep sleep;

        @Activate
        public SuspendPost(@Reference HostSleep sleep) {
            this.sleep = sleep;
        }

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(GLOBAL).to(ADMIN_VM).pace(LONG).on(AdminSocket.INTERNAL);
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            sleep.end(call.qubes());
            return AdminReply.EMPTY;
        }
    }
}
