package qubes.admin;

import static org.osgi.service.component.annotations.ReferenceCardinality.MULTIPLE;
import static org.osgi.service.component.annotations.ReferencePolicy.DYNAMIC;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.admin.AdminMethod;
import qubes.core.plugin.Plugins;

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
    private static final String RANKING = "service.ranking"; // as the framework calls it

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

    private final List<Served> registrations = new ArrayList<>(); // best first, then oldest
    private volatile Map<String, Served> single = Map.of(); // name to method
    private volatile Map<Family, Served> families = Map.of(); // pattern to method

    private final Plugins plugins;

    /**
     * @param plugins told of methods that cannot be served
     */
    @Activate
    public Methods(@Reference Plugins plugins) {
        this.plugins = plugins;
    }

    /** One that cannot even say what it is is left out. */
    @Reference(name = "method", cardinality = MULTIPLE, policy = DYNAMIC)
    void bindMethod(AdminMethod method, Map<String, Object> properties) {
        try {
            add(method, properties);
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            plugins.failed(method.getClass(), "arrival of a method", e);
        }
    }

    private synchronized void add(AdminMethod method, Map<String, Object> properties) {
        String name = nameOf(method, properties);
        int ranking = properties.get(RANKING) instanceof Integer wanted ? wanted : 0;
        Served added = new Served(name, method, ranking);
        Optional<Served> other = first(served -> served.name().equals(name));
        registrations.add(added);
        registrations.sort(Comparator.comparingInt(served -> -served.ranking())); // stable
        publish();
        other.ifPresent(
                there -> {
                    boolean better = added.ranking() > there.ranking();
                    log.warn(
                            "Method {} is provided twice: {} serves, {} waits until that leaves",
                            name,
                            (better ? added : there).provider(),
                            (better ? there : added).provider());
                });
        log.debug("Method {} available", name);
    }

    /** Its calls may run for ten more seconds; blocks as long. */
    void unbindMethod(AdminMethod method) {
        remove(method).ifPresent(Served::leave);
    }

    private synchronized Optional<Served> remove(AdminMethod method) {
        Optional<Served> gone = first(served -> served.method() == method);
        gone.ifPresent(
                served -> {
                    registrations.remove(served);
                    publish();
                    first(other -> other.name().equals(served.name()))
                            .ifPresent(
                                    next ->
                                            log.info(
                                                    "Method {}: {} serves now",
                                                    next.name(),
                                                    next.provider()));
                });
        return gone;
    }

    private Optional<Served> first(Predicate<Served> wanted) {
        return registrations.stream().filter(wanted).findFirst();
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

    /** Of those that claim one name the best serves, for as long as it stays. */
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
