package qubes.admin.method;

import static qubes.core.admin.MethodTraits.Presence.OPTIONAL;
import static qubes.core.admin.MethodTraits.Presence.REQUIRED;
import static qubes.core.admin.MethodTraits.Scope.LOCAL;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.MethodTraits;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;

/** The properties of a qube. */
public final class DomainProperties {
    private DomainProperties() {}

    /** The names of all properties. */
    @Component
    @AdminMethodName(name = "admin.vm.property.List")
    public static final class List implements AdminMethod {
        @Activate
        public List() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(LOCAL);
        }

        @Override
        public AdminReply call(AdminCall call) {
            return Lines.of(
                    call.permit(),
                    call.destination().properties(),
                    (Property<?> property) -> property.name());
        }
    }

    /** One property's value. */
    @Component
    @AdminMethodName(name = "admin.vm.property.Get")
    public static final class Get implements AdminMethod {
        @Activate
        public Get() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(LOCAL).argument(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            Property<?> property = PropertyText.named(call.destination(), call.argument());
            call.permit();
            return AdminReply.text(PropertyText.valueOf(call.destination(), property));
        }
    }

    /** The values of all properties. */
    @Component
    @AdminMethodName(name = "admin.vm.property.GetAll")
    public static final class GetAll implements AdminMethod {
        @Activate
        public GetAll() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(LOCAL);
        }

        @Override
        public AdminReply call(AdminCall call) {
            PropertyHolder holder = call.destination();
            return Lines.of(
                    call.permit(),
                    holder.properties(),
                    (Property<?> property) -> PropertyText.lineOf(holder, property));
        }
    }

    /** What one property's value would be if it were not set. */
    @Component
    @AdminMethodName(name = "admin.vm.property.GetDefault")
    public static final class GetDefault implements AdminMethod {
        @Activate
        public GetDefault() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(LOCAL).argument(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            Property<?> property = PropertyText.named(call.destination(), call.argument());
            call.permit();
            return AdminReply.text(PropertyText.defaultOf(call.destination(), property));
        }
    }

    /** What one property is for. */
    @Component
    @AdminMethodName(name = "admin.vm.property.Help")
    public static final class Help implements AdminMethod {
        @Activate
        public Help() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(LOCAL).argument(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            Property<?> property = PropertyText.named(call.destination(), call.argument());
            call.permit();
            return AdminReply.text(PropertyText.help(property));
        }
    }

    /** Sets one property. */
    @Component
    @AdminMethodName(name = "admin.vm.property.Set")
    public static final class Set implements AdminMethod {
        @Activate
        public Set() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).argument(REQUIRED).payload(OPTIONAL);
        }

        @Override
        public AdminReply call(AdminCall call) {
            PropertyText.set(
                    call,
                    call.destination(),
                    PropertyText.named(call.destination(), call.argument()));
            return AdminReply.EMPTY;
        }
    }

    /** Puts one property back to its default. */
    @Component
    @AdminMethodName(name = "admin.vm.property.Reset")
    public static final class Reset implements AdminMethod {
        @Activate
        public Reset() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).argument(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            PropertyText.reset(
                    call,
                    call.destination(),
                    PropertyText.named(call.destination(), call.argument()));
            return AdminReply.EMPTY;
        }
    }
}
