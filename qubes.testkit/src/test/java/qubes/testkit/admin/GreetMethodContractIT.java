package qubes.testkit.admin;

import org.junit.jupiter.api.DisplayName;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.Decoder;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.MethodTraits.Presence;
import qubes.core.admin.MethodTraits.Scope;
import qubes.core.error.ProtocolError;
import qubes.core.vm.Qubes;

@DisplayName("a method that greets")
class GreetMethodContractIT implements AdminMethodContract {
    @Override
    public AdminMethod method(Qubes qubes) {
        return new Greet();
    }

    @Override
    public SampleCall sample(Qubes qubes) {
        return SampleCall.to(WORK).argument("hello").payload("reader");
    }

    @AdminMethodName(name = "acme.Greet")
    static final class Greet implements AdminMethod {
        @Override
        public MethodTraits traits() {
            return MethodTraits.read(Scope.LOCAL)
                    .argument(Presence.REQUIRED)
                    .payload(Presence.OPTIONAL);
        }

        @Override
        public AdminReply call(AdminCall call) {
            String word = Decoder.ascii(call.argument(), () -> new ProtocolError("no word"));
            String whom = Decoder.ascii(call.payload(), () -> new ProtocolError("no name"));
            call.permit();
            return AdminReply.text(word + ", " + whom + " of " + call.destination());
        }
    }
}
