package qubes.admin.method;

import static qubes.core.admin.MethodTraits.Destination.ADMIN_VM;
import static qubes.core.admin.MethodTraits.Presence.REQUIRED;
import static qubes.core.admin.MethodTraits.Scope.GLOBAL;

import java.util.Map;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.NameDecoder;
import qubes.core.admin.ValueDecoder;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesLabelInUseError;
import qubes.core.error.QubesLabelNotFoundError;
import qubes.core.error.Repr;
import qubes.core.value.Label;
import qubes.core.vm.Labels;

/** The labels of the system. */
public final class LabelMethods {
    private LabelMethods() {}

    /** The names of all labels, by index. */
    @Component
    @AdminMethodName(name = "admin.label.List")
    public static final class List implements AdminMethod {
        @Activate
        public List() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(GLOBAL).to(ADMIN_VM);
        }

        @Override
        public AdminReply call(AdminCall call) {
            return Lines.of(call.permit(), call.qubes().labels().list(), Label::name);
        }
    }

    /** One label's colour. */
    @Component
    @AdminMethodName(name = "admin.label.Get")
    public static final class Get implements AdminMethod {
        @Activate
        public Get() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(GLOBAL).argument(REQUIRED).to(ADMIN_VM);
        }

        @Override
        public AdminReply call(AdminCall call) {
            Label label = named(call);
            call.permit();
            return AdminReply.text(label.color());
        }
    }

    /** One label's index. */
    @Component
    @AdminMethodName(name = "admin.label.Index")
    public static final class Index implements AdminMethod {
        @Activate
        public Index() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(GLOBAL).argument(REQUIRED).to(ADMIN_VM);
        }

        @Override
        public AdminReply call(AdminCall call) {
            Label label = named(call);
            call.permit();
            return AdminReply.text(Integer.toString(label.index()));
        }
    }

    /** Adds a label. */
    @Component
    @AdminMethodName(name = "admin.label.Create")
    public static final class Create implements AdminMethod {
        @Activate
        public Create() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(GLOBAL).argument(REQUIRED).payload(REQUIRED).to(ADMIN_VM);
        }

        @Override
        public AdminReply call(AdminCall call) {
            String name = NameDecoder.labelNameNoIndex(call.argument());
            String color = ValueDecoder.labelColor(call.payload());
            call.permit(Map.of("color", color));
            if (call.qubes().labels().find(name).isPresent()) {
                throw new QubesLabelInUseError("Label is still in use: " + Repr.quote(name));
            }
            call.qubes().labels().add(name, color);
            return AdminReply.EMPTY;
        }
    }

    /** Removes a label that is not built in. */
    @Component
    @AdminMethodName(name = "admin.label.Remove")
    public static final class Remove implements AdminMethod {
        @Activate
        public Remove() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(GLOBAL).argument(REQUIRED).to(ADMIN_VM);
        }

        @Override
        public AdminReply call(AdminCall call) {
            Label label = named(call);
            call.permit(Map.of("label", label));
            if (label.index() <= Label.LAST_BUILT_IN) {
                throw new ProtocolError("Can only remove custom labels");
            }
            call.qubes().labels().remove(label);
            return AdminReply.EMPTY;
        }
    }

    private static final Pattern INDEX = Pattern.compile("[0-9]{1,9}");

    /** By its name or, if none is called that, by its index. */
    private static Label named(AdminCall call) {
        String name = NameDecoder.labelName(call.argument());
        Labels labels = call.qubes().labels();
        return labels.find(name)
                .or(
                        () ->
                                labels.list().stream()
                                        .filter(
                                                label ->
                                                        INDEX.matcher(name).matches()
                                                                && label.index()
                                                                        == Integer.parseInt(name))
                                        .findFirst())
                .orElseThrow(() -> new QubesLabelNotFoundError(name));
    }
}
