package qubes.admin.policy;

import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.admin.AdminCall;
import qubes.core.admin.Decoder;
import qubes.core.error.PermissionDenied;
import qubes.core.vm.BaseVM;

/**
 * Asks the policy about a call of a qube before its method runs, whether or not the method asks for
 * permission itself. qrexec has asked the same before: this is for the day on which it did not, so
 * {@code ask} passes and {@code target=} is not needed.
 */
@Component(service = CallCheck.class)
public final class CallCheck {
    private static final Logger log = LoggerFactory.getLogger(CallCheck.class);

    /** What these show is held against the policy item by item (see {@link AdminExtension}). */
    private static final Set<String> FILTERED = Set.of("admin.vm.List", "admin.Events");

    private final LivePolicy policy;

    @Activate
    public CallCheck(@Reference LivePolicy policy) {
        this.policy = policy;
    }

    /**
     * Lets a call of dom0 pass, one whose answer is filtered, and one that the policy lets pass.
     * Looks at files twenty times a second at most.
     *
     * @throws PermissionDenied if the policy denies it, or has no rule for it
     */
    public void permit(AdminCall call) {
        BaseVM source = call.source();
        if (source.qid() == 0
                || (FILTERED.contains(call.method()) && AdminExtension.filters(source))
                || !policy.checksCalls()) {
            return;
        }
        Decision decision =
                policy.policy()
                        .decide(
                                call.method(),
                                "+" + Decoder.shown(call.argument()),
                                Party.of(new LiveSystem.Qube(source)),
                                Party.of(new LiveSystem.Qube(call.destination())),
                                new LiveSystem(call.qubes()));
        if (decision instanceof Decision.Deny denied) {
            log.debug(
                    "{} from {} on {}: {}",
                    call.method(),
                    source,
                    call.destination(),
                    denied.reason());
            throw new PermissionDenied(
                    "The policy does not let "
                            + source
                            + " call "
                            + call.method()
                            + " on "
                            + call.destination());
        }
    }
}
