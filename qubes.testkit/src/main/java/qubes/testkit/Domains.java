package qubes.testkit;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import qubes.core.property.Property;
import qubes.core.state.VolumeRecord;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.NewDomain;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;

/**
 * Domains for tests, said in the words of the wire: a test of a plugin's klass needs none of its
 * classes.
 */
public final class Domains {
    private Domains() {}

    /**
     * Makes a domain and its volumes. Blocks.
     *
     * @param qubes the system
     * @param klass wire name of the klass
     * @param name name of the domain
     * @param properties as {@code template=fedora}, {@code label=red}; the label is red if none is
     *     given
     * @return the domain
     */
    public static BaseVM create(Qubes qubes, String klass, String name, String... properties) {
        KlassTraits traits =
                qubes.traits(klass)
                        .orElseThrow(
                                () ->
                                        new IllegalStateException(
                                                "No klass "
                                                        + klass
                                                        + ", there are "
                                                        + qubes.klasses()));
        NewDomain domain = with(NewDomain.of(klass, new DomainName(name)), traits, "label=red");
        for (String property : properties) {
            domain = with(domain, traits, property);
        }
        BaseVM vm = qubes.create(domain);
        if (vm instanceof QubesVM managed) {
            managed.createOnDisk();
        }
        return vm;
    }

    /**
     * {@return the domain of that name}
     *
     * @param qubes the system
     * @param name name of the domain
     */
    public static BaseVM named(Qubes qubes, String name) {
        return qubes.domain(new DomainName(name));
    }

    /**
     * Sets a property, said as {@code template=fedora}.
     *
     * @param vm the domain
     * @param assignment name and value, with an equal sign between
     */
    public static void set(BaseVM vm, String assignment) {
        String[] parts = assignment.split("=", 2);
        set(vm, declared(vm, parts[0]), parts[1]);
    }

    /**
     * Sets a property back to its default.
     *
     * @param vm the domain
     * @param property name of the property
     */
    public static void reset(BaseVM vm, String property) {
        vm.reset(declared(vm, property));
    }

    /**
     * Sets a property several times, for rows of tables.
     *
     * @param vm the domain
     * @param property name of the property
     * @param steps as {@code sys-net -> <none> -> <reset>}; empty for none at all
     */
    public static void walk(BaseVM vm, String property, String steps) {
        for (String step : steps.split(" -> ", -1)) {
            switch (step) {
                case "" -> {}
                case "<reset>" -> reset(vm, property);
                case "<none>" -> set(vm, property + "=");
                default -> set(vm, property + "=" + step);
            }
        }
    }

    /**
     * {@return the tags that begin with {@code prefix}, sorted, with blanks between}
     *
     * @param vm the domain
     * @param prefix what the tags begin with
     */
    public static String tags(BaseVM vm, String prefix) {
        return vm.tags().stream()
                .filter(tag -> tag.startsWith(prefix))
                .sorted()
                .collect(Collectors.joining(" "));
    }

    /**
     * {@return the value of a property, default included, as clients see it; empty if there is
     * none}
     *
     * @param vm the domain
     * @param property name of the property
     */
    public static String value(BaseVM vm, String property) {
        return text(vm, declared(vm, property));
    }

    /**
     * {@return an attribute of a volume, as the store holds it; empty if it is not there}
     *
     * @param vm the domain
     * @param volume name of the volume
     * @param attribute name of the attribute in the store
     */
    public static String volume(BaseVM vm, String volume, String attribute) {
        VolumeRecord record = vm.record().volumes().get(volume);
        if (record == null) {
            throw new IllegalArgumentException(vm + " has no volume " + volume);
        }
        return record.text(attribute).orElse("");
    }

    /**
     * {@return what listeners outside hear while {@code action} runs, and of what it leads to:
     * {@code work property-set:label}, or {@code - domain-add} for the application's events} Blocks
     * until all of it is durable.
     *
     * @param qubes the system
     * @param action what leads to events
     * @throws Exception if the events do not come
     */
    public static List<String> heard(Qubes qubes, Runnable action) throws Exception {
        String mark = "heard-" + UUID.randomUUID();
        List<String> heard = new CopyOnWriteArrayList<>();
        CountDownLatch marked = new CountDownLatch(1);
        try (AutoCloseable listening =
                qubes.listen(
                        event -> {
                            if (event.wireName().endsWith(mark)) {
                                marked.countDown();
                            } else if (marked.getCount() > 0) {
                                String subject = event.subject().subjectName();
                                heard.add(
                                        (subject.isEmpty() ? "-" : subject)
                                                + " "
                                                + event.wireName());
                            }
                        })) {
            action.run();
            qubes.admin().tags().add(mark);
            if (!marked.await(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("The events did not come within 10 s: " + heard);
            }
        } finally {
            qubes.admin().tags().discard(mark);
        }
        return heard;
    }

    private static Property<?> declared(BaseVM vm, String property) {
        return vm.properties()
                .find(property)
                .orElseThrow(
                        () -> new IllegalArgumentException(vm + " has no property " + property));
    }

    private static <T> void set(BaseVM vm, Property<T> property, String text) {
        vm.set(property, property.parse(vm, text));
    }

    private static <T> String text(BaseVM vm, Property<T> property) {
        return vm.find(property).map(property.type()::write).orElse("");
    }

    private static NewDomain with(NewDomain domain, KlassTraits traits, String assignment) {
        String[] parts = assignment.split("=", 2);
        Property<?> property =
                traits.property(parts[0])
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                traits.klass() + " has no property " + parts[0]));
        return with(domain, property, parts[1]);
    }

    private static <T> NewDomain with(NewDomain domain, Property<T> property, String text) {
        return domain.with(property, property.type().parse(text));
    }
}
