package qubes.admin;

import static org.osgi.service.component.annotations.ReferenceCardinality.MULTIPLE;
import static org.osgi.service.component.annotations.ReferencePolicy.DYNAMIC;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.admin.AdminMethod;

/**
 * The methods there are now. Looking one up takes no lock. Not there before all methods of this
 * bundle are, so that no early caller is told that {@code admin.vm.List} does not exist.
 */
@Component(service = Methods.class, property = "method.cardinality.minimum:Integer=" + Methods.OWN)
public final class Methods {
    /** How many methods, and families of them, this bundle brings. */
    static final int OWN = 100;

    private static final Logger log = LoggerFactory.getLogger(Methods.class);
    private static final String NAME = "name";

    /**
     * A method found.
     *
     * @param variant which member of a family; empty for a method of its own
     */
    record Found(Served method, String variant) {}

    /** Names that begin and end like this, with something in between. */
    private record Family(String begin, String end) {
        static Family of(String pattern) {
            int star = pattern.indexOf('*');
            return new Family(pattern.substring(0, star), pattern.substring(star + 1));
        }

        Optional<String> variant(String name) {
            boolean member =
                    name.length() > begin.length() + end.length()
                            && name.startsWith(begin)
                            && name.endsWith(end);
            return member
                    ? Optional.of(name.substring(begin.length(), name.length() - end.length()))
                    : Optional.empty();
        }
    }

    private final List<Served> registrations = new ArrayList<>(); // in the order they came
    private volatile Map<String, Served> single = Map.of(); // name to method
    private volatile Map<Family, Served> families = Map.of(); // pattern to method

    @Activate
    public Methods() {}

    @Reference(name = "method", cardinality = MULTIPLE, policy = DYNAMIC)
    synchronized void bindMethod(AdminMethod method, Map<String, Object> properties) {
        String name = nameOf(method, properties);
        if (registrations.stream().anyMatch(other -> other.name().equals(name))) {
            log.warn(
                    "Method {} is there already; that of {} waits",
                    name,
                    method.getClass().getName());
        }
        registrations.add(new Served(name, method));
        publish();
        log.debug("Method {} available", name);
    }

    synchronized void unbindMethod(AdminMethod method) {
        registrations.removeIf(registration -> registration.method() == method);
        publish();
    }

    /** The method of that name. */
    Optional<Found> find(String name) {
        Served method = single.get(name);
        if (method != null) {
            return Optional.of(new Found(method, ""));
        }
        for (Map.Entry<Family, Served> family : families.entrySet()) {
            Optional<String> variant = family.getKey().variant(name);
            if (variant.isPresent() && family.getValue().method().covers(variant.get())) {
                return Optional.of(new Found(family.getValue(), variant.get()));
            }
        }
        return Optional.empty();
    }

    private static String nameOf(AdminMethod method, Map<String, Object> properties) {
        if (properties.get(NAME) instanceof String name && !name.isEmpty()) {
            return name;
        }
        throw new IllegalArgumentException(
                "an AdminMethod service needs the property name: " + method.getClass().getName());
    }

    /** Who came first keeps a name that two claim, for as long as it stays. */
    private void publish() {
        Map<String, Served> named = new HashMap<>();
        Map<Family, Served> wild = new LinkedHashMap<>();
        for (Served registration : registrations) {
            if (registration.name().indexOf('*') < 0) {
                named.putIfAbsent(registration.name(), registration);
            } else {
                wild.putIfAbsent(Family.of(registration.name()), registration);
            }
        }
        single = named;
        families = wild;
    }
}
