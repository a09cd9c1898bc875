package qubes.core.event;

import java.util.Map;
import qubes.core.property.PropertyHolder;

/** The events of the application's collections: which domains and pools there are. */
public final class Membership {
    private Membership() {}

    /** A domain was added. */
    public record DomainAdd(PropertyHolder subject, PropertyHolder vm) implements Event {
        @Override
        public String wireName() {
            return "domain-add";
        }

        @Override
        public Map<String, Object> arguments() {
            return Map.of("vm", vm);
        }
    }

    /** A domain is about to be removed; a handler may refuse. */
    public record DomainPreDelete(PropertyHolder subject, PropertyHolder vm) implements PreEvent {
        @Override
        public String wireName() {
            return "domain-pre-delete";
        }

        @Override
        public Map<String, Object> arguments() {
            return Map.of("vm", vm);
        }
    }

    /** A domain was removed. */
    public record DomainDelete(PropertyHolder subject, PropertyHolder vm) implements Event {
        @Override
        public String wireName() {
            return "domain-delete";
        }

        @Override
        public Map<String, Object> arguments() {
            return Map.of("vm", vm);
        }
    }

    /** A storage pool was added. */
    public record PoolAdd(PropertyHolder subject, String pool) implements Event {
        @Override
        public String wireName() {
            return "pool-add";
        }

        @Override
        public Map<String, Object> arguments() {
            return Map.of("pool", pool);
        }
    }

    /** A storage pool is about to be removed; a handler may refuse. */
    public record PoolPreDelete(PropertyHolder subject, String pool) implements PreEvent {
        @Override
        public String wireName() {
            return "pool-pre-delete";
        }

        @Override
        public Map<String, Object> arguments() {
            return Map.of("pool", pool);
        }
    }

    /** A storage pool was removed. */
    public record PoolDelete(PropertyHolder subject, String pool) implements Event {
        @Override
        public String wireName() {
            return "pool-delete";
        }

        @Override
        public Map<String, Object> arguments() {
            return Map.of("pool", pool);
        }
    }
}
