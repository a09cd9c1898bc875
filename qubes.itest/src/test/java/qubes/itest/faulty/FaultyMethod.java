package qubes.itest.faulty;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.MethodTraits;

/** A family of methods that answer with nothing. */
@Component
@AdminMethodName(name = "faulty.Call.*")
public final class FaultyMethod implements AdminMethod {
    @Activate
    public FaultyMethod() {}

    @Override
    public MethodTraits traits() {
        Fault.at("method traits");
        return MethodTraits.read(MethodTraits.Scope.LOCAL);
    }

    @Override
    public boolean covers(String variant) {
        Fault.at("covers");
        return true;
    }

    @Override
    public AdminReply call(AdminCall call) {
        call.permit();
        Fault.at("call");
        return AdminReply.text("");
    }
}
