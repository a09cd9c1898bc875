package qubes.admin.policy;

/** A call that a policy does not let through; says why. */
final class AccessDenied extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean told;

    AccessDenied(String reason, boolean told) {
        super(reason);
        this.told = told;
    }

    AccessDenied(Decision.Deny decision) {
        this(decision.reason(), decision.told());
    }

    /** Whether the user is told. */
    boolean told() {
        return told;
    }
}
