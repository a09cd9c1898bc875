package qubes.core.device;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesValueError;
import qubes.core.error.Repr;
import qubes.core.error.UnexpectedDeviceProperty;
import qubes.core.value.DomainName;

/**
 * A device and what is known of it (spec devices.md §1 to §3).
 *
 * @param device where it is and which one; without an identity it is {@link
 *     VirtualDevice#NO_IDENTITY}
 * @param interfaces what it can do, the main one first
 * @param parent the port of the device that it is part of, if it is part of one
 * @param attachment the domain that it is attached to, if any
 * @param data more that the class of device tells of it, key to value
 * @param known false of what stands for an unplugged device; the original calls it UnknownDevice
 */
public record DeviceInfo(
        VirtualDevice device,
        DeviceLabels labels,
        List<DeviceInterface> interfaces,
        Optional<Port> parent,
        Optional<DomainName> attachment,
        Map<String, String> data,
        boolean known)
        implements Device {
    private static final Logger log = LoggerFactory.getLogger(DeviceInfo.class);

    private static final String INTERFACES = "interfaces";
    private static final String ATTACHMENT = "attachment";
    private static final String PARENT_PORT = "parent_port_id";
    private static final String PARENT_CLASS = "parent_devclass";

    /**
     * Copies its collections.
     *
     * @param device where it is plugged, and which one it is
     * @param interfaces what it can do, the main one first
     * @param parent the port of the device that it is part of, if it is part of one
     * @param attachment the domain that it is attached to, if any
     * @param data more that the class of device tells of it, key to value
     * @param known false of what stands for an unplugged device; the original calls it
     *     UnknownDevice
     * @param labels what it is called, by whom it is made
     */
    public DeviceInfo {
        device = device.anyIdentity() ? device.identifiedBy(VirtualDevice.NO_IDENTITY) : device;
        interfaces = List.copyOf(interfaces);
        data = Collections.unmodifiableMap(new LinkedHashMap<>(data));
    }

    /**
     * {@return a device that is there and of which nothing else is known yet}
     *
     * @param device where it is plugged, and which one it is
     */
    public static DeviceInfo of(VirtualDevice device) {
        return new DeviceInfo(
                device,
                DeviceLabels.NONE,
                List.of(DeviceInterface.UNKNOWN),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                true);
    }

    /**
     * {@return what stands for a device that is not plugged now}
     *
     * @param device where it is plugged, and which one it is
     */
    public static DeviceInfo unknown(VirtualDevice device) {
        DeviceInfo info = of(device);
        return new DeviceInfo(
                info.device,
                info.labels,
                info.interfaces,
                info.parent,
                info.attachment,
                info.data,
                false);
    }

    /**
     * {@return the device that a text of {@link #serialized} is about} A text that is not of that
     * form, or is about another device, gives an unknown one.
     *
     * @param text the serialization, as a backend or a caller wrote it
     * @param expected the device that the text is to be about
     */
    public static DeviceInfo parse(String text, VirtualDevice expected) {
        try {
            return parsed(text, expected);
        } catch (ProtocolError | UnexpectedDeviceProperty | QubesValueError e) {
            log.warn("{}: its description is not understood: {}", expected, e.getMessage());
            return unknown(expected);
        }
    }

    private static DeviceInfo parsed(String text, VirtualDevice expected) {
        Map<String, String> properties = PropertyText.parse(text);
        Map<String, String> data = PropertyText.takeOptions(properties);
        VirtualDevice device = expected.takenFrom(properties);
        DeviceLabels labels = DeviceLabels.takenFrom(properties);
        List<DeviceInterface> interfaces =
                taken(properties, INTERFACES)
                        .map(DeviceInterface::listOf)
                        .orElse(List.of(DeviceInterface.UNKNOWN));
        Optional<DomainName> attachment =
                taken(properties, ATTACHMENT).filter(name -> !name.isEmpty()).map(DomainName::new);
        String parentClass = taken(properties, PARENT_CLASS).orElse("");
        Optional<Port> parent =
                taken(properties, PARENT_PORT)
                        .map(port -> new Port(device.backend(), port, parentClass));
        if (!properties.isEmpty()) {
            throw new ProtocolError(
                    "A device has no property "
                            + Repr.quote(properties.keySet().iterator().next()));
        }
        return new DeviceInfo(device, labels, interfaces, parent, attachment, data, true);
    }

    private static Optional<String> taken(Map<String, String> properties, String key) {
        return Optional.ofNullable(properties.remove(key));
    }

    /**
     * {@return this device with other labels}
     *
     * @param other vendor, product and other words for users
     */
    public DeviceInfo labelled(DeviceLabels other) {
        return new DeviceInfo(device, other, interfaces, parent, attachment, data, known);
    }

    /**
     * {@return this device with other interfaces}
     *
     * @param others the interfaces, main one first
     */
    public DeviceInfo with(List<DeviceInterface> others) {
        return new DeviceInfo(device, labels, others, parent, attachment, data, known);
    }

    /**
     * {@return this device as part of another one at the same backend}
     *
     * @param other the port of the device that this one is part of
     */
    public DeviceInfo partOf(Port other) {
        return new DeviceInfo(
                device, labels, interfaces, Optional.of(other), attachment, data, known);
    }

    /**
     * {@return this device as attached to a domain}
     *
     * @param frontend name of the domain that has it
     */
    public DeviceInfo attachedTo(DomainName frontend) {
        return new DeviceInfo(
                device, labels, interfaces, parent, Optional.of(frontend), data, known);
    }

    /**
     * {@return this device with more told of it}
     *
     * @param more further properties, key to value
     */
    public DeviceInfo with(Map<String, String> more) {
        return new DeviceInfo(device, labels, interfaces, parent, attachment, more, known);
    }

    @Override
    public Port port() {
        return device.port();
    }

    /** {@return what users call such devices: by the first interface that tells} */
    public InterfaceCategory category() {
        return interfaces.stream()
                .map(DeviceInterface::category)
                .filter(category -> category != InterfaceCategory.OTHER)
                .findFirst()
                .orElse(InterfaceCategory.OTHER);
    }

    /** {@return the device in words: category, maker, what it is} */
    public String description() {
        return category()
                + ": "
                + labels.maker().orElse("unknown vendor")
                + " "
                + labels.title()
                        .or(() -> parent.map(port -> "sub-device of " + port))
                        .orElse("unknown " + deviceClass() + " device");
    }

    /**
     * {@return the device as properties (spec devices.md §2)}
     *
     * @throws ProtocolError if something of it has characters that clients do not read
     */
    public String serialized() {
        List<String> items = new ArrayList<>(device.items());
        items.add(labels.serialized());
        attachment.ifPresent(name -> items.add(PropertyText.item(ATTACHMENT, name.value())));
        items.add(PropertyText.item(INTERFACES, DeviceInterface.text(interfaces)));
        parent.ifPresent(
                port -> {
                    items.add(PropertyText.item(PARENT_PORT, port.portId()));
                    items.add(PropertyText.item(PARENT_CLASS, port.deviceClass()));
                });
        items.addAll(PropertyText.options(data));
        return String.join(" ", items);
    }

    /** {@return its line in a list of what a backend offers, without the line feed} */
    public String line() {
        return device.portId() + ":" + device.deviceId() + " " + serialized();
    }

    /** As clients read it, {@code <backend>:<port>:<identity>}. */
    @Override
    public String toString() {
        return device.toString();
    }
}
