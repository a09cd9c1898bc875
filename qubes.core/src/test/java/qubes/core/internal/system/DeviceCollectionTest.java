package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import qubes.core.device.AssignmentMode;
import qubes.core.device.DeviceAssignment;
import qubes.core.device.Port;
import qubes.core.device.VirtualDevice;
import qubes.core.error.DeviceAlreadyAssigned;
import qubes.core.error.DeviceNotAssigned;
import qubes.core.error.QubesException;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.error.QubesVMInUseError;
import qubes.core.error.QubesValueError;
import qubes.core.event.DeviceEvents;
import qubes.core.event.Event;
import qubes.core.event.EventPattern;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DeviceCollection;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.NewDomain;
import qubes.core.vm.QubesVM;

@DisplayName("The devices of a domain")
class DeviceCollectionTest {
    private static final DomainName USB = new DomainName("sys-usb");
    private static final VirtualDevice STICK = device("1-1", "dead");

    @TempDir private Path home;

    private final List<Event> events = new ArrayList<>();
    private QubesSystem system;
    private BaseVM work;
    private DeviceCollection devices;

    @BeforeEach
    void open() {
        system = TestSystem.empty(home);
        TestSystem.plain(system, "sys-usb");
        work = TestSystem.plain(system, "work");
        devices = work.devices().of("testclass");
    }

    @AfterEach
    void close() {
        system.close();
    }

    @ParameterizedTest(name = "port {0}, identity {1}")
    @CsvSource({"1-1, dead", "1-1, *", "*, dead", "*, *"})
    @DisplayName("are assigned and unassigned with both events, whatever is left open")
    void assignAndUnassign(String port, String identity) throws Exception {
        VirtualDevice device = device(port, identity);
        assertEquals(
                List.of(
                        "work device-pre-assign:testclass",
                        "work device-assign:testclass",
                        "work device-unassign:testclass"),
                TestSystem.heard(
                        system,
                        () -> {
                            devices.assign(DeviceAssignment.of(device, AssignmentMode.AUTO));
                            assertEquals(
                                    List.of(DeviceAssignment.of(device, AssignmentMode.AUTO)),
                                    devices.assigned());
                            devices.unassign(device);
                        }));
        assertEquals(List.of(), devices.assigned());
    }

    @ParameterizedTest
    @EnumSource(
            value = AssignmentMode.class,
            names = {"ASK", "AUTO", "REQUIRED"})
    @DisplayName("are assigned in each automatic mode, with their options")
    void eachMode(AssignmentMode mode) {
        DeviceAssignment assignment =
                DeviceAssignment.of(STICK, mode).with(Map.of("read-only", "yes"));
        devices.assign(assignment);
        assertEquals(List.of(assignment), devices.assigned());
        assertEquals(Optional.of(assignment), devices.find(STICK));
        assertEquals(List.of("testclass"), work.devices().assignedClasses());
        assertEquals(
                Map.of(
                        "backend-domain", "sys-usb",
                        "id", "1-1",
                        "mode", mode.wireName(),
                        "identity", "dead"),
                work.record().assignments().get(0).attributes());
    }

    @Test
    @DisplayName("may be any backend's")
    void anyBackend() {
        VirtualDevice any = new VirtualDevice(Port.any("testclass"), "dead");
        devices.assign(DeviceAssignment.of(any, AssignmentMode.ASK));
        assertEquals(List.of(DeviceAssignment.of(any, AssignmentMode.ASK)), devices.assigned());
    }

    @Test
    @DisplayName("tell those who listen which device and how it is assigned")
    void eventsCarryDeviceAndOptions() {
        hearing(
                traits ->
                        traits.on(on(DeviceEvents.PreAssign.class), BaseVM.class, this::note)
                                .on(on(DeviceEvents.Assign.class), BaseVM.class, this::note)
                                .on(
                                        DeviceEvents.of(DeviceEvents.Assign.class, "pci"),
                                        BaseVM.class,
                                        this::note));
        devices.assign(
                DeviceAssignment.of(STICK, AssignmentMode.AUTO)
                        .to(work.name())
                        .with(Map.of("read-only", "no")));
        Map<String, Object> arguments =
                Map.of("device", STICK, "options", Map.of("read-only", "no"));
        assertEquals(List.of(arguments, arguments), events.stream().map(Event::arguments).toList());
        assertEquals("sys-usb:1-1:dead", STICK.toString());
    }

    @Test
    @DisplayName("are not assigned twice with the same port and identity")
    void notAssignedTwice() {
        devices.assign(DeviceAssignment.of(STICK, AssignmentMode.AUTO));
        assertEquals(
                "testclass device sys-usb:1-1:dead already assigned to work",
                assertThrows(
                                DeviceAlreadyAssigned.class,
                                () ->
                                        devices.assign(
                                                DeviceAssignment.of(
                                                        STICK, AssignmentMode.REQUIRED)))
                        .getMessage());
        assertThrows(
                DeviceAlreadyAssigned.class,
                () -> devices.assign(DeviceAssignment.of(STICK, AssignmentMode.MANUAL)));
        devices.assign(DeviceAssignment.of(device("1-1", "beef"), AssignmentMode.AUTO));
        devices.assign(DeviceAssignment.of(device("1-1", "*"), AssignmentMode.AUTO));
        devices.assign(DeviceAssignment.of(device("*", "dead"), AssignmentMode.AUTO));
        assertEquals(4, devices.assigned().size());
    }

    @Test
    @DisplayName("are not unassigned twice, nor if never assigned")
    void notUnassignedTwice() {
        assertEquals(
                "testclass device sys-usb:1-1:dead not assigned to work",
                assertThrows(DeviceNotAssigned.class, () -> devices.unassign(STICK)).getMessage());
        devices.assign(DeviceAssignment.of(STICK, AssignmentMode.AUTO));
        assertThrows(DeviceNotAssigned.class, () -> devices.unassign(device("1-1", "*")));
        devices.unassign(STICK);
        assertThrows(DeviceNotAssigned.class, () -> devices.unassign(STICK));
    }

    @Test
    @DisplayName("are not assigned manually, as another class, or of a backend that is not there")
    void refusedAssignments() throws Exception {
        List<String> heard =
                TestSystem.heard(
                        system,
                        () -> {
                            assertRefused(DeviceAssignment.of(STICK, AssignmentMode.MANUAL));
                            assertRefused(
                                    DeviceAssignment.of(
                                            VirtualDevice.at(Port.of(USB, "1-1", "other")),
                                            AssignmentMode.AUTO));
                            assertRefused(
                                    DeviceAssignment.of(
                                            VirtualDevice.at(
                                                    Port.of(
                                                            new DomainName("none"),
                                                            "1-1",
                                                            "testclass")),
                                            AssignmentMode.AUTO));
                        });
        assertEquals(List.of(), heard);
        assertEquals(List.of(), work.record().assignments());
    }

    @Test
    @DisplayName("stay assigned if a handler refuses too late")
    void stayAssignedIfRefused() throws Exception {
        hearing(
                traits ->
                        traits.on(
                                on(DeviceEvents.PreAssign.class),
                                BaseVM.class,
                                (vm, event) -> {
                                    throw new QubesException("not that one");
                                }));
        assertEquals(
                List.of("hearing device-pre-assign:testclass"),
                TestSystem.heard(
                        system,
                        () ->
                                assertThrows(
                                        QubesException.class,
                                        () ->
                                                devices.assign(
                                                        DeviceAssignment.of(
                                                                STICK, AssignmentMode.AUTO)))));
        assertEquals(1, devices.assigned().size());
        assertThrows(
                QubesException.class, () -> devices.updateMode(STICK, AssignmentMode.REQUIRED));
        assertEquals(AssignmentMode.AUTO, devices.find(STICK).orElseThrow().mode());
    }

    @ParameterizedTest(name = "{0} to {1}")
    @CsvSource({
        "AUTO,     REQUIRED",
        "AUTO,     ASK",
        "REQUIRED, ASK",
        "REQUIRED, AUTO",
        "ASK,      AUTO",
        "ASK,      REQUIRED"
    })
    @DisplayName("change their mode")
    void changeTheirMode(AssignmentMode from, AssignmentMode to) throws Exception {
        devices.assign(DeviceAssignment.of(STICK, from).with(Map.of("a", "b")));
        assertEquals(
                List.of(
                        "work device-pre-assign:testclass",
                        "work device-assignment-changed:testclass"),
                TestSystem.heard(system, () -> devices.updateMode(STICK, to)));
        assertEquals(
                List.of(DeviceAssignment.of(STICK, to).with(Map.of("a", "b"))), devices.assigned());
        assertEquals(List.of(), TestSystem.heard(system, () -> devices.updateMode(STICK, to)));
    }

    @Test
    @DisplayName("do not become manual, and have no mode if not assigned")
    void refusedModes() {
        assertEquals(
                "Device sys-usb:1-1:dead not assigned to work",
                assertThrows(
                                QubesValueError.class,
                                () -> devices.updateMode(STICK, AssignmentMode.AUTO))
                        .getMessage());
        devices.assign(DeviceAssignment.of(STICK, AssignmentMode.AUTO));
        assertThrows(QubesValueError.class, () -> devices.updateMode(STICK, AssignmentMode.MANUAL));
        assertEquals(AssignmentMode.AUTO, devices.find(STICK).orElseThrow().mode());
    }

    @Test
    @DisplayName("keep their backend from being removed")
    void keepTheirBackend() {
        devices.assign(DeviceAssignment.of(STICK, AssignmentMode.AUTO));
        assertEquals(
                "VM has devices assigned to other VMs: 1-1",
                assertThrows(QubesVMInUseError.class, () -> system.remove(system.domain(USB)))
                        .getMessage());
    }

    @Test
    @DisplayName("make a domain fully virtualised if a PCI device is among them")
    void pciMakesHvm() {
        assertEquals("pvh", work.get(QubesVM.VIRT_MODE));
        work.devices()
                .of("pci")
                .assign(
                        DeviceAssignment.of(
                                VirtualDevice.at(Port.of(DomainName.DOM0, "00_14.0", "pci")),
                                AssignmentMode.REQUIRED));
        assertEquals("hvm", work.get(QubesVM.VIRT_MODE));
        assertThrows(QubesPropertyValueError.class, () -> work.set(QubesVM.VIRT_MODE, "pvh"));
        assertEquals(List.of(), devices.assigned());
        assertEquals(1, work.devices().assigned().size());
    }

    private void assertRefused(DeviceAssignment assignment) {
        assertThrows(IllegalArgumentException.class, () -> devices.assign(assignment));
    }

    /** From here on the devices are those of a domain whose klass has handlers. */
    private void hearing(UnaryOperator<KlassTraits.Builder> handlers) {
        TestSystem.addFactory(
                system,
                new TestSystem.Klass(handlers.apply(QubesVM.TRAITS.extend("HearingVM")).define()));
        work = system.create(NewDomain.of("HearingVM", new DomainName("hearing")));
        devices = work.devices().of("testclass");
    }

    private void note(BaseVM vm, Event event) {
        events.add(event);
    }

    private static <E extends DeviceEvents.DeviceEvent> EventPattern<E> on(Class<E> type) {
        return DeviceEvents.of(type, "testclass");
    }

    private static VirtualDevice device(String port, String identity) {
        return new VirtualDevice(Port.of(USB, port, "testclass"), identity);
    }
}
