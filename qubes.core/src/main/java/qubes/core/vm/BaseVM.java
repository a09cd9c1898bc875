package qubes.core.vm;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMNotAvailableError;
import qubes.core.event.Event;
import qubes.core.event.PropertyReset;
import qubes.core.event.PropertySet;
import qubes.core.property.Property;
import qubes.core.property.PropertyTable;
import qubes.core.property.PropertyType;
import qubes.core.state.DomainRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.VolumeRecord;
import qubes.core.value.DomainName;
import qubes.core.value.Label;

/**
 * What every domain is: identity, properties, features, tags and events; no management. A live
 * object is a typed view of the domain's record: it holds no state of its own, and is made anew
 * when the bundle of its klass comes back.
 *
 * <p>Reads never block. Equality is identity; the order is dom0 first, then by name.
 */
public abstract class BaseVM extends ModelHolder implements Comparable<BaseVM> {
    /** Hops after which a chain of references is taken for a loop. */
    static final int MAX_CHAIN = 64;

    private static final int LAST_QID = 10_000;

    /** Identity of the qube for the hypervisor and for other systems. Cannot change. */
    public static final Property<UUID> UNIQUE_ID =
            Property.of(BaseVM.class, "uuid", PropertyType.UNIQUE_ID)
                    .doc(
                            "Identity of the qube for the hypervisor and for other systems. Cannot change.")
                    .writeOnce()
                    .notCloned()
                    .define();

    /** Name of the qube. Cannot change. */
    public static final Property<DomainName> NAME =
            Property.of(
                            BaseVM.class,
                            "name",
                            new PropertyType<>("str", "name", DomainName::new, DomainName::value))
                    .allows(
                            "at most 31 letters, digits, underscores, dots and hyphens, a letter first")
                    .doc("Name of the qube. Cannot change.")
                    .writeOnce()
                    .notCloned()
                    .define();

    /** Number of the qube inside this system, 0 for dom0. Cannot change. */
    public static final Property<Integer> QID =
            Property.of(BaseVM.class, "qid", PropertyType.INT)
                    .allows("0 to 10000")
                    .doc("Number of the qube inside this system, 0 for dom0. Cannot change.")
                    .writeOnce()
                    .notCloned()
                    .check(BaseVM::refuseOddQid)
                    .define();

    /** Colour that tells how far the qube is trusted. */
    public static final Property<String> LABEL =
            Property.of(BaseVM.class, "label", PropertyType.LABEL)
                    .doc("Colour that tells how far the qube is trusted.")
                    .parsedBy((vm, text) -> vm.qubes().labels().resolve(text).name())
                    .accept((vm, label) -> labelled(vm.qubes().labels(), label).name())
                    .define();

    /** Kind of the qube. */
    public static final Property<String> KLASS =
            Property.of(BaseVM.class, "klass", PropertyType.STR)
                    .doc("Kind of the qube.")
                    .computed("the klass", BaseVM::klass)
                    .define();

    /** Icon that stands for the qube, made of its kind and its label. */
    public static final Property<String> ICON =
            Property.of(BaseVM.class, "icon", PropertyType.STR)
                    .doc("Icon that stands for the qube, made of its kind and its label.")
                    .mayBeComputed("by kind and label", Icons::of)
                    .define();

    /** What every klass extends. */
    public static final KlassTraits TRAITS =
            KlassTraits.root("BaseVM")
                    .declare(UNIQUE_ID, NAME, QID, LABEL, KLASS, ICON)
                    .on(
                            PropertySet.of(LABEL),
                            BaseVM.class,
                            (vm, event) -> vm.fire(new PropertyReset(vm, ICON, Optional.empty())))
                    .define();

    /** What every klass extends whose domains live on this host. */
    public static final KlassTraits LOCAL_TRAITS = TRAITS.extend(KlassTraits.LOCAL).define();

    private final DomainContext context;
    private final Features features = new Features(this);
    private final Tags tags = new Tags(this);
    private final Devices devices = new Devices(this);
    private final Map<Class<?>, Object> parts =
            new HashMap<>(); // capability type to the part of this domain
    private volatile @Nullable Logger log; // once something is to be said

    /** A label's name stands for it, whatever it looks like; a user's text has been parsed. */
    private static Label labelled(Labels labels, String name) {
        return labels.find(name).orElseGet(() -> labels.resolve(name));
    }

    /**
     * Called by a klass's factory.
     *
     * @param context what the core lends the object
     */
    protected BaseVM(DomainContext context) {
        this.context = context;
        for (Capability<?> capability : context.traits().capabilities()) {
            parts.put(capability.type(), capability.make().apply(this));
        }
    }

    /** {@return the application} */
    public final Qubes qubes() {
        return context.qubes();
    }

    /** {@return the same as {@link #qubes()}, by the name that users of the original look for} */
    public final Qubes app() {
        return qubes();
    }

    /** {@return the name; never changes} */
    public final DomainName name() {
        return context.record().name();
    }

    /** {@return the number inside this system; never changes} */
    public final int qid() {
        return context.record().qid();
    }

    /** {@return the identity for the hypervisor; never changes} */
    public final UUID uuid() {
        return context.record().uuid();
    }

    /** {@return wire name of the klass} */
    public final String klass() {
        return context.record().klass();
    }

    /** {@return the label, absent if none is set} */
    public final Optional<Label> label() {
        return record().property(LABEL.name())
                .flatMap(value -> qubes().state().label(value.text()));
    }

    /** {@return the features} */
    public final Features features() {
        return features;
    }

    /** {@return the tags} */
    public final Tags tags() {
        return tags;
    }

    /** {@return the devices that are assigned to the domain} */
    public final Devices devices() {
        return devices;
    }

    /**
     * {@return what the store holds of each volume, name to record, in order; empty for a domain
     * without volumes} Never blocks; of a managed domain, {@link QubesVM#storage} works with them.
     */
    public final Map<String, VolumeRecord> volumes() {
        return record().volumes();
    }

    /**
     * {@return the domain's element of the store as a save would write it now, as text: complete
     * also while the klass is away, and nothing to change the domain by} Never blocks; sees the
     * changes of a running write of this thread. The original hands out the element read last.
     */
    public final String xml() {
        return qubes().xml(record());
    }

    /** {@return the domain's own logger, {@code vm.<name>}} */
    public final Logger log() {
        Logger known = log;
        if (known == null) {
            known = LoggerFactory.getLogger("vm." + name());
            log = known;
        }
        return known;
    }

    /** {@return all the store holds of the domain} */
    public final DomainRecord record() {
        return context.record();
    }

    /**
     * {@return false while the bundle of the domain's klass is away, and after the domain was
     * removed}
     */
    public boolean available() {
        return context.live();
    }

    /**
     * {@return true if {@code name} is the domain's klass, an ancestor's or a capability's}
     *
     * @param name name of a klass, a class or a capability
     */
    public final boolean isA(String name) {
        return context.traits().is(name);
    }

    /** {@return what the klass declares} */
    public final KlassTraits traits() {
        return context.traits();
    }

    /**
     * {@return the part of that type, if the klass is composed of one}
     *
     * @param <C> type of the part
     * @param part type by which the capability is found
     */
    public final <C> Optional<C> find(Class<C> part) {
        return Optional.ofNullable(parts.get(part)).map(part::cast);
    }

    /**
     * {@return true if the klass declares a property of that name}
     *
     * @param property name of a property
     */
    public final boolean hasProperty(String property) {
        return properties().has(property);
    }

    /**
     * {@return the domain that a property refers to; absent if the klass has no such property or it
     * refers to none}
     *
     * @param property name of a property
     */
    public final Optional<BaseVM> reference(String property) {
        return properties()
                .find(property)
                .filter(declared -> declared.type().refersToDomain())
                .flatMap(this::find)
                .flatMap(
                        value ->
                                value instanceof Optional<?> optional
                                        ? optional
                                        : Optional.of(value))
                .flatMap(name -> qubes().find((DomainName) name));
    }

    /** {@return the domain's template, if its klass has one and it is set} */
    public final Optional<BaseVM> template() {
        return reference("template");
    }

    /**
     * {@return the template's value of a property; absent without a template or where the
     * template's klass lacks it}
     *
     * @param <T> type of the property's values
     * @param property the property, by any declaration of its name
     * @throws qubes.core.error.QubesException if the store's templates lead round in a circle
     */
    public final <T> Optional<T> fromTemplate(Property<T> property) {
        Optional<BaseVM> template = template();
        if (template.isPresent()) {
            Templates.refuseLoop(this);
        }
        return template.filter(source -> source.hasProperty(property.name()))
                .flatMap(source -> source.find(property));
    }

    /** {@return the state as clients know it; never blocks} */
    public abstract PowerState powerState();

    /** {@return true if there are things only a halted domain allows} */
    public boolean isHalted() {
        return powerState() == PowerState.HALTED;
    }

    @Override
    public final String subjectName() {
        return name().value();
    }

    @Override
    public final String kindName() {
        return klass();
    }

    @Override
    public final PropertyTable properties() {
        return context.traits().properties();
    }

    /** {@return what the core lends this domain; for the klass itself} */
    protected final DomainContext context() {
        return context;
    }

    /**
     * Refuses if the domain is not live.
     *
     * @throws QubesVMNotAvailableError saying what to install
     */
    protected final void refuseUnlessAvailable() {
        if (!available()) {
            throw notAvailable();
        }
    }

    private static void refuseOddQid(String property, int qid) {
        if (qid < 0 || qid > LAST_QID) {
            throw new IllegalArgumentException(
                    property + " is a number from 0 to " + LAST_QID + ", not " + qid);
        }
    }

    /** The error for whatever needs the klass while it is away. */
    final QubesVMNotAvailableError notAvailable() {
        return new QubesVMNotAvailableError(
                name()
                        + ": no installed bundle provides klass "
                        + klass()
                        + "; install it and try again");
    }

    @Override
    protected <T> T accept(Property<T> property, T value) {
        return context.accept(this, property, value);
    }

    @Override
    protected QubesException failed(Property<?> property, Throwable error) {
        context.failed(this, property, error);
        return super.failed(property, error);
    }

    @Override
    protected final @Nullable StoredValue stored(String property) {
        return context.record().properties().get(property);
    }

    @Override
    protected final void store(String property, Optional<StoredValue> value) {
        context.update(record -> record.withProperty(property, value));
    }

    @Override
    protected final void write(Runnable change) {
        context.write(
                () -> {
                    refuseUnlessAvailable();
                    change.run();
                });
    }

    @Override
    public final void fire(Event event) {
        context.fire(event);
    }

    @Override
    public final int compareTo(BaseVM other) {
        boolean admin = qid() == 0;
        return admin != (other.qid() == 0) ? (admin ? -1 : 1) : name().compareTo(other.name());
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public final int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public final String toString() {
        return subjectName();
    }
}
