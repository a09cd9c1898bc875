package qubes.core.vm;

import java.util.regex.Pattern;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.error.Repr;

/** The syntax of {@code keyboard_layout}: layout, variant and options, joined by {@code +}. */
final class KeyboardLayout {
    static final String DEFAULT = "us++";

    private static final Pattern LEGAL =
            Pattern.compile("[A-Za-z]+\\+[A-Za-z0-9_-]*\\+[A-Za-z0-9_:,-]*");

    private KeyboardLayout() {}

    static void check(String property, String value) {
        if (!LEGAL.matcher(value).matches()) {
            throw new QubesPropertyValueError(
                    property
                            + " needs layout+variant+options, such as us++ or de+nodeadkeys+, not "
                            + Repr.quote(value));
        }
    }
}
