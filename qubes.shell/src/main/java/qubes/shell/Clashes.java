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

    /**
     * A service and whose it is; asked for once, for the answer is null as soon as it is gone.
     *
     * @param service what is offered
     * @param bundle who offers it
     */
    private record Offer(ServiceReference<?> service, Bundle bundle) {}

    private final Map<Bundle, List<String>> waiting = new HashMap<>(); // bundle to reasons

    Clashes(BundleContext context) {
        for (Kind kind : KINDS) {
            Map<String, List<Offer>> byName = new HashMap<>();
            for (ServiceReference<?> service : services(context, kind.type())) {
                Bundle bundle = service.getBundle();
                if (bundle != null && service.getProperty(kind.property()) instanceof String name) {
                    byName.computeIfAbsent(name, any -> new ArrayList<>())
                            .add(new Offer(service, bundle));
                }
            }
            byName.forEach((name, offers) -> compare(kind.word() + " " + name, offers));
        }
    }

    private static List<ServiceReference<?>> services(BundleContext context, String type) {
        try {
            ServiceReference<?>[] all = context.getAllServiceReferences(type, null);
            return all == null ? List.of() : List.of(all);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private void compare(String what, List<Offer> offers) {
        offers.sort(Comparator.comparing(Offer::service, Comparator.reverseOrder()));
        String server = String.valueOf(offers.get(0).bundle().getSymbolicName());
        offers.stream()
                .skip(1)
                .map(Offer::bundle)
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
