package qubes.admin.method;

import static qubes.core.admin.MethodTraits.Pace.LONG;
import static qubes.core.admin.MethodTraits.Presence.OPTIONAL;
import static qubes.core.admin.MethodTraits.Scope.GLOBAL;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.Decoder;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.Unanswerable;
import qubes.core.admin.Untrusted;
import qubes.core.error.PermissionDenied;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMNotAvailableError;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DisposableTemplate;
import qubes.core.vm.Disposables;
import qubes.core.vm.QubesVM;

/** Disposables for whoever asks. */
public final class DisposableMethods {
    private static final String DEFAULT_DISPVM = "default_dispvm";

    private DisposableMethods() {}

    /**
     * Makes a disposable of the destination, or of the caller's {@code default_dispvm} where the
     * destination is dom0; or has some started in advance (spec admin-api §8.2).
     */
    @Component
    @AdminMethodName(name = "admin.vm.CreateDisposable")
    public static final class CreateDisposable implements AdminMethod {
        private volatile @Nullable Disposables disposables;

        @Activate
        public CreateDisposable() {}

        @Reference(
                cardinality = ReferenceCardinality.OPTIONAL,
                policy = ReferencePolicy.DYNAMIC,
                policyOption = ReferencePolicyOption.GREEDY)
        void bindDisposables(Disposables arrived) {
            disposables = arrived;
        }

        void unbindDisposables(Disposables left) {
            if (disposables == left) {
                disposables = null;
            }
        }

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(GLOBAL).argument(OPTIONAL).payload(OPTIONAL).pace(LONG);
        }

        @Override
        public AdminReply call(AdminCall call) {
            boolean preload =
                    !isEmptyOr(
                            "preload",
                            call.argument(),
                            () -> new PermissionDenied("Argument not in \"'', 'preload'\""));
            boolean uuid =
                    !isEmptyOr(
                            "uuid",
                            call.payload(),
                            () ->
                                    new ProtocolError(
                                            "Invalid payload, expected empty string or 'uuid'"));
            Optional<BaseVM> asked = template(call);
            call.permit(Map.of("dispvm_template", asked.<Object>map(vm -> vm).orElse(asked)));
            BaseVM template = asked.filter(DisposableTemplate::isOne).orElseThrow(this::refusal);
            if (preload) {
                source().fill(template, "autostart was requested");
                return AdminReply.EMPTY;
            }
            QubesVM made = make(template, call.source());
            return AdminReply.text(uuid ? "uuid:" + made.uuid() : made.name().value());
        }

        private static boolean isEmptyOr(
                String word, Untrusted untrusted, Supplier<? extends RuntimeException> otherwise) {
            Set<String> words = Set.of("", word);
            return Decoder.known(untrusted, text -> Optional.of(text).filter(words::contains))
                    .orElseThrow(otherwise)
                    .isEmpty();
        }

        private static Optional<BaseVM> template(AdminCall call) {
            if (call.destination().qid() != 0) {
                return Optional.of(call.destination());
            }
            if (!call.source().hasProperty(DEFAULT_DISPVM)) {
                throw new Unanswerable(call.source() + " has no " + DEFAULT_DISPVM);
            }
            return call.source().reference(DEFAULT_DISPVM);
        }

        private QubesException refusal() {
            return new QubesException(
                    "Refusing to create disposable out of app qube which has"
                            + " template_for_dispvms=False");
        }

        private QubesVM make(BaseVM template, BaseVM creator) {
            QubesVM made = source().create(template, false).orElseThrow(this::refusal);
            try {
                made.tags().add("created-by-" + creator);
                made.tags().add("disp-created-by-" + creator);
            } catch (RuntimeException e) {
                discard(made, e);
                throw e;
            }
            return made;
        }

        /** Nobody was told its name: it would be there for ever. */
        private static void discard(QubesVM made, RuntimeException cause) {
            try {
                if (made.isHalted()) {
                    made.qubes().remove(made);
                } else {
                    made.kill();
                }
            } catch (RuntimeException e) {
                cause.addSuppressed(e);
            }
        }

        private Disposables source() {
            Disposables known = disposables;
            if (known == null) {
                throw new QubesVMNotAvailableError(
                        "No disposable can be made: no installed bundle makes disposables;"
                                + " install one and try again");
            }
            return known;
        }
    }
}
