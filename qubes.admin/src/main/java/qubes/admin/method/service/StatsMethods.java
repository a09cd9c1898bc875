package qubes.admin.method.service;

import static qubes.core.admin.MethodTraits.Scope.GLOBAL;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import qubes.admin.StatsHub;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminPermission;
import qubes.core.admin.AdminReply;
import qubes.core.admin.MethodTraits;

/** What qubes use, again and again. */
public final class StatsMethods {
    private StatsMethods() {}

    /**
     * Of all running qubes, or of one, every {@code stats_interval} seconds until the caller hangs
     * up or the one stops (spec admin-api §13).
     */
    @Component
    @AdminMethodName(name = "admin.vm.Stats")
    public static final class Stats implements AdminMethod {
        private final StatsHub hub;

        @Activate
        public Stats(@Reference StatsHub hub) {
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
