package qubes.admin.method;

import static qubes.core.admin.MethodTraits.Destination.ADMIN_VM;
import static qubes.core.admin.MethodTraits.Presence.OPTIONAL;
import static qubes.core.admin.MethodTraits.Presence.REQUIRED;
import static qubes.core.admin.MethodTraits.Scope.GLOBAL;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.MethodTraits;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;

/** The properties of the system. */
public final class GlobalProperties {
    private GlobalProperties() {}

    /** The names of all properties. */
    @Component
    @AdminMethodName(name = "admin.property.List")
    public static final class List implements AdminMethod {
        @Activate
        public List() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(GLOBAL).to(ADMIN_VM);
        }

        @Override
        public AdminReply call(AdminCall call) {
            return Lines.of(
                    call.permit(),
                    call.qubes().properties(),
                    (Property<?> property) -> property.name());
        }
    }

    /** One property's value. */
    @Component
    @AdminMethodName(name = "admin.property.Get")
    public static final class Get implements AdminMethod {
        @Activate
        public Get() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(GLOBAL).argument(REQUIRED).to(ADMIN_VM);
        }

        @Override
        public AdminReply call(AdminCall call) {
            Property<?> property = PropertyText.named(call.qubes(), call.argument());
            call.permit();
            return AdminReply.text(PropertyText.valueOf(call.qubes(), property));
        }
    }

    /** The values of all properties. */
    @Component
    @AdminMethodName(name = "admin.property.GetAll")
    public static final class GetAll implements AdminMethod {
        @Activate
        public GetAll() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(GLOBAL).to(ADMIN_VM);
        }

        @Override
        public AdminReply call(AdminCall call) {
            PropertyHolder holder = call.qubes();
            return Lines.of(
                    call.permit(),
                    holder.properties(),
                    (Property<?> property) -> PropertyText.lineOf(holder, property));
        }
    }

    /** What one property's value would be if it were not set. */
    @Component
    @AdminMethodName(name = "admin.property.GetDefault")
    public static final class GetDefault implements AdminMethod {
        @Activate
        public GetDefault() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(GLOBAL).argument(REQUIRED).to(ADMIN_VM);
        }

        @Override
        public AdminReply call(AdminCall call) {
            Property<?> property = PropertyText.named(call.qubes(), call.argument());
            call.permit();
            return AdminReply.text(PropertyText.defaultOf(call.qubes(), property));
        }
    }

    /** What one property is for. */
    @Component
    @AdminMethodName(name = "admin.property.Help")
    public static final class Help implements AdminMethod {
        @Activate
        public Help() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(GLOBAL).argument(REQUIRED).to(ADMIN_VM);
        }

        @Override
        public AdminReply call(AdminCall call) {
            Property<?> property = PropertyText.named(call.qubes(), call.argument());
            call.permit();
            return AdminReply.text(PropertyText.help(property));
        }
    }

    /** Sets one property. */
    @Component
    @AdminMethodName(name = "admin.property.Set")
    public static final class Set implements AdminMethod {
        @Activate
        public Set() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(GLOBAL).argument(REQUIRED).payload(OPTIONAL).to(ADMIN_VM);
        }

        @Override
        public AdminReply call(AdminCall call) {
            PropertyText.set(call, call.qubes(), PropertyText.named(call.qubes(), call.argument()));
            return AdminReply.EMPTY;
        }
    }

    /** Puts one property back to its default. */
    @Component
    @AdminMethodName(name = "admin.property.Reset")
    public static final class Reset implements AdminMethod {
        @Activate
        public Reset() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(GLOBAL).argument(REQUIRED).to(ADMIN_VM);
        }

        @Override
        public AdminReply call(AdminCall call) {
            PropertyText.reset(
                    call, call.qubes(), PropertyText.named(call.qubes(), call.argument()));
            return AdminReply.EMPTY;
        }
    }
}
