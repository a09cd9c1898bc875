package qubes.ext.features;

import org.jspecify.annotations.Nullable;
import qubes.core.vm.BaseVM;

/** What the handlers of a request have in common. */
final class Requests {
    private Requests() {}

    /** True, and said in the log, if the qube's system is its template's: that one has the say. */
    static boolean refuseFromTemplateBased(BaseVM vm, String what) {
        boolean based = vm.template().isPresent();
        if (based) {
            vm.log().warn("{}: ignoring its {}: those of its template count", vm, what);
        }
        return based;
    }

    static boolean isFlag(@Nullable String value) {
        return "0".equals(value) || "1".equals(value);
    }
}
