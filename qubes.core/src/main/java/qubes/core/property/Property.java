package qubes.core.property;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qubes.core.error.QubesPropertyValueError;

/**
 * A declared property: key and declaration at once. Two declarations of the same name are equal as
 * keys, so that a klass can override what its ancestor declares; a holder always answers by its own
 * class's declaration.
 *
 * @param <T> the type of its values
 */
public final class Property<T> {
    /** A check or transformation of a value on its way in. */
    @FunctionalInterface
    public interface Rule<H, T> {
        /**
         * {@return the value to store for {@code value}}
         *
         * @param holder who has the property
         * @param value the value to store
         * @throws qubes.core.error.QubesException if it is refused
         */
        T accept(H holder, T value);
    }

    private final String name;
    private final PropertyType<T> type;
    private final String doc;
    private final int loadStage;
    private final boolean writeOnce;
    private final boolean clonable;
    private final boolean computed;
    private final String allowed;
    private final List<DefaultSource<T>> defaults;
    private final List<Rule<PropertyHolder, T>> rules;
    private final @Nullable BiFunction<PropertyHolder, String, T> parser;

    private Property(Builder<?, T> from) {
        this.name = from.name;
        this.type = from.type;
        this.doc = from.doc;
        this.loadStage = from.loadStage;
        this.writeOnce = from.writeOnce;
        this.clonable = from.clonable;
        this.computed = from.computed;
        this.allowed = from.allowed;
        this.defaults = List.copyOf(from.defaults);
        this.rules = List.copyOf(from.rules);
        this.parser = from.parser;
    }

    /**
     * Begins the declaration of a property that any holder may have.
     *
     * @param <T> type of the property's values
     * @param name name on the wire and in the store
     * @param type how its values are read and written
     * @return what to say the rest to
     */
    public static <T> Builder<PropertyHolder, T> named(String name, PropertyType<T> type) {
        return new Builder<>(name, type, PropertyHolder.class);
    }

    /**
     * Begins the declaration of a property whose rules need to see a holder of type {@code H}.
     *
     * @param <H> type of holder that the rules see
     * @param <T> type of the property's values
     * @param holder type of holder that the rules see
     * @param name name on the wire and in the store
     * @param type how its values are read and written
     * @return what to say the rest to
     */
    public static <H extends PropertyHolder, T> Builder<H, T> of(
            Class<H> holder, String name, PropertyType<T> type) {
        return new Builder<>(name, type, holder);
    }

    /**
     * Begins a declaration that is as this one but for what is said next: for a class that
     * overrides it. Its rules stay; a default replaces this one's.
     *
     * @param <H> type of holder that the rules see
     * @param holder type of holder that the rules see
     * @return what to say the rest to
     */
    public <H extends PropertyHolder> Builder<H, T> redeclaredFor(Class<H> holder) {
        Builder<H, T> copy = new Builder<>(name, type, holder);
        copy.doc = doc;
        copy.loadStage = loadStage;
        copy.writeOnce = writeOnce;
        copy.clonable = clonable;
        copy.computed = computed;
        copy.allowed = allowed;
        copy.defaults.addAll(defaults);
        copy.defaultsInherited = true;
        copy.rules.addAll(rules);
        copy.parser = parser;
        return copy;
    }

    /** {@return the name on the wire and in the store} */
    public String name() {
        return name;
    }

    /** {@return how values are read and written} */
    public PropertyType<T> type() {
        return type;
    }

    /** {@return one paragraph for users} */
    public String doc() {
        return doc;
    }

    /** {@return 2 for plain values, 3 for the application's, 4 for references to domains} */
    public int loadStage() {
        return loadStage;
    }

    /** {@return true if an explicit value can neither be changed nor reset} */
    public boolean writeOnce() {
        return writeOnce;
    }

    /** {@return true if cloning a domain copies the value} */
    public boolean clonable() {
        return clonable;
    }

    /** {@return true if the value is always computed: it cannot be set and is never stored} */
    public boolean computed() {
        return computed;
    }

    /** {@return which values can be set, in words that complete "allowed: …", for documentation} */
    public String allowed() {
        if (computed) {
            return "nothing, it is computed";
        }
        return allowed.isEmpty() ? type.allowed() : allowed;
    }

    /** {@return the default in words, for documentation; empty if there is none} */
    public String defaultWords() {
        return defaults.stream().map(DefaultSource::words).collect(Collectors.joining(", else "));
    }

    /** {@return where the default is looked for, in this order; empty if there is none} */
    public List<DefaultSource<T>> defaults() {
        return defaults;
    }

    /**
     * {@return the default of {@code holder}, evaluated now; absent if there is none} Never blocks.
     *
     * @param holder who has the property
     */
    public Optional<T> defaultFor(PropertyHolder holder) {
        for (int i = 0; i < defaults.size(); i++) {
            Optional<T> found = defaults.get(i).find(holder, this);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /**
     * {@return the default that all holders share; absent if there is none, or if it depends on the
     * holder}
     *
     * @param application the holder of the system's properties
     */
    public Optional<T> sharedDefault(PropertyHolder application) {
        return defaults.isEmpty() ? Optional.empty() : defaults.get(0).shared(application);
    }

    /**
     * {@return where {@link #defaultFor} has its value from, in words; absent if it has none}
     *
     * @param holder who has the property
     */
    public Optional<String> defaultOriginFor(PropertyHolder holder) {
        return defaults.stream()
                .filter(source -> source.find(holder, this).isPresent())
                .findFirst()
                .map(source -> source.origin(holder, this));
    }

    /**
     * {@return what is to be stored for {@code value}}
     *
     * @param holder who has the property
     * @param value the value to store
     * @throws qubes.core.error.QubesException if it is refused
     */
    public T accept(PropertyHolder holder, T value) {
        if (computed) {
            throw new QubesPropertyValueError(
                    "property '" + name + "' on " + holder.kindName() + " instance cannot be set");
        }
        T accepted = value;
        for (Rule<PropertyHolder, T> rule : rules) {
            accepted = rule.accept(holder, accepted);
        }
        return accepted;
    }

    /**
     * {@return the value that a user's {@code text} stands for on {@code holder}, not yet accepted}
     *
     * @param holder who has the property
     * @param text what the user wrote
     * @throws qubes.core.error.QubesException if it stands for none
     */
    public T parse(PropertyHolder holder, String text) {
        return parser == null ? type.parse(text) : parser.apply(holder, text);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Property<?> that && that.name.equals(name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }

    /**
     * Collects a declaration.
     *
     * @param <H> the type of holder that the rules see
     * @param <T> the type of the values
     */
    public static final class Builder<H extends PropertyHolder, T> {
        private final String name;
        private final PropertyType<T> type;
        private final Class<H> holder;
        private final List<Rule<PropertyHolder, T>> rules = new ArrayList<>();
        private String doc = "";
        private String allowed = "";
        private int loadStage = 2;
        private boolean writeOnce;
        private boolean clonable = true;
        private boolean computed;
        private final List<DefaultSource<T>> defaults = new ArrayList<>();
        private boolean defaultsInherited; // until a first one of its own replaces them
        private @Nullable BiFunction<PropertyHolder, String, T> parser;

        private Builder(String name, PropertyType<T> type, Class<H> holder) {
            this.name = name;
            this.type = type;
            this.holder = holder;
        }

        /**
         * One paragraph for users.
         *
         * @param text sentences
         * @return this builder
         */
        public Builder<H, T> doc(String text) {
            this.doc = text;
            return this;
        }

        /**
         * Which values can be set, in words, where the type alone does not say it.
         *
         * @param words what the user is told of it
         * @return this builder
         */
        public Builder<H, T> allows(String words) {
            this.allowed = words;
            return this;
        }

        /**
         * The load stage; 2 unless told.
         *
         * @param stage 2, 3 or 4
         * @return this builder
         */
        public Builder<H, T> loadStage(int stage) {
            this.loadStage = stage;
            return this;
        }

        /**
         * An explicit value can neither be changed nor reset.
         *
         * @return this builder
         */
        public Builder<H, T> writeOnce() {
            this.writeOnce = true;
            return this;
        }

        /**
         * Cloning a domain does not copy the value.
         *
         * @return this builder
         */
        public Builder<H, T> notCloned() {
            this.clonable = false;
            return this;
        }

        /**
         * A constant default.
         *
         * @param value the value
         * @return this builder
         */
        public Builder<H, T> defaultsTo(T value) {
            defaults.clear();
            return orElse(value);
        }

        /**
         * A default evaluated at every read; {@code words} tell the user what it is.
         *
         * @param words what the user is told of it
         * @param rule gives the value for a holder; never blocks
         * @return this builder
         */
        public Builder<H, T> defaultsTo(String words, Function<? super H, ? extends T> rule) {
            return mayDefaultTo(words, h -> Optional.of(rule.apply(h)));
        }

        /**
         * As {@link #defaultsTo(String, Function)}, for a default that may be missing.
         *
         * @param words what the user is told of it
         * @param rule gives the value for a holder; never blocks
         * @return this builder
         */
        public Builder<H, T> mayDefaultTo(String words, Function<? super H, Optional<T>> rule) {
            defaults.clear();
            return from(new Computed<>(words, h -> rule.apply(holder.cast(h))));
        }

        /**
         * A place to look for the default, after those named before.
         *
         * @param source the place
         * @return this builder
         */
        public Builder<H, T> from(DefaultSource<T> source) {
            if (defaultsInherited) {
                defaults.clear();
                defaultsInherited = false;
            }
            defaults.add(source);
            return this;
        }

        /**
         * A constant default for when no place named before has a value.
         *
         * @param value the value
         * @return this builder
         */
        public Builder<H, T> orElse(T value) {
            String text = type.write(value);
            return from(new Constant<>(text.isEmpty() ? "none" : text, Optional.of(value)));
        }

        /**
         * A value that is always computed: it cannot be set and is never stored.
         *
         * @param words what the user is told of it
         * @param rule gives the value for a holder; never blocks
         * @return this builder
         */
        public Builder<H, T> computed(String words, Function<? super H, ? extends T> rule) {
            return mayBeComputed(words, h -> Optional.of(rule.apply(h)));
        }

        /**
         * As {@link #computed}, for a value that may be missing.
         *
         * @param words what the user is told of it
         * @param rule gives the value for a holder; never blocks
         * @return this builder
         */
        public Builder<H, T> mayBeComputed(String words, Function<? super H, Optional<T>> rule) {
            this.computed = true;
            this.clonable = false;
            return mayDefaultTo(words, rule);
        }

        /**
         * A check or transformation; several run in the order they were added.
         *
         * @param rule gives the value to store, or throws
         * @return this builder
         */
        public Builder<H, T> accept(Rule<? super H, T> rule) {
            rules.add((h, value) -> rule.accept(holder.cast(h), value));
            return this;
        }

        /**
         * A check that leaves the value as it is.
         *
         * @param check throws at a value that is refused
         * @return this builder
         */
        public Builder<H, T> check(Checks.Check<? super T> check) {
            rules.add(
                    (h, value) -> {
                        check.check(name, value);
                        return value;
                    });
            return this;
        }

        /**
         * Reads a user's text with a look at the holder, where the type alone cannot.
         *
         * @param reader gives the value for holder and text, or throws
         * @return this builder
         */
        public Builder<H, T> parsedBy(BiFunction<? super H, String, ? extends T> reader) {
            this.parser = (h, text) -> reader.apply(holder.cast(h), text);
            return this;
        }

        /** {@return the finished declaration} */
        public Property<T> define() {
            if (name.isEmpty()) {
                throw new IllegalArgumentException("a property needs a name");
            }
            return new Property<>(this);
        }
    }

    private record Constant<T>(String words, Optional<T> value) implements DefaultSource<T> {
        @Override
        public Optional<T> find(PropertyHolder holder, Property<T> property) {
            return value;
        }

        @Override
        public Optional<T> shared(PropertyHolder application) {
            return value;
        }

        @Override
        public String origin(PropertyHolder holder, Property<T> property) {
            return "built in";
        }
    }

    private record Computed<T>(String words, Function<PropertyHolder, Optional<T>> rule)
            implements DefaultSource<T> {
        @Override
        public Optional<T> find(PropertyHolder holder, Property<T> property) {
            return rule.apply(holder);
        }
    }
}
