package qubes.admin.policy;

/** A policy that cannot be understood; while there is one, nothing is allowed. */
final class PolicySyntaxError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PolicySyntaxError(String where, String what) {
        super(where + ": " + what);
    }
}
