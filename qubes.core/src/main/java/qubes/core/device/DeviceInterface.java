package qubes.core.device;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesValueError;
import qubes.core.error.Repr;

/**
 * What a device can do, or a pattern of it, as a code of seven characters: the letter of the class
 * of device and six hexadecimal digits, each of which may be {@code *} (spec devices.md §3). Codes
 * come from devices, so any character is put up with.
 */
public record DeviceInterface(String code) {
    /** Nothing is known of the interface. */
    public static final DeviceInterface UNKNOWN = new DeviceInterface("?******");

    private static final int LENGTH = 7;
    private static final Pattern DIGITS = Pattern.compile("[0-9a-fA-F*]{0,6}");
    private static final String UNKNOWN_CLASS = "?";

    /**
     * Checks what it is made of.
     *
     * @param code seven characters
     */
    public DeviceInterface {
        if (code.length() != LENGTH) {
            throw new IllegalArgumentException(
                    "an interface code has " + LENGTH + " characters: " + Repr.quote(code));
        }
    }

    /**
     * {@return the interface of a code; one shorter than seven characters is of an unknown class}
     *
     * @param code seven characters
     */
    public static DeviceInterface of(String code) {
        return new DeviceInterface(code.length() < LENGTH ? UNKNOWN_CLASS + padded(code) : code);
    }

    /**
     * {@return an interface of a class of device}
     *
     * @param digits up to six; what is missing may be anything
     * @param deviceClass name of the class of devices
     * @throws ProtocolError if they are not hexadecimal digits or {@code *}
     */
    public static DeviceInterface of(String digits, String deviceClass) {
        if (!DIGITS.matcher(digits).matches()) {
            throw new ProtocolError("Invalid characters in interface encoding");
        }
        return new DeviceInterface(letter(deviceClass) + padded(digits));
    }

    /**
     * {@return the interfaces of codes that stand one after the other}
     *
     * @param codes codes of seven characters each, without anything between
     * @throws QubesValueError if the length is not a multiple of seven
     */
    public static List<DeviceInterface> listOf(String codes) {
        if (codes.length() % LENGTH != 0) {
            throw new QubesValueError(
                    "Invalid length of interfaces="
                            + Repr.quote(codes)
                            + " (is "
                            + codes.length()
                            + ", expected multiple of "
                            + LENGTH
                            + ")");
        }
        List<DeviceInterface> all = new ArrayList<>(codes.length() / LENGTH);
        for (int i = 0; i < codes.length(); i += LENGTH) {
            all.add(new DeviceInterface(codes.substring(i, i + LENGTH)));
        }
        return all;
    }

    /**
     * {@return their codes, one after the other}
     *
     * @param interfaces interfaces of one device, in order
     */
    public static String text(Collection<DeviceInterface> interfaces) {
        return interfaces.stream().map(DeviceInterface::code).collect(Collectors.joining());
    }

    /**
     * {@return the first of the interfaces that some pattern matches: why a device is denied to a
     * domain with those patterns in {@code devices_denied}}
     *
     * @param patterns interfaces that may hold wildcards
     * @param interfaces interfaces of one device, in order
     */
    public static Optional<DeviceInterface> firstMatching(
            Collection<DeviceInterface> patterns, Collection<DeviceInterface> interfaces) {
        return interfaces.stream()
                .filter(candidate -> patterns.stream().anyMatch(p -> p.matches(candidate)))
                .findFirst();
    }

    /**
     * {@return true if each character of this pattern is {@code *} or the candidate's}
     *
     * @param candidate an interface of a device
     */
    public boolean matches(DeviceInterface candidate) {
        for (int i = 0; i < LENGTH; i++) {
            if (code.charAt(i) != '*' && code.charAt(i) != candidate.code.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** {@return the class of device, if the code tells} */
    public Optional<String> deviceClass() {
        return switch (code.charAt(0)) {
            case 'u' -> Optional.of("usb");
            case 'p' -> Optional.of("pci");
            case 'b' -> Optional.of("block");
            case 'm' -> Optional.of("mic");
            default -> Optional.empty();
        };
    }

    /** {@return what users call such devices} */
    public InterfaceCategory category() {
        return InterfaceCategory.of(this);
    }

    /**
     * {@return the interface in words, as far as the host knows them; else its code}
     *
     * @param names knows the words for classes of interfaces
     */
    public String text(InterfaceNames names) {
        return switch (code.charAt(0)) {
            case 'b' -> "Block Device";
            case 'm' -> "Microphone";
            case 'u' -> names.find(this).orElse("USB device");
            case 'p' -> names.find(this).orElse("PCI device");
            default -> code;
        };
    }

    /** How many characters are not {@code *}. */
    int literals() {
        return (int) code.chars().filter(c -> c != '*').count();
    }

    @Override
    public String toString() {
        return code;
    }

    private static String padded(String digits) {
        return digits + "*".repeat(Math.max(0, LENGTH - 1 - digits.length()));
    }

    private static String letter(String deviceClass) {
        return switch (deviceClass) {
            case "usb", "pci", "block", "mic" -> deviceClass.substring(0, 1);
            default -> UNKNOWN_CLASS;
        };
    }
}
