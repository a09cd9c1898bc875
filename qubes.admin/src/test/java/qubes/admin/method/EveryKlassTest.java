package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import qubes.testkit.device.MemoryDevices;
import qubes.vm.dispvm.DisposableIds;
import qubes.vm.dispvm.DisposableVMFactory;
import qubes.vm.dispvm.Preloading;
import qubes.vm.remotevm.RemoteVMFactory;
import qubes.vm.standalonevm.StandaloneVMFactory;

/** What the methods answer for the klasses that the fixture of the pinned cases lacks. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryKlassTest {
    private static final String PREPARATION =
            """
            admin.vm.property.Set+template_for_dispvms <True                  | ok
            admin.vm.Create.DispVM <name=disp label=red                       | ! QubesValueError: Template for the qube not specified, nor default template set.
            admin.property.Set+default_dispvm <test-vm1                       | ok
            admin.vm.Create.StandaloneVM <name=alone label=red                | ok
            admin.vm.Create.StandaloneVM+test-template <name=a label=red      | ! ProtocolError: StandaloneVM cannot be based on template
            admin.vm.Create.DispVM <name=disp label=red                       | ok
            admin.vm.Create.DispVM+test-vm1 <name=disp2 label=green           | ok
            admin.vm.Create.DispVM+test-net <name=disp3 label=green           | ! QubesValueError
            admin.vm.Create.RemoteVM <name=remote label=red                   | ok
            admin.vm.Create.RemoteVM+test-template <name=a label=red          | ! ProtocolError: RemoteVM cannot be based on template
            """;

    private Daemon daemon;

    @BeforeAll
    void start() throws Exception {
        daemon = Daemon.start();
        daemon.add(new StandaloneVMFactory());
        daemon.add(new DisposableVMFactory(new DisposableIds(), new Preloading(null)));
        daemon.add(new RemoteVMFactory());
        daemon.add(new MemoryDevices("testclass"));
        for (Case step : Case.table(PREPARATION).toList()) {
            String answer = step.answerFrom(daemon.client());
            assertEquals(step.expectedOf(answer), answer, step::call);
        }
    }

    @AfterAll
    void stop() throws Exception {
        daemon.close();
    }

    static Stream<Case> answers() {
        return Case.table(
                """
                admin.vmclass.List                                | = AdminVM⏎AppVM⏎DispVM⏎RemoteVM⏎StandaloneVM⏎TemplateVM⏎
                admin.vm.property.Get+template @disp              | = default=False type=vm test-vm1
                admin.vm.property.Get+label @disp2                | = default=False type=label green
                admin.vm.property.Get+klass @disp                 | = default=True type=str DispVM
                admin.vm.property.Set+xid @disp <3                | ! QubesPropertyValueError: property 'xid' on DispVM instance cannot be set
                admin.vm.tag.Get+created-by-dom0 @disp            | = 1
                admin.vm.tag.Get+created-by-dom0 @alone           | = 1
                admin.vm.tag.Get+created-by-dom0 @remote          | = 1
                admin.vm.volume.List @alone                       | = root⏎private⏎volatile⏎kernel⏎
                admin.vm.volume.List @remote                      | ok
                admin.vm.volume.Info+root @remote                 | ! PermissionDenied: Argument not in 'remote volumes'
                admin.vm.property.List @remote                    | = icon⏎include_in_backups⏎klass⏎label⏎name⏎qid⏎remote_name⏎transport_rpc⏎uuid⏎relayvm⏎
                admin.vm.property.Get+memory @remote              | ! QubesNoSuchPropertyError: Invalid property 'memory' of remote
                admin.vm.CurrentState @remote                     | = mem=0 mem_static_max=0 cputime=0 power_state=Running
                admin.vm.Start @remote                            | ! QubesVMNotHaltedError: Cannot start a RemoteVM.
                admin.vm.Kill @remote                             | ! QubesVMError: Cannot kill a RemoteVM.
                admin.vm.Suspend @remote                          | ! QubesVMError: Cannot suspend a RemoteVM.
                admin.vm.Shutdown @remote                         | nothing
                admin.vm.Pause @remote                            | nothing
                admin.vm.device.testclass.Available @remote       | ok
                admin.vm.device.testclass.Assigned @remote        | ok
                admin.vm.device.testclass.Attached @remote        | ok
                admin.vm.device.testclass.Assign+dom0+1 @remote <mode='required' | nothing
                admin.vm.device.testclass.Unassign+dom0+1 @remote | nothing
                admin.vm.device.testclass.Attach+dom0+1 @remote   | nothing
                admin.vm.device.testclass.Detach+dom0+1 @remote   | nothing
                admin.vm.device.denied.List @remote               | nothing
                admin.vm.firewall.Get @remote                     | nothing
                admin.vm.notes.Get @remote                        | nothing
                admin.vm.property.Set+netvm <remote               | ! QubesPropertyValueError: wrong VM class: domains['remote'] is of type RemoteVM and not LocalVM
                admin.vm.property.Set+template <remote            | ! QubesPropertyValueError: wrong VM class: domains['remote'] is of type RemoteVM and not TemplateVM
                admin.property.Set+default_template @dom0 <remote | ! QubesPropertyValueError: wrong VM class: domains['remote'] is of type RemoteVM and not TemplateVM
                admin.vm.property.Set+template_for_dispvms <False | ! QubesVMInUseError
                admin.vm.property.Reset+template_for_dispvms      | ! QubesVMInUseError
                admin.vm.Remove                                   | ! QubesVMInUseError: Domain is in use: 'test-vm1';  see 'journalctl -u qubesd -e' in dom0 for details
                """);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void answersAsSpecified(Case row) throws Exception {
        String before = daemon.stored();
        String answer = row.answerFrom(daemon.client());
        assertEquals(row.expectedOf(answer), answer);
        assertEquals(before, daemon.stored(), "nothing is stored");
    }

    @Test
    @DisplayName("methods without payload refuse one, before they look at argument or destination")
    void unexpectedPayload() throws Exception {
        for (String method :
                List.of(
                        "List",
                        "Remove",
                        "Start",
                        "Shutdown",
                        "Pause",
                        "Unpause",
                        "Suspend",
                        "Resume",
                        "Kill",
                        "Console",
                        "CurrentState",
                        "property.List",
                        "property.Get",
                        "property.GetAll",
                        "property.GetDefault",
                        "property.Help",
                        "property.Reset",
                        "feature.List",
                        "feature.Get",
                        "feature.Remove",
                        "device.testclass.Available",
                        "device.testclass.Assigned",
                        "device.testclass.Attached",
                        "device.testclass.Unassign",
                        "device.testclass.Detach",
                        "device.denied.List",
                        "firewall.Get",
                        "firewall.Reload",
                        "notes.Get",
                        "feature.CheckWithTemplate",
                        "tag.List",
                        "tag.Get",
                        "tag.Set",
                        "tag.Remove",
                        "volume.List",
                        "volume.Info",
                        "volume.ListSnapshots")) {
            for (String argument : List.of("", "x")) {
                assertEquals(
                        "2\0ProtocolError\0\0unexpected payload\0",
                        daemon.client().call("admin.vm." + method, argument, "test-vm1", "p"),
                        method);
            }
        }
    }
}
