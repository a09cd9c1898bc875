package qubes.core.device;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import qubes.core.error.ProtocolError;
import qubes.core.error.Repr;
import qubes.core.error.UnexpectedDeviceProperty;
import qubes.core.state.AssignmentRecord;
import qubes.core.value.DomainName;

/**
 * That a device is, or is to be, attached to a domain (spec devices.md §1, §2, §4).
 *
 * @param frontend the domain that gets it, where a text says so
 * @param options how it is attached, option name to value
 */
public record DeviceAssignment(
        VirtualDevice device,
        Optional<DomainName> frontend,
        Map<String, String> options,
        AssignmentMode mode) {
    private static final String MODE = "mode";
    private static final String FRONTEND = "frontend_domain";

    /**
     * Copies its collections.
     *
     * @param device where it is plugged, and which one it is
     * @param frontend the domain that gets it, where a text says so
     * @param options how it is attached, option name to value
     * @param mode when it is to be attached
     */
    public DeviceAssignment {
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /**
     * {@return an assignment without options, to a domain that goes without saying}
     *
     * @param device where it is plugged, and which one it is
     * @param mode when it is to be attached
     */
    public static DeviceAssignment of(VirtualDevice device, AssignmentMode mode) {
        return new DeviceAssignment(device, Optional.empty(), Map.of(), mode);
    }

    /**
     * {@return what the store has of an assignment (spec devices.md §5); absent if its mode is none
     * that makes the device be attached, or its backend can be no domain's name}
     *
     * @param stored what the store holds
     */
    public static Optional<DeviceAssignment> of(AssignmentRecord stored) {
        String backend = stored.backendDomain();
        if (backend.isEmpty()) {
            return Optional.empty();
        }
        Port port =
                new Port(
                        Optional.of(backend)
                                .filter(name -> !name.equals(Port.ANY))
                                .map(DomainName::new),
                        stored.portId(),
                        stored.deviceClass());
        return AssignmentMode.find(stored.mode())
                .filter(AssignmentMode::automatic)
                .map(mode -> of(new VirtualDevice(port, stored.identity()), mode))
                .map(assignment -> assignment.with(stored.attachOptions()));
    }

    /**
     * {@return the assignment that a request's text is about; an empty one is of a manual
     * attachment without options}
     *
     * @param text the serialization that a caller sent
     * @param expected the device that the text is to be about
     * @param known whether there is a domain of that name
     * @throws ProtocolError if the text is not of the form of {@link #serialized}, is about another
     *     device, or names a mode or a domain that there is not
     */
    public static DeviceAssignment parse(
            String text, VirtualDevice expected, Predicate<DomainName> known) {
        Map<String, String> properties = PropertyText.parse(text);
        Map<String, String> options = PropertyText.takeOptions(properties);
        VirtualDevice device = confirmed(expected, properties);
        AssignmentMode mode =
                Optional.ofNullable(properties.remove(MODE))
                        .map(DeviceAssignment::mode)
                        .orElse(AssignmentMode.MANUAL);
        Optional<DomainName> frontend =
                Optional.ofNullable(properties.remove(FRONTEND))
                        .map(name -> frontend(name, device, known));
        if (!properties.isEmpty()) {
            throw new ProtocolError(
                    "An assignment has no property "
                            + Repr.quote(properties.keySet().iterator().next())
                            + "; names of options begin with _");
        }
        return new DeviceAssignment(device, frontend, options, mode);
    }

    private static VirtualDevice confirmed(VirtualDevice expected, Map<String, String> properties) {
        try {
            return expected.takenFrom(properties);
        } catch (UnexpectedDeviceProperty e) {
            throw new ProtocolError(String.valueOf(e.getMessage()), e);
        }
    }

    private static AssignmentMode mode(String name) {
        return AssignmentMode.find(name)
                .orElseThrow(
                        () ->
                                new ProtocolError(
                                        "An assignment mode is manual, ask-to-attach, auto-attach"
                                                + " or required, not "
                                                + Repr.quote(name)));
    }

    private static DomainName frontend(
            String name, VirtualDevice device, Predicate<DomainName> known) {
        if (device.backend().isEmpty()) {
            throw new ProtocolError("Cannot determine backend domain");
        }
        return Optional.of(name)
                .filter(text -> !text.isEmpty())
                .map(DomainName::new)
                .filter(known)
                .orElseThrow(() -> new ProtocolError(Repr.quote(name)));
    }

    /**
     * {@return this assignment in another mode}
     *
     * @param other the mode
     */
    public DeviceAssignment in(AssignmentMode other) {
        return new DeviceAssignment(device, frontend, options, other);
    }

    /**
     * {@return this assignment with other options}
     *
     * @param others the options, option name to value
     */
    public DeviceAssignment with(Map<String, String> others) {
        return new DeviceAssignment(device, frontend, others, mode);
    }

    /**
     * {@return this assignment, to a domain that is named}
     *
     * @param name name of the domain that is to have it
     */
    public DeviceAssignment to(DomainName name) {
        return new DeviceAssignment(device, Optional.of(name), options, mode);
    }

    /** {@return the assignment as the store has it} */
    public AssignmentRecord record() {
        return AssignmentRecord.create(
                device.deviceClass(),
                device.port().backendName(),
                device.portId(),
                device.deviceId(),
                mode.wireName(),
                options);
    }

    /** {@return true if the frontend does not start without the device} */
    public boolean required() {
        return mode == AssignmentMode.REQUIRED;
    }

    /**
     * {@return true if a device of the same class and backend is at this port and has this
     * identity}
     *
     * @param other a device as it is plugged now
     */
    public boolean matches(VirtualDevice other) {
        Port port = device.port();
        return port.deviceClass().equals(other.deviceClass())
                && port.backend().equals(other.backend())
                && (port.anyPort() || port.portId().equals(other.portId()))
                && (device.anyIdentity() || device.deviceId().equals(other.deviceId()));
    }

    /**
     * {@return the devices that the assignment may mean: the one at its port, an unknown one if
     * nothing is plugged there; where any port will do, all that match} An identity that is none
     * matches nothing by itself.
     *
     * @param exposed the devices of this class that the backend offers now
     */
    public List<DeviceInfo> candidates(Collection<DeviceInfo> exposed) {
        if (device.port().anyPort()) {
            return device.deviceId().equals(VirtualDevice.NO_IDENTITY)
                    ? List.of()
                    : exposed.stream().filter(info -> matches(info.device())).toList();
        }
        return exposed.stream()
                .filter(info -> info.port().equals(device.port()))
                .findFirst()
                .map(there -> matches(there.device()) ? List.of(there) : List.<DeviceInfo>of())
                .orElseGet(() -> List.of(DeviceInfo.unknown(device)));
    }

    /**
     * {@return the assignment as properties (spec devices.md §2)}
     *
     * @throws ProtocolError if something of it has characters that clients do not read
     */
    public String serialized() {
        List<String> items = new ArrayList<>(device.items());
        items.add(PropertyText.item(MODE, mode.wireName()));
        frontend.ifPresent(name -> items.add(PropertyText.item(FRONTEND, name.value())));
        items.addAll(PropertyText.options(options));
        return String.join(" ", items);
    }

    /** {@return its line in a list of assignments or attachments, without the line feed} */
    public String line() {
        return device.key() + " " + serialized();
    }

    /** As clients read the device, {@code <backend>:<port>:<identity>}. */
    @Override
    public String toString() {
        return device.toString();
    }
}
