package qubes.core.vm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import qubes.core.event.Event;
import qubes.core.event.EventPattern;
import qubes.core.property.Property;
import qubes.core.property.PropertyTable;
import qubes.core.value.DomainName;

/**
 * What a klass declares: its properties, handlers, capabilities and volumes, and those of its
 * ancestors. Immutable.
 *
 * <p>The lineage is what clients of the original know as class linearisation: {@code BaseVM},
 * {@code LocalVM}, the capabilities, {@code QubesVM}, the klass. Ordinary events run down the
 * lineage, pre-events up.
 */
public final class KlassTraits {
    /**
     * One step of the lineage.
     *
     * @param name {@code BaseVM}, {@code LocalVM}, a capability's name, or a class's
     */
    public record Level(String name, List<ClassHandler<?>> handlers) {
        /**
         * Copies its collections.
         *
         * @param name name of a class, a klass or a capability
         * @param handlers in the order they were declared
         */
        public Level {
            handlers = List.copyOf(handlers);
        }
    }

    /** The level at which extensions hear domains, unless they name a klass. */
    public static final String LOCAL = "LocalVM";

    /** Prefix of the icons of domains whose klass does not say otherwise. */
    public static final String PLAIN_ICON = "appvm-";

    private final String klass;
    private final List<String> aliases;
    private final String iconPrefix;
    private final PropertyTable properties;
    private final List<Level> lineage; // most general first
    private final List<Capability<?>> capabilities;
    private final VolumeLayout volumes;
    private final Property<Optional<DomainName>> defaultTemplate;

    private KlassTraits(Builder from) {
        this.klass = from.klass;
        this.aliases = List.copyOf(from.aliases);
        this.iconPrefix = from.iconPrefix;
        this.properties = from.properties;
        this.capabilities = List.copyOf(from.capabilities);
        this.volumes = from.volumes;
        this.defaultTemplate = from.defaultTemplate;
        List<Level> levels = new ArrayList<>(from.lineage);
        levels.add(new Level(klass, from.handlers));
        this.lineage = List.copyOf(levels);
    }

    /** Traits without any ancestor. */
    static Builder root(String name) {
        return new Builder(name, PropertyTable.of(), List.of(), List.of(), VolumeLayout.NONE);
    }

    /**
     * Begins the traits of a class below this one.
     *
     * @param name name of a class, a klass or a capability
     * @return what to declare it with
     */
    public Builder extend(String name) {
        return new Builder(name, properties, lineage, capabilities, volumes);
    }

    /** {@return wire name of the klass} */
    public String klass() {
        return klass;
    }

    /** {@return other names under which a domain of the klass can be asked for} */
    public List<String> aliases() {
        return aliases;
    }

    /** {@return what the name of an icon begins with; the label's name follows} */
    public String iconPrefix() {
        return iconPrefix;
    }

    /** {@return its properties and its ancestors', in the order clients see them} */
    public PropertyTable properties() {
        return properties;
    }

    /** {@return itself and its ancestors, most general first} */
    public List<Level> lineage() {
        return lineage;
    }

    /**
     * {@return true if {@code name} is the klass, an ancestor's, or a capability's}
     *
     * @param name name of a class, a klass or a capability
     */
    public boolean is(String name) {
        return lineage.stream().anyMatch(level -> level.name().equals(name));
    }

    /** {@return what domains of the klass are composed of} */
    public List<Capability<?>> capabilities() {
        return capabilities;
    }

    /** {@return the volumes of a new domain} */
    public VolumeLayout volumes() {
        return volumes;
    }

    /**
     * {@return the global property that names the template of a new domain whose maker names none}
     */
    public Property<Optional<DomainName>> defaultTemplate() {
        return defaultTemplate;
    }

    /**
     * {@return the declaration of a property, by its wire name}
     *
     * @param name wire name of the property
     */
    public Optional<Property<?>> property(String name) {
        return properties.find(name);
    }

    /** Collects the traits of one class. */
    public static final class Builder {
        private final String klass;
        private final List<Level> lineage;
        private final List<Capability<?>> capabilities;
        private final List<ClassHandler<?>> handlers = new ArrayList<>();
        private final List<String> aliases = new ArrayList<>();
        private String iconPrefix = PLAIN_ICON;
        private PropertyTable properties;
        private VolumeLayout volumes;
        private Property<Optional<DomainName>> defaultTemplate = Globals.DEFAULT_TEMPLATE;

        private Builder(
                String klass,
                PropertyTable properties,
                List<Level> lineage,
                List<Capability<?>> capabilities,
                VolumeLayout volumes) {
            this.klass = klass;
            this.properties = properties;
            this.lineage = new ArrayList<>(lineage);
            this.capabilities = new ArrayList<>(capabilities);
            this.volumes = volumes;
        }

        /**
         * Properties that no ancestor declares.
         *
         * @param declarations the properties
         * @return this builder
         * @throws IllegalArgumentException if a name is taken
         */
        public Builder declare(Property<?>... declarations) {
            properties = properties.declaring(List.of(declarations));
            return this;
        }

        /**
         * A property that an ancestor declares otherwise.
         *
         * @param declaration what takes the place of the ancestor's
         * @return this builder
         * @throws IllegalArgumentException if none does
         */
        public Builder override(Property<?> declaration) {
            properties = properties.overriding(declaration);
            return this;
        }

        /**
         * A part to compose domains of; its level comes before the class's own.
         *
         * @param capability the part
         * @return this builder
         */
        public Builder with(Capability<?> capability) {
            capabilities.add(capability);
            properties = properties.declaring(capability.properties());
            lineage.add(new Level(capability.name(), capability.handlers()));
            return this;
        }

        /**
         * Another name under which a domain of the klass can be asked for; it is stored under the
         * first.
         *
         * @param name the other name
         * @return this builder
         */
        public Builder alias(String name) {
            aliases.add(name);
            return this;
        }

        /**
         * What the name of an icon begins with, such as {@code dispvm-}.
         *
         * @param prefix with its hyphen
         * @return this builder
         */
        public Builder icon(String prefix) {
            iconPrefix = prefix;
            return this;
        }

        /**
         * The volumes of a new domain.
         *
         * @param layout names and kinds
         * @return this builder
         */
        public Builder volumes(VolumeLayout layout) {
            volumes = layout;
            return this;
        }

        /**
         * The global property that names the template of a new domain; {@code default_template}
         * unless told.
         *
         * @param global a property of the application
         * @return this builder
         */
        public Builder defaultTemplate(Property<Optional<DomainName>> global) {
            defaultTemplate = global;
            return this;
        }

        /**
         * A handler of the class.
         *
         * @param <E> type of the events
         * @param <V> type of domain that the handler sees
         * @param pattern which events
         * @param domain type of domain that the handler sees
         * @param action what to do with the domain and the event
         * @return this builder
         */
        public <V extends BaseVM, E extends Event> Builder on(
                EventPattern<E> pattern, Class<V> domain, BiConsumer<? super V, ? super E> action) {
            handlers.add(ClassHandler.of(pattern, domain, action));
            return this;
        }

        /**
         * As {@link #on(EventPattern, Class, BiConsumer)}, for all events of a type.
         *
         * @param <E> type of the events
         * @param <V> type of domain that the handler sees
         * @param type type of the events
         * @param domain type of domain that the handler sees
         * @param action what to do with the domain and the event
         * @return this builder
         */
        public <V extends BaseVM, E extends Event> Builder on(
                Class<E> type, Class<V> domain, BiConsumer<? super V, ? super E> action) {
            return on(EventPattern.of(type), domain, action);
        }

        /**
         * A handler of the class that runs once all others, listeners outside included, have heard
         * the event: for what would otherwise be told before its cause, such as the removal of a
         * domain that was shut down.
         *
         * @param <E> type of the events
         * @param <V> type of domain that the handler sees
         * @param type type of the events
         * @param domain type of domain that the handler sees
         * @param action what to do with the domain and the event
         * @return this builder
         */
        public <V extends BaseVM, E extends Event> Builder afterwards(
                Class<E> type, Class<V> domain, BiConsumer<? super V, ? super E> action) {
            handlers.add(ClassHandler.of(EventPattern.of(type), domain, action).afterwards());
            return this;
        }

        /** {@return the finished traits} */
        public KlassTraits define() {
            return new KlassTraits(this);
        }
    }
}
