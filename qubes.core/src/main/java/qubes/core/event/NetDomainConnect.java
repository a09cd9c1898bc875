package qubes.core.event;

import java.util.Map;
import qubes.core.property.PropertyHolder;

/**
 * A running domain gets its network from {@code subject} from now on (spec events.md §2.3).
 *
 * @param vm the running domain
 */
public record NetDomainConnect(PropertyHolder subject, PropertyHolder vm) implements Event {
    @Override
    public String wireName() {
        return "net-domain-connect";
    }

    @Override
    public Map<String, Object> arguments() {
        return Map.of("vm", vm);
    }
}
