package qubes.core.admin;

import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Predicate;
import qubes.core.device.AssignmentMode;
import qubes.core.device.DeviceAssignment;
import qubes.core.device.DeviceInterface;
import qubes.core.device.VirtualDevice;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesUnrecognizedDeviceAssignmentMode;
import qubes.core.error.QubesValueError;
import qubes.core.error.Repr;
import qubes.core.value.DomainName;

/** What a caller sent, as devices and what is to be done with them (spec devices.md §1 and §2). */
public final class DeviceDecoder {
    private DeviceDecoder() {}

    /**
     * {@return codes of interfaces of devices, one after the other, none of them twice}
     *
     * @param untrusted what a caller sent
     * @throws ProtocolError if they are not ASCII, or one is there twice
     * @throws QubesValueError if the length is not a multiple of seven
     */
    public static List<DeviceInterface> interfaces(Untrusted untrusted) {
        List<DeviceInterface> interfaces =
                DeviceInterface.listOf(
                        Decoder.ascii(
                                untrusted,
                                () ->
                                        new ProtocolError(
                                                "Interface codes contain non-ASCII characters")));
        Set<DeviceInterface> seen = new HashSet<>();
        for (DeviceInterface code : interfaces) {
            if (!seen.add(code)) {
                throw new ProtocolError(
                        "Each interface code may be given once, and "
                                + Repr.quote(code.code())
                                + " is there twice");
            }
        }
        return interfaces;
    }

    /**
     * {@return a device, as {@code <backend>+<port>+<identity>} (spec devices.md §1.1)}
     *
     * @param untrusted what a caller sent
     * @param deviceClass name of the class that the method is about
     * @param known whether there is a domain of that name
     * @throws Unanswerable if it has no such form, or there is no such backend
     */
    public static VirtualDevice device(
            Untrusted untrusted, String deviceClass, Predicate<DomainName> known) {
        try {
            return VirtualDevice.parseArgument(Decoder.text(untrusted), deviceClass, known);
        } catch (IllegalArgumentException | NoSuchElementException e) {
            throw new Unanswerable("no device: " + e.getMessage());
        }
    }

    /**
     * {@return how a device is to be attached; nothing at all means by hand and without options}
     *
     * @param untrusted what a caller sent
     * @param device that the caller named
     * @param known whether there is a domain of that name
     * @throws ProtocolError if it is not of that form or about another device (spec devices.md §2)
     */
    public static DeviceAssignment assignment(
            Untrusted untrusted, VirtualDevice device, Predicate<DomainName> known) {
        return DeviceAssignment.parse(Decoder.text(untrusted), device, known);
    }

    /**
     * {@return when an assigned device is to be attached}
     *
     * @param untrusted what a caller sent
     * @throws QubesUnrecognizedDeviceAssignmentMode if it is no mode of assignments
     */
    public static AssignmentMode assignmentMode(Untrusted untrusted) {
        return AssignmentMode.find(Decoder.text(untrusted))
                .filter(AssignmentMode::automatic)
                .orElseThrow(
                        () -> new QubesUnrecognizedDeviceAssignmentMode("Invalid assignment mode"));
    }

    /**
     * {@return a port of some backend, as {@code <backend>+<port>}, to compare others with}
     *
     * @param untrusted what a caller sent
     * @throws Unanswerable if it has no such form
     */
    public static String portKey(Untrusted untrusted) {
        String key = Decoder.text(untrusted);
        if (key.indexOf('+') < 0) {
            throw new Unanswerable("a port is <backend>+<port>, not " + Repr.quote(key));
        }
        return key;
    }
}
