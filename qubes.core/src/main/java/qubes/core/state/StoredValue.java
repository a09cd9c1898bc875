package qubes.core.state;

import org.jspecify.annotations.Nullable;
import qubes.core.property.Property;

/**
 * An explicit property value as the store holds it. Complete without the property's declaration;
 * the first typed read remembers what the text stands for, so that later reads parse nothing.
 */
public final class StoredValue {
    /**
     * What the text stands for to one declaration. Immutable, so that a racing reader sees all of
     * it or none.
     */
    private record Decoded(Property<?> by, Object value) {}

    private final String text;
    private final boolean reference;
    private @Nullable Decoded decoded; // a benign race: two readers may both parse

    private StoredValue(String text, boolean reference, @Nullable Decoded decoded) {
        this.text = text;
        this.reference = reference;
        this.decoded = decoded;
    }

    /**
     * {@return a value read as element text}
     *
     * @param text as the store has it
     */
    public static StoredValue ofText(String text) {
        return new StoredValue(text, false, null);
    }

    /**
     * {@return a value read from the attribute {@code ref}, and written there again}
     *
     * @param ref name of the domain
     */
    public static StoredValue ofReference(String ref) {
        return new StoredValue(ref, true, null);
    }

    /**
     * {@return a value set through its declaration}
     *
     * @param <T> type of the property's values
     * @param property the declaration, whose type writes and reads it
     * @param value in the property's Java type
     */
    public static <T> StoredValue of(Property<T> property, T value) {
        return new StoredValue(property.type().write(value), false, new Decoded(property, value));
    }

    /** {@return the text in the store} */
    public String text() {
        return text;
    }

    /** {@return true if the store holds it in the attribute {@code ref}} */
    public boolean reference() {
        return reference;
    }

    /**
     * {@return what the text stands for to {@code property}}
     *
     * @param <T> type of the property's values
     * @param property the declaration, whose type writes and reads it
     * @throws qubes.core.error.QubesValueError if it stands for nothing
     */
    @SuppressWarnings("unchecked")
    public <T> T as(Property<T> property) {
        Decoded known = decoded;
        if (known == null || known.by() != property) {
            known = new Decoded(property, property.type().read(text));
            decoded = known;
        }
        return (T) known.value();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StoredValue that
                && that.text.equals(text)
                && that.reference == reference;
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
