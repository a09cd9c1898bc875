package qubes.admin.method;

import static qubes.core.admin.MethodTraits.Presence.OPTIONAL;
import static qubes.core.admin.MethodTraits.Presence.REQUIRED;
import static qubes.core.admin.MethodTraits.Scope.LOCAL;

import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.Decoder;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.NameDecoder;
import qubes.core.admin.ValueDecoder;
import qubes.core.error.QubesFeatureNotFoundError;

/** The features of a qube. */
public final class FeatureMethods {
    private FeatureMethods() {}

    /** The names of all features, in the order they were set. */
    @Component
    @AdminMethodName(name = "admin.vm.feature.List")
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
                    call.destination().features().keySet(),
                    (String feature) -> feature);
        }
    }

    /** One feature's value. */
    @Component
    @AdminMethodName(name = "admin.vm.feature.Get")
    public static final class Get implements AdminMethod {
        @Activate
        public Get() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(LOCAL).argument(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            return found(
                    call,
                    Decoder.known(
                            call.argument(),
                            name -> Optional.ofNullable(call.destination().features().get(name))));
        }
    }

    /** The value of the qube, or else of its templates, nearest first. */
    @Component
    @AdminMethodName(name = "admin.vm.feature.CheckWithTemplate")
    public static final class CheckWithTemplate implements AdminMethod {
        @Activate
        public CheckWithTemplate() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(LOCAL).argument(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            return found(
                    call,
                    Decoder.known(
                            call.argument(), call.destination().features()::findWithTemplate));
        }
    }

    /** The value of the qube, or else of those that give it network, nearest first. */
    @Component
    @AdminMethodName(name = "admin.vm.feature.CheckWithNetvm")
    public static final class CheckWithNetvm implements AdminMethod {
        @Activate
        public CheckWithNetvm() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(LOCAL).argument(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            return found(
                    call,
                    Decoder.known(call.argument(), call.destination().features()::findWithNetvm));
        }
    }

    /** The value of the qube, or else dom0's. */
    @Component
    @AdminMethodName(name = "admin.vm.feature.CheckWithAdminVM")
    public static final class CheckWithAdminVM implements AdminMethod {
        @Activate
        public CheckWithAdminVM() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(LOCAL).argument(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            return found(
                    call,
                    Decoder.known(call.argument(), call.destination().features()::findWithAdminvm));
        }
    }

    /** The value of the qube, or else of its templates, or else dom0's. */
    @Component
    @AdminMethodName(name = "admin.vm.feature.CheckWithTemplateAndAdminVM")
    public static final class CheckWithTemplateAndAdminVM implements AdminMethod {
        @Activate
        public CheckWithTemplateAndAdminVM() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(LOCAL).argument(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            return found(
                    call,
                    Decoder.known(
                            call.argument(),
                            call.destination().features()::findWithTemplateAndAdminvm));
        }
    }

    /** Sets one feature; empty means false. */
    @Component
    @AdminMethodName(name = "admin.vm.feature.Set")
    public static final class Set implements AdminMethod {
        @Activate
        public Set() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).argument(REQUIRED).payload(OPTIONAL);
        }

        @Override
        public AdminReply call(AdminCall call) {
            String value = ValueDecoder.featureValue(call.argument(), call.payload());
            String feature = NameDecoder.featureName(call.argument());
            call.permit(Map.of("value", value));
            call.destination().features().set(feature, value);
            return AdminReply.EMPTY;
        }
    }

    /** Removes one feature. */
    @Component
    @AdminMethodName(name = "admin.vm.feature.Remove")
    public static final class Remove implements AdminMethod {
        @Activate
        public Remove() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).argument(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            try {
                call.destination().features().delete(Decoder.shown(call.argument()));
            } catch (NoSuchElementException e) {
                throw notFound(call);
            }
            return AdminReply.EMPTY;
        }
    }

    private static AdminReply found(AdminCall call, Optional<String> value) {
        return AdminReply.text(value.orElseThrow(() -> notFound(call)));
    }

    /** Names the qube that was asked about, wherever was looked. */
    private static QubesFeatureNotFoundError notFound(AdminCall call) {
        return new QubesFeatureNotFoundError(
                "Feature not set for domain "
                        + call.destination()
                        + ": "
                        + Decoder.shown(call.argument()));
    }
}
