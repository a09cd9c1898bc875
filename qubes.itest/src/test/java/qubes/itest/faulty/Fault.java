package qubes.itest.faulty;

import java.util.function.Supplier;
import java.util.stream.Stream;
import qubes.core.property.Property;
import qubes.core.property.PropertyType;
import qubes.core.vm.QubesVM;

/** What goes wrong in the plugin, and where: a test says so, as {@code subscribe=OWN}. */
final class Fault {
    private static final String PROPERTY = "qubes.itest.fault";

    /** An exception that only this bundle knows. */
    static final class OwnException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private enum Kind {
        NPE(() -> new NullPointerException("a bug")),
        LINKAGE(() -> new NoClassDefFoundError("a/Missing")),
        OVERFLOW(StackOverflowError::new),
        ASSERTION(() -> new AssertionError("never")),
        OWN(OwnException::new),
        CLASH(Fault::clash);

        private final Supplier<Throwable> error;

        Kind(Supplier<Throwable> error) {
            this.error = error;
        }
    }

    private Fault() {}

    /** What a klass hears that declares a property of its ancestors' again. */
    private static Throwable clash() {
        Property<String> label =
                Property.of(QubesVM.class, "label", PropertyType.STR)
                        .doc("Another label.")
                        .defaultsTo("none", vm -> "none")
                        .define();
        try {
            return new AssertionError(QubesVM.TRAITS.extend("ClashVM").declare(label).define());
        } catch (IllegalArgumentException e) {
            return e;
        }
    }

    /** Throws, if that is what is asked for at this place. */
    static void at(String place) {
        String asked = System.getProperty(PROPERTY, "");
        Stream.of(Kind.values())
                .filter(kind -> asked.equals(place + "=" + kind))
                .forEach(kind -> sneak(kind.error.get()));
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneak(Throwable error) throws E {
        throw (E) error;
    }
}
