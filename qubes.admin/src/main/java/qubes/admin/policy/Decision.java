package qubes.admin.policy;

import java.util.NavigableSet;
import java.util.Optional;

/** What a policy says to a call (spec policy.md §3). */
sealed interface Decision {
    /**
     * The call may be made.
     *
     * @param target the qube it goes to, or the disposable to be made for it
     * @param qube the qube, or the template of the disposable
     */
    record Allow(Rule rule, Token target, KnownQube qube) implements Decision {}

    /**
     * The user is to choose.
     *
     * @param choices what may be chosen, by text; at least one
     * @param suggested the one to be offered first
     */
    record Ask(Rule rule, NavigableSet<String> choices, Optional<String> suggested)
            implements Decision {}

    /**
     * The call may not be made.
     *
     * @param reason for the log and for the user
     * @param told whether the user is told
     */
    record Deny(String reason, boolean told) implements Decision {}
}
