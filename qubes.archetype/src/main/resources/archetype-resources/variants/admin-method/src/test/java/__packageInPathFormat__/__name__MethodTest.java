package ${package};

import org.junit.jupiter.api.DisplayName;
import qubes.core.admin.AdminMethod;
import qubes.core.vm.Qubes;
import qubes.testkit.admin.AdminMethodContract;
import qubes.testkit.admin.SampleCall;

/** What every method owes its callers: the tests are those of the contract. */
@DisplayName(${name}Method.NAME)
class ${name}MethodTest implements AdminMethodContract {
    @Override
    public AdminMethod method(Qubes qubes) {
        return new ${name}Method();
    }

    /** A call that is answered well; WORK is a qube of the contract's system. */
    @Override
    public SampleCall sample(Qubes qubes) {
        return SampleCall.to(WORK).argument("hello");
    }
}
