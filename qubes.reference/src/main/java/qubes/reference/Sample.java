package qubes.reference;

import java.lang.reflect.Constructor;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;
import qubes.core.property.PropertyType;

/**
 * A record of any type, whose texts are the names of its components in capitals: asked for its wire
 * name, an event so shows which part of it varies.
 */
final class Sample {
    private Sample() {}

    /** A record of that type. */
    static <R> R of(Class<R> type) {
        Object[] values = Arrays.stream(type.getRecordComponents()).map(Sample::value).toArray();
        try {
            Constructor<R> constructor =
                    type.getDeclaredConstructor(
                            Arrays.stream(type.getRecordComponents())
                                    .map(RecordComponent::getType)
                                    .toArray(Class<?>[]::new));
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("no sample can be made of " + type, e);
        }
    }

    private static Object value(RecordComponent component) {
        Class<?> type = component.getType();
        String capitals =
                component.getName().replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
        if (type == PropertyHolder.class) {
            return holder();
        }
        if (type == Property.class) {
            return Property.named("NAME", PropertyType.STR).define();
        }
        if (type == String.class || type == Object.class) {
            return capitals;
        }
        if (type == Optional.class) {
            return Optional.of(optional(component, capitals));
        }
        if (type.isRecord()) {
            return of(type);
        }
        return plain(type);
    }

    private static Object optional(RecordComponent component, String capitals) {
        String generic = component.getGenericType().getTypeName();
        if (generic.contains("Double")) {
            return 1.0;
        }
        return generic.contains("Long") ? 1L : capitals;
    }

    private static Object plain(Class<?> type) {
        if (type == boolean.class) {
            return true;
        }
        if (type == int.class) {
            return 1;
        }
        if (type == long.class) {
            return 1L;
        }
        if (type == double.class) {
            return 1.0;
        }
        if (type == Map.class) {
            return Map.of();
        }
        if (type == List.class) {
            return List.of();
        }
        if (type == Set.class) {
            return Set.of();
        }
        throw new IllegalStateException("no sample is known of " + type);
    }

    /** A subject that nobody asks anything. */
    private static PropertyHolder holder() {
        return (PropertyHolder)
                Proxy.newProxyInstance(
                        PropertyHolder.class.getClassLoader(),
                        new Class<?>[] {PropertyHolder.class},
                        (holder, method, arguments) -> {
                            throw new UnsupportedOperationException(method.getName());
                        });
    }
}
