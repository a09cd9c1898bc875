package qubes.itest.greeter;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.MethodTraits;

/** Answers with the greeting of the domain that is asked. */
@Component
@AdminMethodName(name = "greeter.Greet")
public final class GreetMethod implements AdminMethod {
    @Activate
    public GreetMethod() {}

    @Override
    public MethodTraits traits() {
        return MethodTraits.read(MethodTraits.Scope.LOCAL);
    }

    @Override
    public AdminReply call(AdminCall call) {
        call.permit();
        return AdminReply.text(call.destination().get(GreeterVM.GREETING));
    }
}
