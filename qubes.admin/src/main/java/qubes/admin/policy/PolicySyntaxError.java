package qubes.admin.policy;

import qubes.core.error.Repr;

/** A policy that cannot be understood; while there is one, nothing is allowed. */
final class PolicySyntaxError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PolicySyntaxError(String where, String what) {
        super(where + ": " + what);
    }

    /**
     * @param text what the policy says, not to be trusted
     */
    PolicySyntaxError(String where, String what, String text) {
        this(where, what + Repr.quote(text));
    }
}
