package qubes.core.internal.store;

import java.util.Comparator;

/**
 * In which order explicit properties are written: by load stage, then name, which only their
 * declarations know.
 */
public interface PropertyOrder {
    /** The order in which they were read or set. */
    PropertyOrder AS_STORED =
            new PropertyOrder() {
                @Override
                public Comparator<String> ofKlass(String klass) {
                    return (unusedFirst, unusedSecond) -> 0;
                }

                @Override
                public Comparator<String> ofGlobals() {
                    return (unusedFirst, unusedSecond) -> 0;
                }
            };

    /**
     * The order of the properties of a domain, by name.
     *
     * @param klass wire name of its klass, which may not be installed
     */
    Comparator<String> ofKlass(String klass);

    /** The order of the system's own properties, by name. */
    Comparator<String> ofGlobals();
}
