package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.admin.policy.AdminExtension;
import qubes.admin.policy.PolicyAccess;
import qubes.core.device.DeviceInfo;
import qubes.core.device.DeviceInterface;
import qubes.core.device.DeviceLabels;
import qubes.core.device.Port;
import qubes.core.device.VirtualDevice;
import qubes.core.event.DeviceEvents;
import qubes.core.event.EventPattern;
import qubes.core.value.DomainName;
import qubes.testkit.device.MemoryDevices;
import qubes.vm.remotevm.RemoteVMFactory;

/** Devices over the API: the rows of spec admin-api §16, and more. */
class DeviceMethodsTest {
    private static final String CLASS = "testclass";
    private static final DomainName VM1 = new DomainName("test-vm1");

    private final MemoryDevices devices = new MemoryDevices(CLASS);
    private final List<String> events = new ArrayList<>();
    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = Daemon.start();
        daemon.add(devices);
        daemon.add(new AdminExtension(PolicyAccess.in(daemon.folder().resolve("none"))));
        for (String vm : List.of("test-vm1", "test-net")) {
            Files.createDirectories(daemon.folder().resolve("appvms").resolve(vm));
            run("admin.vm.property.Set+kernel @" + vm + " | ok");
            daemon.qubes()
                    .handle(
                            daemon.vm(vm),
                            EventPattern.of(DeviceEvents.DeviceEvent.class, "*"),
                            event ->
                                    events.add(
                                            vm
                                                    + " "
                                                    + event.wireName()
                                                    + " "
                                                    + new TreeMap<>(event.arguments())));
        }
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
    }

    private void run(String table) {
        Case.table(table).forEach(step -> step.verify(daemon.client()));
    }

    /** Makes the calls and compares the events that they fire. */
    private void run(String table, String... expected) {
        events.clear();
        run(table);
        assertEquals(List.of(expected), events);
    }

    private void plug(String port, String identity) {
        devices.plug(daemon.vm("test-vm1"), port, identity);
    }

    private void running() {
        run("admin.vm.Start | ok");
    }

    @Test
    @DisplayName("classes, and with them their methods, are there as long as their bundles are")
    void classes() {
        run(
                """
            admin.deviceclass.List                  | = testclass⏎
            admin.vm.device.testclass.Available     | ok
            admin.vm.device.other.Available         | ! ProtocolError: no such method: 'admin.vm.device.other.Available'
            """);
        daemon.add(new MemoryDevices("alpha"));
        daemon.remove(devices);
        run(
                """
            admin.deviceclass.List                  | = alpha⏎
            admin.vm.device.testclass.Available     | ! ProtocolError: no such method: 'admin.vm.device.testclass.Available'
            admin.vm.device.alpha.Attached          | ok
            """);
    }

    @Test
    @DisplayName("available: what a running qube offers, by port")
    void available() {
        DeviceInfo first =
                DeviceInfo.of(VirtualDevice.at(Port.of(VM1, "1234", CLASS)))
                        .labelled(new DeviceLabels("", "Some device", "", "", ""));
        devices.plug(DeviceInfo.of(VirtualDevice.at(Port.of(VM1, "4321", CLASS))));
        devices.plug(first);
        run("admin.vm.device.testclass.Available | ok");
        running();
        String one =
                "1234:0000:0000::?****** device_id='0000:0000::?******' port_id='1234'"
                        + " devclass='testclass' backend_domain='test-vm1' product='Some device'"
                        + " interfaces='?******'⏎";
        String other =
                "4321:0000:0000::?****** device_id='0000:0000::?******' port_id='4321'"
                        + " devclass='testclass' backend_domain='test-vm1'  interfaces='?******'⏎";
        run(
                """
            admin.vm.device.testclass.Available                | = %s%s
            admin.vm.device.testclass.Available+4321           | = %2$s
            admin.vm.device.testclass.Available+no-such-device | ok
            admin.vm.device.testclass.Available @dom0          | ok
            admin.vm.device.testclass.Available @test-foo      | ok
            """
                        .formatted(one, other));
    }

    @Test
    @DisplayName("assigned: by backend, port and identity, with mode and options")
    void assigned() {
        String first =
                "test-vm1+1234:* device_id='*' port_id='1234' devclass='testclass'"
                        + " backend_domain='test-vm1' mode='required' _opt1='value'⏎";
        String second =
                "test-vm1+4321:* device_id='*' port_id='4321' devclass='testclass'"
                        + " backend_domain='test-vm1' mode='required'⏎";
        run(
                """
            admin.vm.device.testclass.Assign+test-vm1+4321 <mode='required' | ok
            admin.vm.device.testclass.Assign+test-vm1+1234 <mode='required' _opt1='value' | ok
            admin.vm.device.testclass.Assigned                 | = %s%s
            admin.vm.device.testclass.Assigned+test-vm1+4321   | = %2$s
            admin.vm.device.testclass.Assigned+test-vm1+1      | ok
            admin.vm.device.testclass.Assigned+nobody+1234     | ok
            admin.vm.device.testclass.Assigned+1234            | nothing
            admin.vm.device.testclass.Attached+1234            | nothing
            admin.vm.device.testclass.Assigned @test-net       | ok
            """
                        .formatted(first, second));
    }

    @Test
    @DisplayName("assign: recorded and told once, with port, identity or both")
    void assign() throws Exception {
        run(
                """
            admin.vm.device.testclass.Assign+test-vm1+1234+0000+0000++_______ <mode='auto-attach' | ok
            """,
                "test-vm1 device-pre-assign:testclass {device=test-vm1:1234:0000:0000::?******,"
                        + " options={}}",
                "test-vm1 device-assign:testclass {device=test-vm1:1234:0000:0000::?******,"
                        + " options={}}");
        assertTrue(daemon.stored().contains("0000:0000::?******"));
        run(
                """
            admin.vm.device.testclass.Unassign+test-vm1+1234+0000+0000++_______ | ok
            """,
                "test-vm1 device-unassign:testclass {device=test-vm1:1234:0000:0000::?******}");
        assertFalse(daemon.stored().contains("0000:0000::?******"));
        run(
                """
            admin.vm.device.testclass.Assign+test-vm1+1234+dead <mode='required' | ok
            admin.vm.device.testclass.Assign+test-vm1+1234+_ <mode='ask-to-attach' frontend_domain='test-vm1' | ok
            admin.vm.device.testclass.Assign+test-vm1+_+dead <device_id='dead' port_id='*' devclass='testclass' backend_domain='test-vm1' mode='auto-attach' | ok
            """);
        assertEquals(
                List.of(
                        "test-vm1 device-assign:testclass {device=test-vm1:1234:dead, options={}}",
                        "test-vm1 device-assign:testclass {device=test-vm1:1234:*, options={}}",
                        "test-vm1 device-assign:testclass {device=test-vm1:*:dead, options={}}"),
                events.stream()
                        .filter(event -> event.contains("device-assign") && !event.contains("0000"))
                        .toList());
        run(
                """
            admin.vm.device.testclass.Assigned | = test-vm1+*:dead device_id='dead' port_id='*' devclass='testclass' backend_domain='test-vm1' mode='auto-attach'⏎test-vm1+1234:* device_id='*' port_id='1234' devclass='testclass' backend_domain='test-vm1' mode='ask-to-attach'⏎test-vm1+1234:dead device_id='dead' port_id='1234' devclass='testclass' backend_domain='test-vm1' mode='required'⏎
            """);
    }

    @Test
    @DisplayName("assign: what is no assignment is refused, and changes nothing")
    void assignRefused() {
        run(
                """
            admin.vm.device.testclass.Assign+test-vm1+1 <mode='auto-attach' | ok
            admin.vm.device.testclass.Assign+test-vm1+1 <mode='required' | ! DeviceAlreadyAssigned: 'testclass device test-vm1:1:* already assigned to test-vm1'
            admin.vm.device.testclass.Assign+test-vm1+2 | ! ProtocolError: expected payload
            admin.vm.device.testclass.Assign <mode='required' | ! ProtocolError: expected an argument
            admin.vm.device.testclass.Assign+test-vm1+2 <mode='manual' | nothing
            admin.vm.device.testclass.Assign+test-vm1+2 <_opt1='x' | nothing
            admin.vm.device.testclass.Assign+test-vm1 <mode='required' | nothing
            admin.vm.device.testclass.Assign+nobody+2 <mode='required' | nothing
            admin.vm.device.testclass.Assign++2 <mode='required' | nothing
            admin.vm.device.testclass.Assign+test-vm1+2 <mode='sometimes' | ! ProtocolError
            admin.vm.device.testclass.Assign+test-vm1+2 <read-only='yes' mode='required' | ! ProtocolError
            admin.vm.device.testclass.Assign+test-vm1+2 <_read'only='yes' | ! ProtocolError
            admin.vm.device.testclass.Assign+test-vm1+2 <mode='required' port_id='3' | ! ProtocolError
            admin.vm.device.testclass.Assign+test-vm1+2 <mode='required' frontend_domain='nobody' | ! ProtocolError
            admin.vm.device.testclass.Assign+test-vm1+2 <\\xff | ! ProtocolError
            admin.vm.device.testclass.Assign+test-vm1+2 <⏎ | nothing
            admin.vm.device.testclass.Unassign+test-vm1+2 | ! DeviceNotAssigned: 'testclass device test-vm1:2:* not assigned to test-vm1'
            admin.vm.device.testclass.Unassign+test-vm1+1+dead | ! DeviceNotAssigned
            """,
                "test-vm1 device-pre-assign:testclass {device=test-vm1:1:*, options={}}",
                "test-vm1 device-assign:testclass {device=test-vm1:1:*, options={}}");
    }

    @Test
    @DisplayName("the mode of an assignment changes to another automatic one, and only of one")
    void mode() {
        run(
                """
            admin.vm.device.testclass.Assign+test-vm1+1234+bee <mode='auto-attach' | ok
            admin.vm.device.testclass.Assign+test-vm1+1234 <mode='auto-attach' | ok
            """);
        run(
                """
            admin.vm.device.testclass.Set.assignment+test-vm1+1234+bee <required | ok
            admin.vm.device.testclass.Set.assignment+test-vm1+1234+bee <required | ok
            admin.vm.device.testclass.Set.assignment+test-vm1+1234+bee <True | ! QubesUnrecognizedDeviceAssignmentMode: Invalid assignment mode
            admin.vm.device.testclass.Set.assignment+test-vm1+1234+bee <manual | ! QubesUnrecognizedDeviceAssignmentMode
            admin.vm.device.testclass.Set.assignment+test-vm1+1234+bee <required⏎ | ! QubesUnrecognizedDeviceAssignmentMode
            admin.vm.device.testclass.Set.assignment+test-vm1+4321 <required | ! QubesValueError: Device test-vm1:4321:* not assigned to test-vm1
            """,
                "test-vm1 device-pre-assign:testclass {device=test-vm1:1234:bee, options={}}",
                "test-vm1 device-assignment-changed:testclass {device=test-vm1:1234:bee}");
        run(
                """
            admin.vm.device.testclass.Assigned+test-vm1+1234 | = test-vm1+1234:* device_id='*' port_id='1234' devclass='testclass' backend_domain='test-vm1' mode='auto-attach'⏎test-vm1+1234:bee device_id='bee' port_id='1234' devclass='testclass' backend_domain='test-vm1' mode='required'⏎
            """);
    }

    @Test
    @DisplayName("attach and detach: a running qube, a device that is there, once")
    void attach() throws Exception {
        plug("1234", "0000:0000::t000000");
        String stored = daemon.stored();
        run(
                """
            admin.vm.device.testclass.Attach+test-vm1+1234+0000+0000++t000000 | ! QubesVMNotRunningError: VM not running, cannot attach device, do you mean `assign`?
            admin.vm.device.testclass.Detach+test-vm1+1234 | ! DeviceNotAssigned: 'testclass device test-vm1:1234 not attached to test-vm1'
            """);
        running();
        run(
                """
            admin.vm.device.testclass.Attach+test-vm1+1234+0000+0000++t000000 | ok
            """,
                "test-vm1 device-pre-attach:testclass {device=test-vm1:1234:0000:0000::t000000,"
                        + " options={}}",
                "test-vm1 device-attach:testclass {device=test-vm1:1234:0000:0000::t000000,"
                        + " options={}}");
        run(
                """
            admin.vm.device.testclass.Attach+test-vm1+1234+_ | ! DeviceAlreadyAttached: 'device test-vm1:1234:0000:0000::t000000 of class testclass already attached to test-vm1'
            admin.vm.device.testclass.Attach+test-vm1+1234+dead | ! ProtocolError: Cannot attach ambiguous testclass device.
            admin.vm.device.testclass.Attach+test-vm1+99 | ! ProtocolError: Cannot attach ambiguous testclass device.
            admin.vm.device.testclass.Attach+_+1234 | ! ProtocolError: Cannot attach ambiguous testclass device.
            admin.vm.device.testclass.Attached | = test-vm1+1234:0000:0000::t000000 device_id='0000:0000::t000000' port_id='1234' devclass='testclass' backend_domain='test-vm1' mode='manual' frontend_domain='test-vm1'⏎
            admin.vm.device.testclass.Available | = 1234:0000:0000::t000000 device_id='0000:0000::t000000' port_id='1234' devclass='testclass' backend_domain='test-vm1'  attachment='test-vm1' interfaces='?******'⏎
            """);
        run(
                """
            admin.vm.device.testclass.Detach+test-vm1+1234+0000+0000++t000000 | ok
            admin.vm.device.testclass.Detach+test-vm1+1234+0000+0000++t000000 | ! DeviceNotAssigned
            """,
                "test-vm1 device-pre-detach:testclass {port=test-vm1:1234}",
                "test-vm1 device-detach:testclass {port=test-vm1:1234}");
        run("admin.vm.device.testclass.Attached | ok");
        assertEquals(stored, daemon.stored());
    }

    @Test
    @DisplayName("attach: options go to the class, errors of which come back; nothing is told then")
    void attachRefused() {
        plug("1", "dead");
        plug("2", "dead");
        running();
        run(
                """
            admin.vm.device.testclass.Attach+test-vm1+1+dead <_other='x' | ! QubesValueError: Unsupported option other
            admin.vm.device.testclass.Attach+test-vm1+_+dead | ! ProtocolError: Cannot attach ambiguous testclass device.
            """,
                "test-vm1 device-pre-attach:testclass {device=test-vm1:1:dead,"
                        + " options={other=x}}");
        run(
                """
            admin.vm.device.testclass.Attach+test-vm1+1+dead <_opt1='x' mode='manual' frontend_domain='test-vm1' | ok
            admin.vm.device.testclass.Attached+test-vm1+1 | = test-vm1+1:dead device_id='dead' port_id='1' devclass='testclass' backend_domain='test-vm1' mode='manual' frontend_domain='test-vm1' _opt1='x'⏎
            admin.vm.Start @test-net | ok
            admin.vm.device.testclass.Attach+test-vm1+1+dead @test-net | ! DeviceAlreadyAttached
            admin.vm.device.testclass.Attach+test-vm1+2+dead @test-net | ok
            """);
    }

    @Test
    @DisplayName(
            "attached by an assignment: shown as that; a required one stays while the qube runs")
    void attachedByAssignment() {
        plug("1", "dead");
        running();
        run(
                """
            admin.vm.Start @test-net | ok
            admin.vm.device.testclass.Attach+test-vm1+1+dead @test-net | ok
            admin.vm.device.testclass.Assign+test-vm1+1+dead @test-net <mode='required' | ok
            admin.vm.device.testclass.Attached @test-net | = test-vm1+1:dead device_id='dead' port_id='1' devclass='testclass' backend_domain='test-vm1' mode='required'⏎
            admin.vm.device.testclass.Detach+test-vm1+1+dead @test-net | ! QubesVMNotHaltedError: Can not detach a required device from a non halted qube. You need to unassign device first.
            admin.vm.device.testclass.Set.assignment+test-vm1+1+dead @test-net <auto-attach | ok
            """);
        run(
                """
            admin.vm.device.testclass.Detach+test-vm1+1+dead @test-net | ok
            admin.vm.device.testclass.Assigned @test-net | = test-vm1+1:dead device_id='dead' port_id='1' devclass='testclass' backend_domain='test-vm1' mode='auto-attach'⏎
            """,
                "test-net device-pre-detach:testclass {port=test-vm1:1}",
                "test-net device-detach:testclass {port=test-vm1:1}");
    }

    @Test
    @DisplayName("a device with an interface that the qube denies is not attached by hand")
    void denied() {
        devices.plug(
                DeviceInfo.of(new VirtualDevice(Port.of(VM1, "1", CLASS), "dead"))
                        .with(DeviceInterface.listOf("b******m000000")));
        running();
        run(
                """
            admin.vm.device.denied.Add <m*0****             | ok
            admin.vm.device.testclass.Attach+test-vm1+1+dead | ! PermissionDenied: Device exposes a banned interface: Microphone
            admin.vm.device.testclass.Attach+test-vm1+1+_    | ! PermissionDenied: Could not load interfaces to verify against denied list
            admin.vm.device.testclass.Attach+test-vm1+1+beef | ! PermissionDenied: Could not load interfaces to verify against denied list
            admin.vm.device.testclass.Attach+test-vm1+_+dead | ! PermissionDenied: Could not load interfaces to verify against denied list
            admin.vm.device.denied.Remove <m*0****          | ok
            admin.vm.device.denied.Add <u******             | ok
            admin.vm.device.testclass.Attach+test-vm1+1+dead | ok
            admin.vm.device.testclass.Detach+test-vm1+1+dead | ok
            admin.vm.device.denied.Add <b******             | ok
            admin.vm.device.testclass.Attach+test-vm1+1+dead <mode='auto-attach' | ok
            """);
    }

    @Test
    @DisplayName("a qube of another system denies nothing and gets nothing")
    void remote() {
        daemon.add(new RemoteVMFactory());
        run(
                """
            admin.vm.Create.RemoteVM <name=remote label=red  | ok
            admin.vm.device.testclass.Attach+dom0+1 @remote  | nothing
            admin.vm.device.testclass.Attach+dom0+1 @test-foo | ! QubesVMNotAvailableError
            admin.vm.device.testclass.Assign+dom0+1 @test-foo <mode='required' | ! QubesVMNotAvailableError
            admin.vm.device.testclass.Set.assignment+dom0+1 @remote <required | nothing
            """);
    }

    @Test
    @DisplayName("a start needs its required devices, and has them when it is done")
    void required() {
        plug("1", "dead");
        run(
                """
            admin.vm.device.testclass.Assign+test-vm1+1 @test-net <mode='required' | ok
            admin.vm.Start @test-net | ! QubesException: Testclass device test-vm1:1:* not available
            admin.vm.Start           | ok
            admin.vm.Start @test-net | ok
            admin.vm.device.testclass.Attached @test-net | = test-vm1+1:dead device_id='dead' port_id='1' devclass='testclass' backend_domain='test-vm1' mode='manual' frontend_domain='test-net'⏎
            admin.vm.Kill @test-net  | ok
            admin.vm.device.testclass.Attached @test-net | ok
            """);
        devices.failAttach(Optional.of("no room"));
        run(
                """
            admin.vm.Start @test-net | ! QubesException: no room
            admin.vm.CurrentState @test-net | = mem=0 mem_static_max=0 cputime=0 power_state=Halted
            """);
    }

    @Test
    @DisplayName("a start attaches what is assigned automatically, by the most specific assignment")
    void automatic() {
        plug("1", "dead");
        plug("2", "beef");
        plug("3", "ask");
        running();
        run(
                """
            admin.vm.device.testclass.Assign+test-vm1+1 @test-net <mode='auto-attach' _opt1='port' | ok
            admin.vm.device.testclass.Assign+test-vm1+1+dead @test-net <mode='auto-attach' _opt1='both' | ok
            admin.vm.device.testclass.Assign+test-vm1+_+beef @test-net <mode='auto-attach' _opt1='identity' | ok
            admin.vm.device.testclass.Assign+test-vm1+3 @test-net <mode='ask-to-attach' | ok
            admin.vm.device.testclass.Assign+test-vm1+9 @test-net <mode='auto-attach' | ok
            """);
        run(
                "admin.vm.Start @test-net | ok",
                "test-net device-pre-attach:testclass {device=test-vm1:1:dead, options={opt1=both}}",
                "test-net device-attach:testclass {device=test-vm1:1:dead, options={opt1=both}}",
                "test-net device-pre-attach:testclass {device=test-vm1:2:beef,"
                        + " options={opt1=identity}}",
                "test-net device-attach:testclass {device=test-vm1:2:beef,"
                        + " options={opt1=identity}}");
        run(
                "admin.vm.Kill @test-net | ok",
                "test-net device-detach:testclass {port=test-vm1:1}",
                "test-net device-detach:testclass {port=test-vm1:2}");
        run("admin.vm.Start @test-net | ok");
        run(
                "admin.vm.Kill | ok",
                "test-vm1 device-removed:testclass {port=test-vm1:1}",
                "test-net device-detach:testclass {port=test-vm1:1}",
                "test-vm1 device-removed:testclass {port=test-vm1:2}",
                "test-net device-detach:testclass {port=test-vm1:2}");
        run("admin.vm.device.testclass.Attached @test-net | ok");
    }

    @Test
    @DisplayName("devices that come and go are told, and go where they are assigned")
    void refresh() {
        running();
        run("admin.vm.Start @test-net | ok");
        events.clear();
        plug("1", "dead");
        daemon.qubes().deviceClasses().refresh(daemon.vm("test-vm1"), CLASS);
        daemon.qubes().deviceClasses().refresh(daemon.vm("test-vm1"), CLASS);
        Port port = Port.of(VM1, "1", CLASS);
        assertEquals(
                List.of(
                        "test-vm1 device-list-change:testclass {}",
                        "test-vm1 device-added:testclass {device=test-vm1:1:dead}"),
                events);
        events.clear();
        devices.give(port, daemon.vm("test-net"));
        daemon.qubes().deviceClasses().refresh(daemon.vm("test-vm1"), CLASS);
        devices.give(port, daemon.vm("test-vm1"));
        daemon.qubes().deviceClasses().refresh(daemon.vm("test-vm1"), CLASS);
        devices.unplug(port);
        daemon.qubes().deviceClasses().refresh(daemon.vm("test-vm1"), CLASS);
        assertEquals(
                List.of(
                        "test-vm1 device-list-change:testclass {}",
                        "test-net device-attach:testclass {device=test-vm1:1:dead, options={}}",
                        "test-vm1 device-list-change:testclass {}",
                        "test-net device-detach:testclass {port=test-vm1:1}",
                        "test-vm1 device-attach:testclass {device=test-vm1:1:dead, options={}}",
                        "test-vm1 device-list-change:testclass {}",
                        "test-vm1 device-detach:testclass {port=test-vm1:1}",
                        "test-vm1 device-removed:testclass {port=test-vm1:1}"),
                events);
        run("admin.vm.device.testclass.Attached | ok");
        run(
                """
            admin.vm.device.testclass.Assign+test-vm1+_+dead @test-net <mode='required' _opt1='x' | ok
            """);
        events.clear();
        plug("2", "dead");
        daemon.qubes().deviceClasses().refresh(daemon.vm("test-vm1"), CLASS);
        assertEquals(
                List.of(
                        "test-vm1 device-list-change:testclass {}",
                        "test-vm1 device-added:testclass {device=test-vm1:2:dead}",
                        "test-net device-pre-attach:testclass {device=test-vm1:2:dead,"
                                + " options={opt1=x}}",
                        "test-net device-attach:testclass {device=test-vm1:2:dead,"
                                + " options={opt1=x}}"),
                events);
        run(
                "admin.vm.device.testclass.Assign+test-vm1+3 <mode='auto-attach' | ok\n"
                        + "admin.vm.device.testclass.Assign+test-vm1+3 @test-net <mode='auto-attach' | ok");
        events.clear();
        plug("3", "beef");
        daemon.qubes().deviceClasses().refresh(daemon.vm("test-vm1"), CLASS);
        assertEquals(
                List.of(
                        "test-vm1 device-list-change:testclass {}",
                        "test-vm1 device-added:testclass {device=test-vm1:3:beef}"),
                events);
    }

    @Test
    @DisplayName("a qube whose devices are assigned or attached elsewhere is not removed")
    void remove() {
        run(
                """
            admin.vm.device.testclass.Assign+test-vm1+1 @test-net <mode='auto-attach' | ok
            admin.vm.Remove | ! QubesVMInUseError: VM has devices assigned to other VMs: 1
            admin.vm.device.testclass.Unassign+test-vm1+1 @test-net | ok
            """);
        plug("1", "dead");
        run("admin.vm.Start @test-net | ok");
        devices.give(Port.of(VM1, "1", CLASS), daemon.vm("test-net"));
        run(
                """
            admin.vm.Remove | ! QubesVMInUseError: VM has devices attached to other VMs: 1
            admin.vm.Kill @test-net | ok
            admin.vm.Remove | ok
            """);
    }
}
