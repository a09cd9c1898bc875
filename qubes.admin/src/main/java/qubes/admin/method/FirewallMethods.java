package qubes.admin.method;

import static qubes.core.admin.MethodTraits.Destination.NOT_ADMIN_VM;
import static qubes.core.admin.MethodTraits.Pace.BRIEF;
import static qubes.core.admin.MethodTraits.Presence.REQUIRED;
import static qubes.core.admin.MethodTraits.Scope.LOCAL;

import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.ValueDecoder;
import qubes.core.event.FirewallChanged;
import qubes.core.firewall.Rule;
import qubes.core.vm.QubesVM;

/** The firewall of a qube (spec admin-api §12). */
public final class FirewallMethods {
    private FirewallMethods() {}

    /** The rules that hold now, a line each. */
    @Component
    @AdminMethodName(name = "admin.vm.firewall.Get")
    public static final class Get implements AdminMethod {
        @Activate
        public Get() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(LOCAL).to(NOT_ADMIN_VM).pace(BRIEF);
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            return AdminReply.text(Guests.of(call).firewall().apiText());
        }
    }

    /** Replaces all rules. */
    @Component
    @AdminMethodName(name = "admin.vm.firewall.Set")
    public static final class Set implements AdminMethod {
        @Activate
        public Set() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).to(NOT_ADMIN_VM).payload(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            List<Rule> rules = ValueDecoder.firewallRules(call.payload());
            call.permit(Map.of("rules", rules));
            Guests.of(call).firewall().replace(rules);
            return AdminReply.EMPTY;
        }
    }

    /** Has the rules published again. */
    @Component
    @AdminMethodName(name = "admin.vm.firewall.Reload")
    public static final class Reload implements AdminMethod {
        @Activate
        public Reload() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).to(NOT_ADMIN_VM);
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            QubesVM vm = Guests.of(call);
            vm.fire(new FirewallChanged(vm));
            return AdminReply.EMPTY;
        }
    }
}
