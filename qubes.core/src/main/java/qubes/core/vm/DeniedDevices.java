package qubes.core.vm;

import java.util.TreeSet;
import java.util.regex.Pattern;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.error.QubesValueError;
import qubes.core.property.PropertyType;

/**
 * The syntax of {@code devices_denied}: interface codes of seven characters each, kept sorted and
 * without repetition.
 */
final class DeniedDevices {
    private static final int CODE = 7;
    private static final Pattern LEGAL = Pattern.compile("[bump*][0-9a-f*]{6}");

    /** Codes that a store has in another order, or twice, are read as if they had been set. */
    static final PropertyType<String> TYPE =
            new PropertyType<>("str", "str", DeniedDevices::stored, codes -> codes);

    private DeniedDevices() {}

    private static String stored(String codes) {
        try {
            return normalized(codes);
        } catch (QubesValueError e) {
            return codes; // for the rule to refuse, or for the user to see and mend
        }
    }

    static String normalized(String codes) {
        if (codes.length() % CODE != 0) {
            throw new QubesValueError(
                    "devices_denied has codes of seven characters; its length is "
                            + codes.length());
        }
        TreeSet<String> sorted = new TreeSet<>();
        for (int i = 0; i < codes.length(); i += CODE) {
            String code = codes.substring(i, i + CODE);
            if (!LEGAL.matcher(code).matches()) {
                throw new QubesPropertyValueError(
                        "Interface code list should be in the form chhhhhhchhhhhh...,where c is one"
                                + " of \"b\", \"u\", \"m\", \"p\", \"*\" and h is a hexdigit or \"*\".");
            }
            sorted.add(code);
        }
        return String.join("", sorted);
    }
}
