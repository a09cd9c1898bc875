package qubes.itest.faulty;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import qubes.core.property.Property;
import qubes.core.property.PropertyType;
import qubes.core.vm.QubesVM;

/** What goes wrong in the plugin, and where: a test says so, as {@code subscribe=OWN}. */
final class Fault {
    private static final String PROPERTY = "qubes.itest.fault";

    /** What it says of itself when it begins to block. */
    static final String BLOCKS = PROPERTY + ".blocks";

    private static final long SLOW_MILLIS = 150;

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
        CLASH(Fault::clash),
        BLOCK(Fault::block),
        SLOW(Fault::linger);

        private final Supplier<@Nullable Throwable> error; // null: goes on

        Kind(Supplier<@Nullable Throwable> error) {
            this.error = error;
        }
    }

    private Fault() {}

    /** Waits for what never comes, until it is interrupted. */
    private static Throwable block() {
        System.setProperty(BLOCKS, "true");
        try {
            new CountDownLatch(1).await();
            return new AssertionError("never");
        } catch (InterruptedException e) {
            return new IllegalStateException("interrupted", e);
        }
    }

    /** Takes its time. */
    private static @Nullable Throwable linger() {
        try {
            new CountDownLatch(1).await(SLOW_MILLIS, TimeUnit.MILLISECONDS);
            return null;
        } catch (InterruptedException e) {
            return new IllegalStateException("interrupted", e);
        }
    }

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
                .forEach(
                        kind -> {
                            Throwable error = kind.error.get();
                            if (error != null) {
                                sneak(error);
                            }
                        });
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneak(Throwable error) throws E {
        throw (E) error;
    }
}
