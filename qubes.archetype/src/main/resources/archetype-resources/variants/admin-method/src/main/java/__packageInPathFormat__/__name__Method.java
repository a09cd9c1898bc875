package ${package};

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.Decoder;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.MethodTraits.Presence;
import qubes.core.admin.MethodTraits.Scope;
import qubes.core.error.ProtocolError;

/**
 * Method {@code ${artifactId}.Greet} of the Admin API: greets the qube that it is called for, with
 * the word that is its argument. Many calls run at the same time; between them it holds no state.
 */
@Component
@AdminMethodName(name = ${name}Method.NAME)
public final class ${name}Method implements AdminMethod {
    /** The name on the wire. */
    static final String NAME = "${artifactId}.Greet";

    /** Called by Declarative Services when the bundle starts. */
    @Activate
    public ${name}Method() {}

    /**
     * What a caller may send; calls that do not fit are refused before {@link #call}. A read of
     * memory, for any qube, with an argument and no payload.
     */
    @Override
    public MethodTraits traits() {
        return MethodTraits.read(Scope.LOCAL).argument(Presence.REQUIRED);
    }

    /**
     * Always in this order: decode what was sent, ask whether the caller may, then look and act.
     * What was sent is {@code Untrusted}: only a decoder sees it, and gives a value or an error.
     */
    @Override
    public AdminReply call(AdminCall call) {
        String word = Decoder.ascii(call.argument(), () -> new ProtocolError("A word is ASCII"));
        if (!word.matches("[a-z]{1,20}")) {
            throw new ProtocolError("A word has 1 to 20 letters a to z");
        }
        call.permit();
        return AdminReply.text(word + ", " + call.destination().name());
    }
}
