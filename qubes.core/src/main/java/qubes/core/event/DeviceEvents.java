package qubes.core.event;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import qubes.core.device.Device;
import qubes.core.device.DeviceInfo;
import qubes.core.device.Port;
import qubes.core.device.VirtualDevice;
import qubes.core.property.PropertyHolder;

/**
 * The events of devices, one name per class of device (spec events.md §2.4). The subject of those
 * about assigning and attaching is the frontend; of the others, the backend.
 */
public final class DeviceEvents {
    private DeviceEvents() {}

    /** An event of one class of device. */
    public interface DeviceEvent extends Event {
        /** {@return the name of the class: {@code pci}, {@code block}, {@code usb}, …} */
        String deviceClass();
    }

    /** What the events have in common that are about a device. */
    private interface OfDevice extends DeviceEvent {
        Device device();

        @Override
        default String deviceClass() {
            return device().deviceClass();
        }

        @Override
        default Map<String, Object> arguments() {
            return Map.of("device", device());
        }
    }

    /** What the events have in common that tell how a device gets attached. */
    private interface WithOptions extends OfDevice {
        Map<String, String> options();

        @Override
        default Map<String, Object> arguments() {
            Map<String, Object> arguments = new LinkedHashMap<>();
            arguments.put("device", device());
            arguments.put("options", options());
            return arguments;
        }
    }

    /** What the events have in common that are about a port. */
    private interface OfPort extends DeviceEvent {
        Port port();

        @Override
        default String deviceClass() {
            return port().deviceClass();
        }

        @Override
        default Map<String, Object> arguments() {
            return Map.of("port", port());
        }
    }

    /**
     * {@return the events of a type that are about one class of device}
     *
     * @param <E> type of the events
     * @param type type of the events
     * @param deviceClass name of the class of devices
     */
    public static <E extends DeviceEvent> EventPattern<E> of(Class<E> type, String deviceClass) {
        return EventPattern.of(type, "*:" + deviceClass);
    }

    /** A device is about to be attached: handlers do it, or refuse. They may block. */
    public record PreAttach(PropertyHolder subject, DeviceInfo device, Map<String, String> options)
            implements WithOptions, PreEvent {
        /**
         * Checks what it is made of.
         *
         * @param subject the domain
         * @param options empty if something else than this system attached it
         * @param device where it is plugged, and which one it is
         */
        public PreAttach {
            options = copy(options);
        }

        @Override
        public String wireName() {
            return "device-pre-attach:" + deviceClass();
        }
    }

    /**
     * A device was attached.
     *
     * @param options empty if something else than this system attached it
     */
    public record Attach(PropertyHolder subject, DeviceInfo device, Map<String, String> options)
            implements WithOptions {
        /**
         * Checks what it is made of.
         *
         * @param subject the domain
         * @param options empty if something else than this system attached it
         * @param device where it is plugged, and which one it is
         */
        public Attach {
            options = copy(options);
        }

        @Override
        public String wireName() {
            return "device-attach:" + deviceClass();
        }
    }

    /** A device is about to be detached: handlers do it, or refuse. They may block. */
    public record PreDetach(PropertyHolder subject, Port port) implements OfPort, PreEvent {
        @Override
        public String wireName() {
            return "device-pre-detach:" + deviceClass();
        }
    }

    /** A device was detached. */
    public record Detach(PropertyHolder subject, Port port) implements OfPort {
        @Override
        public String wireName() {
            return "device-detach:" + deviceClass();
        }
    }

    /**
     * A device is about to be assigned, or its mode to change; a handler may refuse. A new
     * assignment is recorded already and stays even if a handler refuses.
     */
    public record PreAssign(
            PropertyHolder subject, VirtualDevice device, Map<String, String> options)
            implements WithOptions, PreEvent {
        /**
         * Checks what it is made of.
         *
         * @param subject the domain
         * @param options empty if something else than this system attached it
         * @param device where it is plugged, and which one it is
         */
        public PreAssign {
            options = copy(options);
        }

        @Override
        public String wireName() {
            return "device-pre-assign:" + deviceClass();
        }
    }

    /** A device was assigned. */
    public record Assign(PropertyHolder subject, VirtualDevice device, Map<String, String> options)
            implements WithOptions {
        /**
         * Checks what it is made of.
         *
         * @param subject the domain
         * @param options empty if something else than this system attached it
         * @param device where it is plugged, and which one it is
         */
        public Assign {
            options = copy(options);
        }

        @Override
        public String wireName() {
            return "device-assign:" + deviceClass();
        }
    }

    /** The mode of an assignment was changed. */
    public record AssignmentChanged(PropertyHolder subject, VirtualDevice device)
            implements OfDevice {
        @Override
        public String wireName() {
            return "device-assignment-changed:" + deviceClass();
        }
    }

    /** A device is no longer assigned. */
    public record Unassign(PropertyHolder subject, VirtualDevice device) implements OfDevice {
        @Override
        public String wireName() {
            return "device-unassign:" + deviceClass();
        }
    }

    /** What a backend offers has changed. */
    public record ListChange(PropertyHolder subject, String deviceClass) implements DeviceEvent {
        @Override
        public String wireName() {
            return "device-list-change:" + deviceClass;
        }
    }

    /** A backend offers a new device. */
    public record Added(PropertyHolder subject, DeviceInfo device) implements OfDevice {
        @Override
        public String wireName() {
            return "device-added:" + deviceClass();
        }
    }

    /** A backend no longer offers a device. */
    public record Removed(PropertyHolder subject, Port port) implements OfPort {
        @Override
        public String wireName() {
            return "device-removed:" + deviceClass();
        }
    }

    private static Map<String, String> copy(Map<String, String> options) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }
}
