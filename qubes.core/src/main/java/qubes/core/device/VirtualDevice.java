package qubes.core.device;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import qubes.core.error.Repr;
import qubes.core.error.UnexpectedDeviceProperty;
import qubes.core.value.DomainName;

/**
 * A device by where it is plugged and which one it is, either of which may be any (spec devices.md
 * §1). One of any identity stands for its port.
 *
 * @param deviceId the identity that the device shows, such as {@code 0951:1666::u080650}; {@code *}
 *     for any
 */
public record VirtualDevice(Port port, String deviceId)
        implements Device, Comparable<VirtualDevice> {
    /** The identity of devices that show none. */
    public static final String NO_IDENTITY = "0000:0000::?******";

    private static final String DEVICE_ID = "device_id";
    private static final String PORT_ID = "port_id";
    private static final String DEVICE_CLASS = "devclass";
    private static final String BACKEND = "backend_domain";

    private static final String ANY_ARGUMENT = "_";
    private static final String UNKNOWN_ARGUMENT = "_______";

    /** Whether the port comes first or the identity: who names both is the most specific. */
    private static final Comparator<VirtualDevice> ORDER =
            Comparator.comparing(VirtualDevice::port)
                    .thenComparing(VirtualDevice::deviceId, Port.ANY_FIRST);

    /**
     * Checks what it is made of.
     *
     * @param port where it is plugged
     * @param deviceId the identity that the device shows, such as {@code 0951:1666::u080650};
     *     {@code *} for any
     */
    public VirtualDevice {
        deviceId = deviceId.isEmpty() ? Port.ANY : deviceId;
    }

    /**
     * {@return whatever is plugged there}
     *
     * @param port where it is plugged
     */
    public static VirtualDevice at(Port port) {
        return new VirtualDevice(port, Port.ANY);
    }

    /**
     * {@return the device that a request's argument names (spec devices.md §1.1): {@code
     * <backend>+<port>+<identity>}, where {@code _} is any}
     *
     * @param argument as {@code BACKEND+PORT} or {@code BACKEND+PORT+IDENTITY}
     * @param deviceClass name of the class of devices
     * @param known whether there is a domain of that name
     * @throws IllegalArgumentException if the argument has no {@code +}
     * @throws NoSuchElementException if there is no such backend
     */
    public static VirtualDevice parseArgument(
            String argument, String deviceClass, Predicate<DomainName> known) {
        int plus = argument.indexOf('+');
        if (plus < 0) {
            throw new IllegalArgumentException(
                    "a device is <backend>+<port>+<identity>, not " + Repr.quote(argument));
        }
        Optional<DomainName> backend = backend(argument.substring(0, plus), known);
        String rest = argument.substring(plus + 1).replace('+', ':');
        int colon = rest.indexOf(':');
        String portId = colon < 0 ? rest : rest.substring(0, colon);
        String deviceId = colon < 0 ? "" : rest.substring(colon + 1);
        return new VirtualDevice(
                new Port(backend, anyOr(portId), deviceClass),
                anyOr(deviceId).replace(UNKNOWN_ARGUMENT, DeviceInterface.UNKNOWN.code()));
    }

    private static Optional<DomainName> backend(String name, Predicate<DomainName> known) {
        if (name.equals(ANY_ARGUMENT)) {
            return Optional.empty();
        }
        return Optional.of(
                Optional.of(name)
                        .filter(text -> !text.isEmpty())
                        .map(DomainName::new)
                        .filter(known)
                        .orElseThrow(
                                () ->
                                        new NoSuchElementException(
                                                "no domain is called " + Repr.quote(name))));
    }

    private static String anyOr(String text) {
        return text.equals(ANY_ARGUMENT) ? Port.ANY : text;
    }

    /** {@return the backend; absent for any} */
    public Optional<DomainName> backend() {
        return port.backend();
    }

    /** {@return the port at the backend, {@code *} for any} */
    public String portId() {
        return port.portId();
    }

    /** {@return true if it stands for whatever is plugged at the port} */
    public boolean anyIdentity() {
        return deviceId.equals(Port.ANY);
    }

    /**
     * {@return this device with another identity}
     *
     * @param identity what the device shows; {@code *} for any
     */
    public VirtualDevice identifiedBy(String identity) {
        return new VirtualDevice(port, identity);
    }

    /** {@return the form of keys, {@code <backend>+<port>:<identity>}} */
    public String key() {
        return port.backendName() + "+" + portId() + ":" + deviceId;
    }

    /**
     * {@return the form of a request's argument} What {@link #parseArgument} makes of it is this
     * device, unless an identity of some length has wildcards in it.
     */
    public String argument() {
        return key().replace(':', '+')
                .replace(DeviceInterface.UNKNOWN.code(), UNKNOWN_ARGUMENT)
                .replace(Port.ANY, ANY_ARGUMENT);
    }

    /**
     * {@return the device as properties (spec devices.md §2)}
     *
     * @throws qubes.core.error.ProtocolError if an id has characters that clients do not read
     */
    public String serialized() {
        return String.join(" ", items());
    }

    /** The properties in their order; empty for a backend that is not set. */
    List<String> items() {
        return List.of(
                PropertyText.item(DEVICE_ID, deviceId),
                PropertyText.item(PORT_ID, portId()),
                PropertyText.item(DEVICE_CLASS, deviceClass()),
                backend().map(name -> PropertyText.item(BACKEND, name.value())).orElse(""));
    }

    /**
     * Takes the properties of the device itself out of those of a text that is to be about this
     * device; what the text does not say is this device's.
     *
     * @throws UnexpectedDeviceProperty if the text is about another device
     */
    VirtualDevice takenFrom(Map<String, String> properties) {
        refuseOther(BACKEND, port.backendName(), properties.remove(BACKEND));
        refuseOther(PORT_ID, portId(), properties.remove(PORT_ID));
        refuseOther(DEVICE_CLASS, deviceClass(), properties.remove(DEVICE_CLASS));
        String identity = properties.remove(DEVICE_ID);
        if (anyIdentity()) {
            return identity == null ? this : identifiedBy(identity);
        }
        refuseOther(DEVICE_ID, deviceId, identity);
        return this;
    }

    private static void refuseOther(String property, String expected, @Nullable String given) {
        if (given != null && !given.equals(expected)) {
            throw new UnexpectedDeviceProperty(
                    "The device's "
                            + property
                            + " is expected to be "
                            + Repr.quote(expected)
                            + ", not "
                            + Repr.quote(given));
        }
    }

    /** As clients read it, {@code <backend>:<port>:<identity>}. */
    @Override
    public String toString() {
        return port.backendName() + ":" + portId() + ":" + deviceId;
    }

    /** By port, then identity; the most specific is the greatest. */
    @Override
    public int compareTo(VirtualDevice other) {
        return ORDER.compare(this, other);
    }
}
