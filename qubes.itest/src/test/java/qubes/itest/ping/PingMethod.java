package qubes.itest.ping;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.MethodTraits.Destination;
import qubes.core.admin.MethodTraits.Scope;

/** Answers {@code pong} in the name of any domain but dom0. */
@Component
@AdminMethodName(name = "admin.vm.example.Ping")
public final class PingMethod implements AdminMethod {
    @Activate
    public PingMethod() {}

    @Override
    public MethodTraits traits() {
        return MethodTraits.read(Scope.LOCAL).to(Destination.NOT_ADMIN_VM);
    }

    @Override
    public AdminReply call(AdminCall call) {
        call.permit();
        return AdminReply.text("pong from " + call.destination());
    }
}
