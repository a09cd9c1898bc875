package qubes.admin.method;

import static qubes.core.admin.MethodTraits.Destination.ADMIN_VM;
import static qubes.core.admin.MethodTraits.Presence.OPTIONAL;
import static qubes.core.admin.MethodTraits.Scope.GLOBAL;
import static qubes.core.admin.MethodTraits.Scope.LOCAL;

import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminPermission;
import qubes.core.admin.AdminReply;
import qubes.core.admin.MethodTraits;
import qubes.core.error.QubesException;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;

/**
 * Where the values of properties come from, in words; beyond what the original offers. With a
 * property's name, its origin; without, a line {@code NAME ORIGIN} for each that has a value.
 */
public final class PropertyOrigins {
    private PropertyOrigins() {}

    /** Of a qube. */
    @Component
    @AdminMethodName(name = "qubesd.vm.property.Explain")
    public static final class OfDomain implements AdminMethod {
        @Activate
        public OfDomain() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(LOCAL).argument(OPTIONAL);
        }

        @Override
        public AdminReply call(AdminCall call) {
            return explain(call, call.destination());
        }
    }

    /** Of the system. */
    @Component
    @AdminMethodName(name = "qubesd.property.Explain")
    public static final class OfSystem implements AdminMethod {
        @Activate
        public OfSystem() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(GLOBAL).argument(OPTIONAL).to(ADMIN_VM);
        }

        @Override
        public AdminReply call(AdminCall call) {
            return explain(call, call.qubes());
        }
    }

    private static AdminReply explain(AdminCall call, PropertyHolder holder) {
        if (!call.argument().isEmpty()) {
            Property<?> property = PropertyText.named(holder, call.argument());
            call.permit();
            return AdminReply.text(holder.origin(property).orElse(""));
        }
        AdminPermission permission = call.permit();
        StringBuilder lines = new StringBuilder();
        for (Property<?> property : holder.properties()) {
            if (permission.admits(property)) {
                origin(holder, property)
                        .ifPresent(
                                origin ->
                                        lines.append(property.name())
                                                .append(' ')
                                                .append(origin)
                                                .append('\n'));
            }
        }
        return AdminReply.text(lines.toString());
    }

    /** A property that cannot be read now must not hide the others. */
    private static Optional<String> origin(PropertyHolder holder, Property<?> property) {
        try {
            return holder.origin(property);
        } catch (QubesException e) {
            return Optional.empty();
        }
    }
}
