package qubes.admin.method;

import static qubes.core.admin.MethodTraits.Destination.ADMIN_VM;
import static qubes.core.admin.MethodTraits.Scope.GLOBAL;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminPermission;
import qubes.core.admin.AdminReply;
import qubes.core.admin.MethodTraits;
import qubes.core.state.DomainRecord;
import qubes.core.vm.BaseVM;

/** What there is in the system. */
public final class SystemLists {
    private SystemLists() {}

    /** All qubes, or the one asked about: {@code work class=AppVM state=Halted uuid=…}. */
    @Component
    @AdminMethodName(name = "admin.vm.List")
    public static final class Domains implements AdminMethod {
        private final DomainLines lines = new DomainLines();
        private final DomainList all = new DomainList(lines);

        @Activate
        public Domains() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(GLOBAL);
        }

        @Override
        public AdminReply call(AdminCall call) {
            AdminPermission permission = call.permit();
            AdminReply answer =
                    call.destination().qid() == 0 && !permission.narrows()
                            ? all.of(call.qubes())
                            : Lines.of(
                                    permission,
                                    domainsAt(call),
                                    (BaseVM vm) -> lines.of(vm).text());
            lines.keepAtMost(2 * call.qubes().state().size() + 1);
            return answer;
        }
    }

    /** The kinds of qubes there can be. */
    @Component
    @AdminMethodName(name = "admin.vmclass.List")
    public static final class Klasses implements AdminMethod {
        @Activate
        public Klasses() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(GLOBAL).to(ADMIN_VM);
        }

        @Override
        public AdminReply call(AdminCall call) {
            TreeSet<String> klasses = new TreeSet<>(call.qubes().klasses());
            klasses.add(DomainRecord.ADMIN_KLASS);
            return Lines.of(call.permit(), klasses, (String klass) -> klass);
        }
    }

    /** Those that a list at this destination is about: dom0 stands for all. */
    static Collection<BaseVM> domainsAt(AdminCall call) {
        return call.destination().qid() == 0 ? call.qubes().domains() : List.of(call.destination());
    }
}
