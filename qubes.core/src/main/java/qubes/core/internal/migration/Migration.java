package qubes.core.internal.migration;

import qubes.core.state.DomainRecord;
import qubes.core.state.SystemState;

/** One rule that says what older stores say differently as it is said today. */
interface Migration {
    /** What such a rule does to one domain. */
    interface OfDomain {
        /**
         * @return the domain as it is to be; the same object if the rule does not concern it
         */
        DomainRecord apply(DomainRecord domain, SystemState all, Notes notes);
    }

    /**
     * Applies the rule; a state that it does not concern stays as it is. Does no I/O.
     *
     * @return a state with the same domains
     */
    SystemState apply(SystemState state, Notes notes);

    /**
     * A rule for each domain: dom0, then by name. Each sees what the rule did to those before it.
     */
    @SuppressWarnings("ReferenceEquality") // a rule that does nothing says so by the same object
    static Migration ofEachDomain(OfDomain rule) {
        return (state, notes) -> {
            SystemState now = state;
            for (DomainRecord domain : state.domains()) {
                DomainRecord changed = rule.apply(domain, now, notes);
                if (changed != domain) {
                    now = now.withChanged(changed);
                }
            }
            return now;
        };
    }
}
