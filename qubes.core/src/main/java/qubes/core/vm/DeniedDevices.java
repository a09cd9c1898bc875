package qubes.core.vm;

import java.util.TreeSet;
import java.util.regex.Pattern;
import qubes.core.device.DeviceInterface;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.error.QubesValueError;
import qubes.core.property.PropertyType;

/**
 * The syntax of {@code devices_denied}: interface codes of seven characters each, kept sorted and
 * without repetition (spec devices.md §3.1, vm-classes.md §4.3).
 */
final class DeniedDevices {
    private static final Pattern LEGAL = Pattern.compile("[bump*][0-9a-f*]{6}");

    /** The original's words (spec devices.md §3.1). */
    private static final String ALLOWED =
            "Interface code list should be in the form chhhhhhchhhhhh...,where c is one of \"b\","
                    + " \"u\", \"m\", \"p\", \"*\" and h is a hexdigit or \"*\".";

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

    /**
     * The codes sorted, each once.
     *
     * @throws QubesValueError if the length is not a multiple of seven
     * @throws QubesPropertyValueError if one of them is no such code
     */
    static String normalized(String codes) {
        TreeSet<String> sorted = new TreeSet<>();
        for (DeviceInterface code : DeviceInterface.listOf(codes)) {
            if (!LEGAL.matcher(code.code()).matches()) {
                throw new QubesPropertyValueError(ALLOWED);
            }
            sorted.add(code.code());
        }
        return String.join("", sorted);
    }
}
