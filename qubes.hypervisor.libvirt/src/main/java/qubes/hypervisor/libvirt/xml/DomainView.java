package qubes.hypervisor.libvirt.xml;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import qubes.hypervisor.libvirt.jinja.Callable;
import qubes.hypervisor.libvirt.jinja.Undefined;
import qubes.hypervisor.libvirt.jinja.Visible;

/** A domain in templates, by the names that templates of Qubes OS use. Read-only. */
record DomainView(DomainFacts facts) implements Visible {
    @Override
    public @Nullable Object attribute(String name) {
        return switch (name) {
            case "name" -> facts.name();
            case "features" -> new FeaturesView(facts);
            case "devices" -> new DevicesView(facts);
            case "app" -> new SystemView(facts);
            case "xid" -> facts.admin() ? 0L : property(name);
            case "dns" -> names(property(name));
            case "netmask" -> property("netvm") == null ? null : "255.255.255.255";
            case "is_running" -> (Callable) arguments -> facts.running();
            case "is_halted" -> (Callable) arguments -> !facts.running();
            case "is_paused" -> (Callable) arguments -> facts.paused();
            default ->
                    facts.hasProperty(name)
                            ? property(name)
                            : Undefined.attribute(facts.name(), name);
        };
    }

    private @Nullable Object property(String name) {
        return shown(facts.hasProperty(name) ? facts.property(name) : null);
    }

    static @Nullable Object shown(@Nullable Object value) {
        return value instanceof DomainFacts domain ? new DomainView(domain) : value;
    }

    /** Clients read the name servers as one text, templates as a list. */
    private static @Nullable Object names(@Nullable Object servers) {
        return servers instanceof String text ? Arrays.asList(text.split(" ")) : servers;
    }

    @Override
    public String toString() {
        return facts.name();
    }
}
