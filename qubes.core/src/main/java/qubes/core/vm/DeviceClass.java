package qubes.core.vm;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import qubes.core.device.DeviceAttachment;
import qubes.core.device.DeviceInfo;

/**
 * A class of devices ({@code block}, {@code pci}, {@code usb}, …), contributed as an OSGi service
 * annotated with {@link DeviceClassName}; it can come and go while the system runs. It knows what
 * devices there are and how they get to a domain; assignments, events, permissions and the Admin
 * API are the core's. In place of the queries {@code device-list}, {@code device-get} and {@code
 * device-list-attached} of the original (spec events.md §2.4) the core asks this service.
 *
 * <p>All methods may block and are called by many threads at a time, never under the model lock.
 * Failures are {@link qubes.core.error.QubesException}s that a user understands. Where devices come
 * and go without being asked to, the class says so through {@link DeviceClasses#refresh}.
 */
@ConsumerType
public interface DeviceClass {
    /**
     * {@return the name that the store and clients use, as the service property says it} Constant.
     */
    String deviceClass();

    /**
     * {@return the devices that a domain offers now, each at a port of its own, of this class and
     * of that backend; none if the domain does not run or knows no such devices} What is attached
     * to a domain says so ({@link DeviceInfo#attachment}).
     *
     * @param backend the domain that offers devices
     */
    List<DeviceInfo> exposed(BaseVM backend);

    /**
     * {@return the device at a port of a domain, if something is plugged there now}
     *
     * @param backend the domain that offers devices
     * @param portId the place at the backend
     */
    default Optional<DeviceInfo> find(BaseVM backend, String portId) {
        return exposed(backend).stream()
                .filter(device -> device.device().portId().equals(portId))
                .findFirst();
    }

    /**
     * {@return the devices that are attached to a domain now, whoever attached them}
     *
     * @param frontend the domain that has, or is to have, the device
     */
    List<DeviceAttachment> attached(BaseVM frontend);

    /**
     * Attaches a device to a domain, which runs or is about to: the guest may be paused. Called
     * between {@code device-pre-attach} and {@code device-attach}.
     *
     * @param frontend the domain that has, or is to have, the device
     * @param device the device, as the backend offers it now
     * @param options what the caller asked for, option name to value; not checked yet
     * @throws qubes.core.error.QubesValueError for an option that there is not
     * @throws qubes.core.error.DeviceAlreadyAttached if another domain has the device
     * @throws qubes.core.error.QubesVMNotRunningError if the backend does not run
     */
    void attach(BaseVM frontend, DeviceInfo device, Map<String, String> options);

    /**
     * Detaches a device that {@link #attached} named. One that is gone by now is fine. Called
     * between {@code device-pre-detach} and {@code device-detach}.
     *
     * @param frontend the domain that has, or is to have, the device
     * @param attachment what {@link #attached} told
     */
    void detach(BaseVM frontend, DeviceAttachment attachment);
}
