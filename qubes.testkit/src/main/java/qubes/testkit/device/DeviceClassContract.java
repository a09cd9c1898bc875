package qubes.testkit.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.device.DeviceAttachment;
import qubes.core.device.DeviceInfo;
import qubes.core.device.Port;
import qubes.core.device.VirtualDevice;
import qubes.core.error.DeviceAlreadyAttached;
import qubes.core.error.QubesValueError;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DeviceClass;
import qubes.core.vm.QubesVM;

/**
 * What every class of devices owes the core. Implement it in a test class of its bundle; override
 * nothing.
 */
public interface DeviceClassContract {
    /**
     * {@return the class in a system with one backend and two frontends, to which nothing is
     * attached}
     *
     * @throws Exception if it cannot be made
     */
    DeviceClassFixture fixture() throws Exception;

    /**
     * What is plugged is offered by its backend alone, at a port of its own.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("what is plugged is offered by its backend alone, at a port of its own")
    default void offersWhatIsPlugged() throws Exception {
        try (DeviceClassFixture fixture = fixture()) {
            DeviceClass deviceClass = fixture.deviceClass();
            BaseVM backend = fixture.backend();
            List<Port> plugged = List.of(fixture.plug(), fixture.plug());
            List<DeviceInfo> offered = deviceClass.exposed(backend);
            List<Port> ports = offered.stream().map(DeviceInfo::port).toList();
            assertTrue(ports.containsAll(plugged), ports::toString);
            assertEquals(ports.stream().distinct().toList(), ports);
            for (DeviceInfo device : offered) {
                assertEquals(deviceClass.deviceClass(), device.deviceClass());
                assertEquals(Optional.of(backend.name()), device.port().backend());
                assertTrue(device.known());
                assertEquals(DeviceInfo.parse(device.serialized(), device.device()), device);
                assertEquals(
                        Optional.of(device), deviceClass.find(backend, device.device().portId()));
            }
            assertEquals(Optional.empty(), deviceClass.find(backend, "no-such-port"));
            for (BaseVM frontend : fixture.frontends()) {
                assertTrue(
                        deviceClass.exposed(frontend).stream()
                                .noneMatch(device -> plugged.contains(device.port())));
            }
        }
    }

    /**
     * An attached device says so on both sides, with the identity that it shows.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("an attached device says so on both sides, with the identity that it shows")
    default void attaches() throws Exception {
        try (DeviceClassFixture fixture = fixture()) {
            BaseVM frontend = fixture.frontends().get(0);
            VirtualDevice device = attached(fixture, frontend);
            assertEquals(List.of(device), devicesOf(fixture, frontend));
            assertEquals(List.of(), devicesOf(fixture, fixture.frontends().get(1)));
            assertEquals(Optional.of(frontend.name()), offered(fixture, device).attachment());
        }
    }

    /**
     * A device that one domain has goes to no other.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("a device that one domain has goes to no other")
    default void attachesOnce() throws Exception {
        try (DeviceClassFixture fixture = fixture()) {
            BaseVM frontend = fixture.frontends().get(0);
            BaseVM other = fixture.frontends().get(1);
            VirtualDevice device = attached(fixture, frontend);
            DeviceInfo info = offered(fixture, device);
            assertThrows(
                    DeviceAlreadyAttached.class,
                    () -> fixture.deviceClass().attach(other, info, Map.of()));
            assertEquals(List.of(device), devicesOf(fixture, frontend));
            assertEquals(List.of(), devicesOf(fixture, other));
        }
    }

    /**
     * An option that there is not is refused, and nothing is attached.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("an option that there is not is refused, and nothing is attached")
    default void refusesUnknownOptions() throws Exception {
        try (DeviceClassFixture fixture = fixture()) {
            BaseVM frontend = fixture.frontends().get(0);
            DeviceInfo device = offered(fixture, VirtualDevice.at(fixture.plug()));
            assertThrows(
                    QubesValueError.class,
                    () ->
                            fixture.deviceClass()
                                    .attach(frontend, device, Map.of("no-such-option", "x")));
            assertEquals(List.of(), devicesOf(fixture, frontend));
        }
    }

    /**
     * A detached device is free again; detaching it once more does nothing, whoever has it.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName(
            "a detached device is free again; detaching it once more does nothing, whoever has it")
    default void detaches() throws Exception {
        try (DeviceClassFixture fixture = fixture()) {
            DeviceClass deviceClass = fixture.deviceClass();
            BaseVM frontend = fixture.frontends().get(0);
            VirtualDevice device = attached(fixture, frontend);
            DeviceAttachment attachment = deviceClass.attached(frontend).get(0);
            deviceClass.detach(frontend, attachment);
            deviceClass.detach(frontend, attachment);
            assertEquals(List.of(), devicesOf(fixture, frontend));
            DeviceInfo free = offered(fixture, device);
            assertEquals(Optional.empty(), free.attachment());
            BaseVM other = fixture.frontends().get(1);
            deviceClass.attach(other, free, Map.of());
            assertEquals(List.of(device), devicesOf(fixture, other));
            deviceClass.detach(frontend, attachment);
            assertEquals(List.of(device), devicesOf(fixture, other));
        }
    }

    /**
     * A guest that ended has no devices, nor has the next one of its domain, and they are free
     * again.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName(
            "a guest that ended has no devices, nor has the next one of its domain, and they are free again")
    default void endOfAGuestFreesDevices() throws Exception {
        try (DeviceClassFixture fixture = fixture()) {
            BaseVM frontend = fixture.frontends().get(0);
            VirtualDevice device = attached(fixture, frontend);
            ((QubesVM) frontend).kill();
            assertEquals(List.of(), devicesOf(fixture, frontend));
            assertEquals(Optional.empty(), offered(fixture, device).attachment());
            ((QubesVM) frontend).start();
            assertEquals(List.of(), devicesOf(fixture, frontend));
            assertEquals(Optional.empty(), offered(fixture, device).attachment());
        }
    }

    /**
     * A domain that does not run offers nothing and has nothing.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("a domain that does not run offers nothing and has nothing")
    default void haltedDomainOffersNothing() throws Exception {
        try (DeviceClassFixture fixture = fixture()) {
            DeviceClass deviceClass = fixture.deviceClass();
            BaseVM halted = fixture.frontends().get(0);
            ((QubesVM) halted).kill();
            assertEquals(List.of(), deviceClass.exposed(halted));
            assertEquals(Optional.empty(), deviceClass.find(halted, "no-such-port"));
            assertEquals(List.of(), deviceClass.attached(halted));
        }
    }

    private static VirtualDevice attached(DeviceClassFixture fixture, BaseVM frontend)
            throws Exception {
        DeviceInfo device = offered(fixture, VirtualDevice.at(fixture.plug()));
        assertEquals(Optional.empty(), device.attachment());
        fixture.deviceClass().attach(frontend, device, Map.of());
        return device.device();
    }

    private static DeviceInfo offered(DeviceClassFixture fixture, VirtualDevice device) {
        return fixture.deviceClass().find(fixture.backend(), device.portId()).orElseThrow();
    }

    private static List<VirtualDevice> devicesOf(DeviceClassFixture fixture, BaseVM frontend) {
        return fixture.deviceClass().attached(frontend).stream()
                .map(DeviceAttachment::device)
                .toList();
    }
}
