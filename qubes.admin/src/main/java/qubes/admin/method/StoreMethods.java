package qubes.admin.method;

import static qubes.core.admin.MethodTraits.Destination.ADMIN_VM;
import static qubes.core.admin.MethodTraits.Pace.LONG;
import static qubes.core.admin.MethodTraits.Presence.OPTIONAL;
import static qubes.core.admin.MethodTraits.Scope.GLOBAL;

import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.admin.export.CompatibleStore;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.Decoder;
import qubes.core.admin.MethodTraits;
import qubes.core.error.PermissionDenied;
import qubes.core.error.ProtocolError;
import qubes.core.state.SystemState;

/** The store as a whole. None of these methods is the original's, hence their prefix. */
public final class StoreMethods {
    private StoreMethods() {}

    /**
     * The store: without argument as it is, with {@code compatible} as the original can load it.
     * The reply is what was changed for that, one line each, then an empty line, then the store.
     * For dom0 only: it tells everything about everyone.
     */
    @Component
    @AdminMethodName(name = "qubesd.store.Export")
    public static final class Export implements AdminMethod {
        @Activate
        public Export() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(GLOBAL).argument(OPTIONAL).to(ADMIN_VM).pace(LONG);
        }

        @Override
        public AdminReply call(AdminCall call) {
            boolean compatible =
                    Decoder.known(call.argument(), Export::isCompatible)
                            .orElseThrow(
                                    () ->
                                            new ProtocolError(
                                                    "the argument is compatible or none, not "
                                                            + Decoder.quoted(call.argument())));
            call.permit();
            if (call.source().qid() != 0) {
                throw new PermissionDenied("the store is shown to dom0 only");
            }
            SystemState state = call.qubes().state();
            CompatibleStore exported =
                    compatible ? CompatibleStore.of(state) : new CompatibleStore(state, List.of());
            StringBuilder reply = new StringBuilder();
            exported.changes().forEach(change -> reply.append(change).append('\n'));
            return AdminReply.text(
                    reply.append('\n').append(call.qubes().xml(exported.state())).toString());
        }

        private static Optional<Boolean> isCompatible(String form) {
            return switch (form) {
                case "" -> Optional.of(false);
                case "compatible" -> Optional.of(true);
                default -> Optional.empty();
            };
        }
    }
}
