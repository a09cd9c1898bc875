package qubes.admin.method;

import static qubes.core.admin.MethodTraits.Presence.REQUIRED;
import static qubes.core.admin.MethodTraits.Scope.LOCAL;

import java.util.TreeSet;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.NameDecoder;
import qubes.core.error.QubesTagNotFoundError;

/** The tags of a qube. */
public final class TagMethods {
    private TagMethods() {}

    /** All tags, sorted. */
    @Component
    @AdminMethodName(name = "admin.vm.tag.List")
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
                    call.permit(), new TreeSet<>(call.destination().tags()), (String tag) -> tag);
        }
    }

    /** Whether the qube has a tag: {@code 1} or {@code 0}. */
    @Component
    @AdminMethodName(name = "admin.vm.tag.Get")
    public static final class Get implements AdminMethod {
        @Activate
        public Get() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(LOCAL).argument(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            String tag = NameDecoder.tag(call.argument());
            call.permit();
            return AdminReply.text(call.destination().tags().contains(tag) ? "1" : "0");
        }
    }

    /** Adds a tag; one that is there is fine. */
    @Component
    @AdminMethodName(name = "admin.vm.tag.Set")
    public static final class Set implements AdminMethod {
        @Activate
        public Set() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).argument(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            String tag = NameDecoder.tag(call.argument());
            call.permit();
            call.destination().tags().add(tag);
            return AdminReply.EMPTY;
        }
    }

    /** Removes a tag. */
    @Component
    @AdminMethodName(name = "admin.vm.tag.Remove")
    public static final class Remove implements AdminMethod {
        @Activate
        public Remove() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).argument(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            String tag = NameDecoder.tag(call.argument());
            call.permit();
            if (!call.destination().tags().discard(tag)) {
                throw new QubesTagNotFoundError(
                        "Tag not set for domain " + call.destination() + ": " + tag);
            }
            return AdminReply.EMPTY;
        }
    }
}
