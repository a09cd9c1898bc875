package qubes.core.property;

import java.util.function.Predicate;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.error.Repr;

/** Checks that several properties share. */
public final class Checks {
    /** Looks at a value and refuses it by throwing. */
    @FunctionalInterface
    public interface Check<T> {
        /**
         * @param property its name, for the message
         * @param value the value to store
         * @throws qubes.core.error.QubesException if the value is refused
         */
        void check(String property, T value);
    }

    private Checks() {}

    /**
     * Refuses zero and negative numbers.
     *
     * @return the check
     */
    public static Check<Integer> positive() {
        return (property, value) -> {
            if (value <= 0) {
                throw new QubesPropertyValueError(property + " must be positive");
            }
        };
    }

    /**
     * Refuses negative numbers.
     *
     * @return the check
     */
    public static Check<Integer> notNegative() {
        return (property, value) -> {
            if (value < 0) {
                throw new QubesPropertyValueError(property + " must not be negative");
            }
        };
    }

    /**
     * Refuses what {@code test} does not hold for; {@code words} complete the sentence "vcpus …".
     *
     * @param <T> type of the values
     * @param words what a value does that passes
     * @param test true for values that pass
     * @return the check
     */
    public static <T> Check<T> that(String words, Predicate<? super T> test) {
        return (property, value) -> {
            if (!test.test(value)) {
                throw new QubesPropertyValueError(
                        property + " " + words + ", not " + Repr.quote(String.valueOf(value)));
            }
        };
    }
}
