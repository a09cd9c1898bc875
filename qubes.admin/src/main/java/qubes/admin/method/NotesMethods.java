package qubes.admin.method;

import static qubes.core.admin.MethodTraits.Destination.NOT_ADMIN_VM;
import static qubes.core.admin.MethodTraits.Pace.BRIEF;
import static qubes.core.admin.MethodTraits.Presence.REQUIRED;
import static qubes.core.admin.MethodTraits.Scope.LOCAL;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.ValueDecoder;

/** The notes on a qube (spec admin-api §6). */
public final class NotesMethods {
    private NotesMethods() {}

    /** The notes as they are. */
    @Component
    @AdminMethodName(name = "admin.vm.notes.Get")
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
            return AdminReply.text(Guests.of(call).notes().read());
        }
    }

    /** Replaces the notes. As in the original, who may not is told so before the text is read. */
    @Component
    @AdminMethodName(name = "admin.vm.notes.Set")
    public static final class Set implements AdminMethod {
        @Activate
        public Set() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).to(NOT_ADMIN_VM).payload(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            String notes = ValueDecoder.notes(call.payload());
            Guests.of(call).notes().write(notes);
            return AdminReply.EMPTY;
        }
    }
}
