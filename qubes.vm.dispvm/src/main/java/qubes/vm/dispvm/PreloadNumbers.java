package qubes.vm.dispvm;

import java.util.Optional;
import java.util.regex.Pattern;

/** The numbers in features that say how many disposables are preloaded, and when. */
final class PreloadNumbers {
    private static final Pattern DIGITS = Pattern.compile("[0-9]*");
    private static final Pattern DECIMAL =
            Pattern.compile(
                    "[+-]?([0-9]+(_[0-9]+)*(\\.([0-9]+(_[0-9]+)*)?)?|\\.[0-9]+(_[0-9]+)*)"
                            + "([eE][+-]?[0-9]+(_[0-9]+)*)?");

    private PreloadNumbers() {}

    /** True of digits and of the empty text, which stands for zero. */
    static boolean isCount(String text) {
        return DIGITS.matcher(text).matches();
    }

    /** The number; zero for what is none. */
    static int count(String text) {
        if (text.isEmpty() || !isCount(text)) {
            return 0;
        }
        String digits = text.replaceFirst("^0+(?=.)", "");
        return digits.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(digits);
    }

    /** Seconds, which may be negative; none for the empty text; absent if it is no number. */
    static Optional<Double> seconds(String text) {
        if (text.isEmpty()) {
            return Optional.of(0.0);
        }
        String number = text.strip();
        if (!DECIMAL.matcher(number).matches()) {
            return Optional.empty();
        }
        double seconds = Double.parseDouble(number.replace("_", ""));
        return Double.isInfinite(seconds) ? Optional.empty() : Optional.of(seconds);
    }
}
