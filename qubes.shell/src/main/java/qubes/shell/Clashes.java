package qubes.shell;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * Who offers what another offers already: the better ranked serves, then the older; others wait.
 */
final class Clashes {
    /**
     * One kind of what is offered under a name of its own.
     *
     * @param type of the service
     * @param property that names what it is
     * @param word for people
     */
    private record Kind(String type, String property, String word) {}

    private static final List<Kind> KINDS =
            List.of(
                    new Kind("qubes.core.vm.DomainFactory", "klass", "klass"),
                    new Kind("qubes.core.storage.PoolDriver", "driver", "driver"),
                    new Kind("qubes.core.vm.DeviceClass", "deviceClass", "device class"),
                    new Kind("qubes.core.admin.AdminMethod", "name", "method"));

    private final Map<Bundle, List<String>> waiting = new HashMap<>(); // bundle to reasons

    Clashes(BundleContext context) {
        for (Kind kind : KINDS) {
            Map<String, List<ServiceReference<?>>> byName = new HashMap<>();
            for (ServiceReference<?> offer : offers(context, kind.type())) {
                if (offer.getBundle() != null
                        && offer.getProperty(kind.property()) instanceof String name) {
                    byName.computeIfAbsent(name, any -> new ArrayList<>()).add(offer);
                }
            }
            byName.forEach((name, offers) -> compare(kind.word() + " " + name, offers));
        }
    }

    private static List<ServiceReference<?>> offers(BundleContext context, String type) {
        try {
            ServiceReference<?>[] all = context.getAllServiceReferences(type, null);
            return all == null ? List.of() : List.of(all);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private void compare(String what, List<ServiceReference<?>> offers) {
        offers.sort(Comparator.reverseOrder());
        String server = String.valueOf(offers.get(0).getBundle().getSymbolicName());
        offers.stream()
                .skip(1)
                .map(ServiceReference::getBundle)
                .forEach(
                        bundle ->
                                waiting.computeIfAbsent(bundle, any -> new ArrayList<>())
                                        .add(what + " waits: " + server + " provides it"));
    }

    /** Why what a bundle offers is not used, where another's is. */
    List<String> of(Bundle bundle) {
        return waiting.getOrDefault(bundle, List.of());
    }
}
