package qubes.core.device;

import java.util.Comparator;
import java.util.Optional;
import qubes.core.value.DomainName;

/**
 * Where a device is plugged, or may be (spec devices.md §1). What is not set reads {@code *}, or
 * {@code peripheral} of the class, and is the same as if it had been set to that.
 *
 * @param backend the domain that offers the device; absent for any
 * @param portId the place at the backend, such as {@code 1-1.2} or {@code 00_14.0}; {@code *} for
 *     any
 * @param deviceClass {@code pci}, {@code block}, {@code usb}, …
 */
public record Port(Optional<DomainName> backend, String portId, String deviceClass)
        implements Comparable<Port> {
    /** Stands for any backend, port or identity. */
    public static final String ANY = "*";

    /** The class of what has none. */
    public static final String PERIPHERAL = "peripheral";

    /** What is less specific comes first. */
    static final Comparator<String> ANY_FIRST =
            Comparator.<String, Boolean>comparing(text -> !text.equals(ANY))
                    .thenComparing(Comparator.naturalOrder());

    private static final Comparator<Port> ORDER =
            Comparator.comparing(Port::backendName, ANY_FIRST)
                    .thenComparing(Port::deviceClass)
                    .thenComparing(Port::portId, ANY_FIRST);

    /**
     * Checks what it is made of.
     *
     * @param backend the domain that offers the device
     * @param portId the place at the backend
     * @param deviceClass {@code pci}, {@code block}, {@code usb}, …
     */
    public Port {
        portId = portId.isEmpty() ? ANY : portId;
        deviceClass = deviceClass.isEmpty() ? PERIPHERAL : deviceClass;
    }

    /**
     * {@return a port of a domain}
     *
     * @param backend the domain that offers the device
     * @param portId the place at the backend
     * @param deviceClass {@code pci}, {@code block}, {@code usb}, …
     */
    public static Port of(DomainName backend, String portId, String deviceClass) {
        return new Port(Optional.of(backend), portId, deviceClass);
    }

    /**
     * {@return any port of any domain; the original calls it AnyPort}
     *
     * @param deviceClass {@code pci}, {@code block}, {@code usb}, …
     */
    public static Port any(String deviceClass) {
        return new Port(Optional.empty(), ANY, deviceClass);
    }

    /** {@return name of the backend, {@code *} for any} */
    public String backendName() {
        return backend.map(DomainName::value).orElse(ANY);
    }

    /** {@return true if it may be any port of the backend} */
    public boolean anyPort() {
        return portId.equals(ANY);
    }

    /**
     * {@return the form of keys and arguments, {@code <backend>+<port>}; {@code *} for any at all}
     */
    public String key() {
        return joined("+");
    }

    /** As clients read it, {@code <backend>:<port>}; {@code *} for any at all. */
    @Override
    public String toString() {
        return joined(":");
    }

    private String joined(String separator) {
        return backend.isEmpty() && anyPort() ? ANY : backendName() + separator + portId;
    }

    /** By backend, class and port; what may be any comes first. */
    @Override
    public int compareTo(Port other) {
        return ORDER.compare(this, other);
    }
}
