package qubes.core.vm;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;
import qubes.core.error.QubesException;
import qubes.core.error.QubesNoSuchPropertyError;
import qubes.core.error.Repr;
import qubes.core.event.Event;
import qubes.core.event.PropertyDel;
import qubes.core.event.PropertyPreDel;
import qubes.core.event.PropertyPreReset;
import qubes.core.event.PropertyPreSet;
import qubes.core.event.PropertyReset;
import qubes.core.event.PropertySet;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;
import qubes.core.state.StoredValue;

/**
 * A holder whose explicit values live in the system's state: a domain or the application. Reads
 * take no lock; a write follows the property protocol (spec domain-model §1.3, §1.4) under the
 * model lock.
 */
@ProviderType
public abstract class ModelHolder implements PropertyHolder {
    /**
     * {@return the stored value of an explicit property, or null}
     *
     * @param property name of the property
     */
    protected abstract @Nullable StoredValue stored(String property);

    /**
     * Stores a value, or removes it if absent; silently, called under the model lock.
     *
     * @param property name of the property
     * @param value what to store; absent for the default
     */
    protected abstract void store(String property, Optional<StoredValue> value);

    /**
     * Runs a change under the model lock, on the caller's thread.
     *
     * @param change what to do under the model lock
     */
    protected abstract void write(Runnable change);

    /**
     * Hands an event to its handlers, on the caller's thread.
     *
     * @param event what happened, or is about to
     */
    protected abstract void fire(Event event);

    /**
     * {@return what is to be stored for a value, by the property's own rules} Called under the
     * model lock.
     *
     * @param <T> type of the value
     * @param property whose rules these are
     * @param value asked for
     * @throws QubesException if it is refused
     */
    protected <T> T accept(Property<T> property, T value) {
        return property.accept(this, value);
    }

    /**
     * A default failed in a way that no caller can make sense of.
     *
     * @param property whose default it is
     * @param error what it threw
     * @return what the caller is told
     */
    protected QubesException failed(Property<?> property, Throwable error) {
        return new QubesException(
                "The default of property "
                        + Repr.quote(property.name())
                        + " of "
                        + (subjectName().isEmpty() ? "Qubes" : subjectName())
                        + " failed: "
                        + error.getClass().getName(),
                error);
    }

    private <T> Optional<T> standard(Property<T> property) {
        try {
            return property.defaultFor(this);
        } catch (LinkageError | StackOverflowError | AssertionError | NullPointerException e) {
            throw failed(property, e);
        }
    }

    @Override
    public <T> Optional<T> explicit(Property<T> key) {
        Property<T> property = declared(key);
        StoredValue value = storedOf(property);
        return value == null ? Optional.empty() : Optional.of(value.as(property));
    }

    @Override
    public <T> Optional<T> find(Property<T> key) {
        Property<T> property = declared(key);
        StoredValue value = storedOf(property);
        return value == null ? standard(property) : Optional.of(value.as(property));
    }

    @Override
    public <T> T get(Property<T> key) {
        Property<T> property = declared(key);
        StoredValue value = storedOf(property);
        return value == null ? PropertyHolder.super.get(key) : value.as(property);
    }

    @Override
    public <T> Optional<T> defaultOf(Property<T> key) {
        return standard(declared(key));
    }

    @Override
    public boolean isDefault(Property<?> key) {
        return storedOf(declared(key)) == null;
    }

    @Override
    public <T> void set(Property<T> key, T value) {
        Property<T> property = declared(key);
        write(
                () -> {
                    refuseSecondWrite(property);
                    Optional<Object> old = readable(property);
                    T accepted = accept(property, value);
                    fire(new PropertyPreSet(this, property, accepted, old));
                    store(property.name(), Optional.of(StoredValue.of(property, accepted)));
                    fire(new PropertySet(this, property, accepted, old));
                });
    }

    @Override
    public void reset(Property<?> key) {
        Property<?> property = declared(key);
        write(
                () -> {
                    refuseSecondWrite(property);
                    Optional<Object> old = readable(property);
                    fire(new PropertyPreReset(this, property, old));
                    fire(new PropertyPreDel(this, property, old));
                    store(property.name(), Optional.empty());
                    fire(new PropertyReset(this, property, old));
                    fire(new PropertyDel(this, property, old));
                });
    }

    /**
     * {@return this holder's own declaration for a key}
     *
     * @param <T> type of the property's values
     * @param key the property, by any declaration of its name
     * @throws QubesNoSuchPropertyError if it has none
     */
    protected final <T> Property<T> declared(Property<T> key) {
        Property<T> property = properties().declared(key);
        if (property == null) {
            throw undeclared(key.name());
        }
        return property;
    }

    /**
     * {@return the error for a property this holder does not have}
     *
     * @param property name that was asked for
     */
    public final QubesNoSuchPropertyError noSuchProperty(String property) {
        String holder = subjectName().isEmpty() ? "Qubes" : subjectName();
        return new QubesNoSuchPropertyError("Invalid property '" + property + "' of " + holder);
    }

    /** The error for a key that the holder's class does not declare. */
    QubesException undeclared(String property) {
        return noSuchProperty(property);
    }

    private void refuseSecondWrite(Property<?> property) {
        if (property.writeOnce() && storedOf(property) != null) {
            throw new IllegalStateException(
                    "property " + property + " of " + subjectName() + " is write-once and set");
        }
    }

    /** The stored value that counts: a computed property is never stored by anyone but editors. */
    private @Nullable StoredValue storedOf(Property<?> property) {
        return property.computed() ? null : stored(property.name());
    }

    /** What a read gives now; absent if it fails, so that what is unreadable can be replaced. */
    private Optional<Object> readable(Property<?> property) {
        try {
            return find(property).map(value -> (Object) value);
        } catch (QubesException | IllegalArgumentException | IllegalStateException e) {
            return Optional.empty(); // a read says what is wrong; a write mends it
        }
    }
}
