package qubes.admin.method;

import static qubes.core.admin.MethodTraits.Scope.GLOBAL;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import qubes.admin.EventHub;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminPermission;
import qubes.core.admin.AdminReply;
import qubes.core.admin.MethodTraits;

/** What happens, as it happens. */
public final class EventMethods {
    private EventMethods() {}

    /** The events of the system, or of one qube, until the caller hangs up. */
    @Component
    @AdminMethodName(name = "admin.Events")
    public static final class Events implements AdminMethod {
        private final EventHub hub;

        @Activate
        public Events(@Reference EventHub hub) {
            this.hub = hub;
        }

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(GLOBAL);
        }

        @Override
        public AdminReply call(AdminCall call) {
            AdminPermission permission = call.permit();
            return AdminReply.stream(sink -> hub.subscribe(call.destination(), permission, sink));
        }
    }
}
