package qubes.admin.method;

import static qubes.core.admin.MethodTraits.Pace.BRIEF;
import static qubes.core.admin.MethodTraits.Presence.OPTIONAL;
import static qubes.core.admin.MethodTraits.Scope.GLOBAL;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminPermission;
import qubes.core.admin.AdminReply;
import qubes.core.admin.Decoder;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.Untrusted;
import qubes.core.error.PermissionDenied;
import qubes.core.property.Property;
import qubes.core.vm.BaseVM;

/** Everything that a list of qubes shows, in one call. Not the original's, hence the prefix. */
public final class Listing {
    private Listing() {}

    /**
     * All qubes, or the one asked about, as {@code admin.vm.List} tells them, each followed by the
     * lines of its {@code admin.vm.property.GetAll}, which begin with a blank here. The payload
     * names the properties wanted, one a line, and their order; a qube that has no such property
     * has no such line. Without payload it is all of them.
     *
     * <p>Shows what those two methods would show the same caller: both are asked for permission
     * besides this one, the second for each qube; a qube whose properties may not be read has none.
     */
    @Component
    @AdminMethodName(name = "qubesd.vm.property.GetAll")
    public static final class DomainsAndProperties implements AdminMethod {
        /** Of ten thousand qubes the answer takes 20 MB: only so many at a time. */
        private final Semaphore turns = new Semaphore(2);

        private final DomainLines lines = new DomainLines();

        @Activate
        public DomainsAndProperties() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(GLOBAL).payload(OPTIONAL).pace(BRIEF);
        }

        @Override
        public AdminReply call(AdminCall call) {
            List<String> wanted =
                    Decoder.parts(call.payload(), '\n').stream()
                            .filter(name -> !name.isEmpty())
                            .map(Decoder::shown)
                            .toList();
            call.permit();
            AdminPermission list = as(call, "admin.vm.List", call.destination()).permit();
            turns.acquireUninterruptibly();
            try {
                return AdminReply.text(text(call, wanted, list));
            } finally {
                turns.release();
            }
        }

        private String text(AdminCall call, List<String> wanted, AdminPermission list) {
            StringBuilder text = new StringBuilder();
            for (BaseVM vm : SystemLists.domainsAt(call)) {
                if (list.admits(vm)) {
                    text.append(lines.of(vm).text()).append('\n');
                    readable(call, vm)
                            .ifPresent(permission -> append(text, vm, wanted, permission));
                }
            }
            lines.keepAtMost(2 * call.qubes().state().size() + 1);
            return text.toString();
        }

        /** Absent if the caller may not read the qube's properties. */
        private static Optional<AdminPermission> readable(AdminCall call, BaseVM vm) {
            try {
                return Optional.of(as(call, "admin.vm.property.GetAll", vm).permit());
            } catch (PermissionDenied e) {
                return Optional.empty();
            }
        }

        private static AdminCall as(AdminCall call, String method, BaseVM destination) {
            Untrusted nothing = Untrusted.copyOf(new byte[0], 0, 0);
            return new AdminCall(method, "", call.source(), destination, nothing, nothing);
        }

        private static void append(
                StringBuilder text, BaseVM vm, List<String> wanted, AdminPermission permission) {
            for (Property<?> property : wanted.isEmpty() ? vm.properties() : found(vm, wanted)) {
                if (permission.admits(property)) {
                    text.append(' ').append(PropertyText.lineOf(vm, property)).append('\n');
                }
            }
        }

        private static Iterable<Property<?>> found(BaseVM vm, List<String> wanted) {
            List<Property<?>> found = new ArrayList<>(wanted.size());
            for (String name : wanted) {
                Optional<Property<?>> property = vm.properties().find(name);
                property.ifPresent(found::add);
            }
            return found;
        }
    }
}
