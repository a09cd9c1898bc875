package qubes.core.event;

import qubes.core.property.PropertyHolder;

/**
 * The rules of a domain's firewall were saved, or are to be published again. Handlers run on the
 * thread that saved and may block; one that throws undoes nothing.
 */
public record FirewallChanged(PropertyHolder subject) implements Event {
    @Override
    public String wireName() {
        return "firewall-changed";
    }
}
