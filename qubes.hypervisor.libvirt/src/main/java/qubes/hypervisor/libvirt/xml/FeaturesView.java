package qubes.hypervisor.libvirt.xml;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qubes.hypervisor.libvirt.jinja.Arguments;
import qubes.hypervisor.libvirt.jinja.Callable;
import qubes.hypervisor.libvirt.jinja.Undefined;
import qubes.hypervisor.libvirt.jinja.Visible;
import qubes.hypervisor.libvirt.xml.DomainFacts.Chain;

/**
 * A domain's features in templates. One that is missing, and for which no default is given, is an
 * error.
 */
record FeaturesView(DomainFacts facts) implements Visible {
    @Override
    public @Nullable Object attribute(String name) {
        return switch (name) {
            case "check_with_template" -> check(Chain.TEMPLATE);
            case "check_with_netvm" -> check(Chain.NETVM);
            case "check_with_adminvm" -> check(Chain.ADMINVM);
            case "check_with_template_and_adminvm" -> check(Chain.TEMPLATE_AND_ADMINVM);
            case "get" ->
                    (Callable)
                            arguments ->
                                    facts.feature(arguments.text(0, "key"), Chain.OWN)
                                            .<@Nullable Object>map(value -> value)
                                            .orElse(arguments.get(1, "default", null));
            default -> Undefined.attribute("features", name);
        };
    }

    @Override
    public Object item(Object key) {
        String name = String.valueOf(key);
        Optional<String> value = facts.feature(name, Chain.OWN);
        return value.isPresent() ? value.get() : Undefined.attribute("features", name);
    }

    private Callable check(Chain chain) {
        return arguments -> look(arguments, chain);
    }

    private @Nullable Object look(Arguments arguments, Chain chain) {
        String name = arguments.text(0, "feature");
        Optional<String> value = facts.feature(name, chain);
        if (value.isPresent()) {
            return value.get();
        }
        return arguments.has(1, "default")
                ? arguments.get(1, "default", null)
                : Undefined.attribute("features", name);
    }
}
