package qubes.admin.method;

import qubes.core.admin.AdminCall;
import qubes.core.admin.Unanswerable;
import qubes.core.error.QubesVMNotAvailableError;
import qubes.core.vm.BaseVM;
import qubes.core.vm.QubesVM;

/** The destinations that are domains with a life, a firewall and notes of their own. */
final class Guests {
    private Guests() {}

    /**
     * The destination as such a domain.
     *
     * @throws QubesVMNotAvailableError if its klass is away
     * @throws Unanswerable if its klass has no such thing; the original does not answer that
     */
    static QubesVM of(AdminCall call) {
        BaseVM vm = call.destination();
        if (vm instanceof QubesVM guest) {
            return guest;
        }
        if (vm.available()) {
            throw new Unanswerable(
                    call.method() + " is nothing for " + vm + ", of klass " + vm.klass());
        }
        throw new QubesVMNotAvailableError(
                vm
                        + ": no installed bundle provides klass "
                        + vm.klass()
                        + "; install it and try again");
    }
}
