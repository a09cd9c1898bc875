package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.admin.AdminPermission;
import qubes.core.error.PermissionDenied;
import qubes.core.event.Extension;
import qubes.testkit.device.MemoryDevices;
import qubes.vm.remotevm.RemoteVMFactory;

/**
 * What the rules of spec admin-protocol and admin-api say of calls that no pinned case shows: the
 * edges of names and values, who may hide and refuse what, and that a refused call changes nothing.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EdgeCasesTest {
    private enum Mood {
        GRANT,
        REFUSE,
        HIDE
    }

    private Daemon daemon;
    private volatile Mood mood = Mood.GRANT;

    @BeforeAll
    void start() throws Exception {
        daemon = Daemon.start();
        daemon.add(new RemoteVMFactory());
        daemon.add(new MemoryDevices("testclass"));
        daemon.services().addDisposables(daemon);
        Case.table(
                        """
                        admin.vm.Create.RemoteVM <name=remote label=red | ok
                        admin.vm.tag.Set+t                              | ok
                        admin.vm.feature.Set+f <1                       | ok
                        """)
                .forEach(step -> step.verify(daemon.client()));
        daemon.add(
                (Extension) on -> on.before(AdminPermission.of("*"), EdgeCasesTest.this::decide));
    }

    private void decide(AdminPermission request) {
        if (mood == Mood.REFUSE) {
            throw new PermissionDenied("not today");
        }
        if (mood == Mood.HIDE) {
            request.keep(item -> false);
        }
    }

    @BeforeEach
    void grant() {
        mood = Mood.GRANT;
    }

    @AfterAll
    void stop() throws Exception {
        daemon.close();
    }

    /** Spec admin-protocol §3.1 and §3.2. */
    static Stream<Case> designators() {
        return Case.table(
                """
                admin.vm.List @Domain-0 | ! QubesValueError: VM name cannot be 'Domain-0'
                admin.vm.List @domain-0 | ! QubesVMNotFoundError: No such domain: 'domain-0'
                admin.vm.List @none     | ! QubesValueError: VM name cannot be 'none' nor 'default'
                admin.vm.List @None     | ! QubesVMNotFoundError: No such domain: 'None'
                admin.vm.List @x-dm     | ! QubesValueError: VM name cannot end with -dm
                admin.vm.List @-dm      | ! QubesValueError: VM name cannot start with hyphen, underscore, dot or numbers
                admin.vm.List @_234567890123456789012345678901x | ! QubesValueError: VM name must be shorter than 32 characters
                admin.vm.List @a234567890123456789012345678901  | ! QubesVMNotFoundError
                admin.vm.List @a'b      | ! QubesValueError: VM name contains illegal characters
                admin.vm.List @uuid:    | ! QubesVMInvalidUUIDError: VM UUID is not valid: ''
                admin.vm.List @uuid:it's | ! QubesVMInvalidUUIDError: VM UUID is not valid: "it's"
                admin.vm.List @uuid:22222222-2222-4222-8222-22222222222  | ! QubesVMInvalidUUIDError: VM UUID is not valid: '22222222-2222-4222-8222-22222222222'
                admin.vm.List @uuid:AAAAAAAA-2222-4222-8222-222222222222 | ! QubesVMInvalidUUIDError
                admin.vm.List @uuid:22222222-2222-4222-8222-AAAAAAAAAAAA | ! QubesVMNotFoundError: No such domain: 'uuid:22222222-2222-4222-8222-AAAAAAAAAAAA'
                admin.vm.List @uuid:22222222-2222-4222-8222-22222222222g | nothing
                admin.vm.property.Get+name @uuid:22222222-2222-4222-8222-222222222222 | = default=False type=str test-vm1
                admin.vm.property.Get+name @uuid:00000000-0000-0000-0000-000000000000 | = default=True type=str dom0
                admin.vmclass.List @uuid:00000000-0000-0000-0000-000000000000 | = AdminVM⏎AppVM⏎DispVM⏎RemoteVM⏎TemplateVM⏎
                """);
    }

    /** Spec admin-protocol §7, and the setters of vm-classes §2 and §4. */
    static Stream<Case> values() {
        return Case.table(
                """
                admin.vm.property.List                         | = autostart⏎backup_timestamp⏎debug⏎default_user⏎devices_denied⏎dns⏎gateway⏎gateway6⏎icon⏎include_in_backups⏎installed_by_rpm⏎ip⏎ip6⏎kernel⏎keyboard_layout⏎klass⏎label⏎mac⏎maxmem⏎memory⏎name⏎provides_network⏎qid⏎qrexec_timeout⏎shutdown_timeout⏎start_time⏎stubdom_mem⏎stubdom_uuid⏎stubdom_xid⏎template_for_dispvms⏎updateable⏎uuid⏎vcpus⏎virt_mode⏎visible_gateway⏎visible_gateway6⏎visible_ip⏎visible_ip6⏎visible_netmask⏎xid⏎audiovm⏎bootmode⏎default_dispvm⏎guivm⏎kernelopts⏎management_dispvm⏎netvm⏎template⏎
                admin.vm.property.List @test-template          | = autostart⏎backup_timestamp⏎debug⏎default_user⏎devices_denied⏎dns⏎gateway⏎gateway6⏎icon⏎include_in_backups⏎installed_by_rpm⏎ip⏎ip6⏎kernel⏎keyboard_layout⏎klass⏎label⏎mac⏎maxmem⏎memory⏎name⏎provides_network⏎qid⏎qrexec_timeout⏎shutdown_timeout⏎start_time⏎stubdom_mem⏎stubdom_uuid⏎stubdom_xid⏎updateable⏎uuid⏎vcpus⏎virt_mode⏎visible_gateway⏎visible_gateway6⏎visible_ip⏎visible_ip6⏎visible_netmask⏎xid⏎appvm_default_bootmode⏎audiovm⏎bootmode⏎default_dispvm⏎guivm⏎kernelopts⏎management_dispvm⏎netvm⏎
                admin.property.List                            | = check_updates_vm⏎clockvm⏎default_audiovm⏎default_dispvm⏎default_guivm⏎default_kernel⏎default_netvm⏎default_pool⏎default_pool_kernel⏎default_pool_private⏎default_pool_root⏎default_pool_volatile⏎default_qrexec_timeout⏎default_shutdown_timeout⏎default_template⏎management_dispvm⏎maxmem⏎no_cpus⏎stats_interval⏎updatevm⏎
                admin.vm.property.Get+stubdom_mem              | = default=True type=int␣
                admin.vm.property.Get+start_time               | = default=True type=str␣
                admin.vm.property.Get+Name                     | ! QubesNoSuchPropertyError: Invalid property 'Name' of test-vm1
                admin.vm.property.GetDefault+label             | ok
                admin.vm.property.GetDefault+uuid              | ok
                admin.vm.property.GetDefault+xid               | = type=int -1
                admin.vm.property.GetDefault+netvm             | = type=vm␣
                admin.vm.property.GetDefault+name @dom0        | = type=str dom0
                admin.property.GetDefault+default_guivm        | = type=vm dom0
                admin.property.GetDefault+default_kernel       | ok
                admin.vm.property.Reset+qid                    | nothing
                admin.vm.property.Reset+name                   | nothing
                admin.vm.property.Reset+klass                  | ok
                admin.vm.property.Reset+name @dom0             | ok
                admin.property.Reset+maxmem                    | ok
                admin.vm.property.Set+qid <99999               | nothing
                admin.vm.property.Set+uuid <22222222-2222-4222-8222-222222222222 | nothing
                admin.vm.property.Set+label                    | ! QubesLabelNotFoundError: Label does not exist:␣
                admin.vm.property.Set+label <label-x           | ! QubesLabelNotFoundError: Label does not exist: label-x
                admin.vm.property.Set+kernel <a/b              | ! QubesPropertyValueError
                admin.vm.property.Set+kernel <no-such          | ! QubesPropertyValueError: Kernel 'no-such' not installed
                admin.property.Set+default_kernel <no-such     | ! QubesPropertyValueError: Kernel 'no-such' not installed
                admin.vm.property.Set+virt_mode                | ! QubesPropertyValueError
                admin.vm.property.Set+default_user <a b        | ! QubesPropertyValueError
                admin.vm.property.Set+keyboard_layout <us      | ! QubesPropertyValueError
                admin.vm.property.Set+default_dispvm <test-net | ! QubesPropertyValueError
                admin.vm.property.Set+devices_denied <b        | ! QubesValueError
                admin.vm.property.Set+netvm <dom0              | ! QubesValueError: The dom0 qube does not provide network
                admin.vm.property.Set+backup_timestamp         | ! QubesValueError: Failed to parse property value as int
                admin.vm.property.Set+mac                      | nothing
                admin.property.Set+no_cpus <x                  | ! QubesValueError: Failed to parse property value as int
                admin.property.Set+no_cpus <1                  | ! QubesPropertyValueError: property 'no_cpus' on Qubes instance cannot be set
                admin.property.Set+default_netvm <test-net     | ! QubesPropertyValueError: Network loop on 'test-net'
                admin.label.Create+y <␣                        | ! QubesInvalidLabelValueError: Label value must have length of 8
                admin.label.Create+y <0x00_000                 | ! QubesInvalidLabelValueError
                admin.label.Get+-1                             | ! QubesLabelNotFoundError: Label does not exist: -1
                admin.vm.feature.Set+a/b <\\xc3                | ! ProtocolError: Feature value contains non-ASCII characters
                admin.vm.feature.Set+a/b <⏎                    | ! ProtocolError: feature name contains illegal characters
                admin.vm.tag.Remove+a.b                        | ! QubesInvalidTagError: disallowed characters
                """);
    }

    /** Spec admin-api §7 and §8, for those that are no guests here. */
    static Stream<Case> destinations() {
        return Case.table(
                """
                admin.vm.Console @dom0             | nothing
                admin.vm.Console @remote           | nothing
                admin.vm.Unpause @remote           | nothing
                admin.vm.Resume @remote            | nothing
                admin.vm.notes.Get @dom0           | ! ProtocolError: expected destination to not be AdminVM
                admin.vm.CreateDisposable @remote  | ! QubesException: Refusing to create disposable out of app qube which has template_for_dispvms=False
                admin.vm.CreateDisposable+preload @test-net | ! QubesException
                admin.vm.CreateInPool.RemoteVM <name=a label=red pool=no-such | ! QubesException: Unknown storage pool no-such
                admin.vm.Create.AppVM+no-such <name=test-vm1 label=red | ! QubesVMAlreadyExistsError: Qube already exists: test-vm1
                admin.vm.Create.AppVM+test-net <name=a label=red | ! QubesPropertyValueError: wrong VM class: domains['test-net'] is of type AppVM and not TemplateVM
                admin.vm.Create.AppVM+none <name=a label=red | ! QubesValueError: VM name cannot be 'none' nor 'default'
                """);
    }

    /** What is refused before anybody is asked for permission, so that this leaks nothing. */
    static Stream<Case> unasked() {
        return Case.table(
                """
                admin.vm.property.Get+no-such            | ! QubesNoSuchPropertyError
                admin.vm.property.Set+vcpus <x           | ! QubesValueError
                admin.vm.tag.Set++                       | ! QubesInvalidTagError
                admin.vm.feature.Set+f <⏎                | ! ProtocolError
                admin.label.Get+no-such                  | ! QubesLabelNotFoundError
                admin.vm.Shutdown+now                    | ! ProtocolError
                admin.vm.Create.AppVM <name=a label=no-such | ! ProtocolError: Creation requested without key: label
                admin.vm.volume.Info+no-such             | ! PermissionDenied: Argument not in 'test-vm1 volumes'
                admin.pool.Info+no-such                  | ! PermissionDenied: Argument not in 'pools'
                admin.vm.volume.List @dom0               | ok
                admin.vm.volume.List @remote             | ok
                """);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"designators", "values", "destinations"})
    void answersByTheRule(Case row) throws Exception {
        String before = daemon.stored();
        row.verify(daemon.client());
        assertEquals(before, daemon.stored(), "nothing is stored");
    }

    @ParameterizedTest(name = "not asked: {0}")
    @MethodSource("unasked")
    void isRefusedUnasked(Case row) throws Exception {
        mood = Mood.REFUSE;
        String before = daemon.stored();
        row.verify(daemon.client());
        assertEquals(before, daemon.stored(), "nothing is stored");
    }

    @ParameterizedTest(name = "refused: {0}")
    @ValueSource(
            strings = {
                "admin.vm.List @dom0",
                "admin.vmclass.List",
                "admin.vm.property.List",
                "admin.vm.property.Get+name",
                "admin.vm.property.GetAll",
                "admin.vm.property.GetDefault+vcpus",
                "admin.vm.property.Help+vcpus",
                "admin.vm.property.Set+vcpus <3",
                "admin.vm.property.Set+klass <x",
                "admin.vm.property.Set+netvm <no-such",
                "admin.vm.property.Set+template",
                "admin.vm.property.Reset+vcpus",
                "admin.vm.property.Reset+qid",
                "admin.property.Set+default_pool <no-such",
                "admin.property.Reset+clockvm",
                "admin.vm.feature.Get+no-such",
                "admin.vm.feature.CheckWithTemplate+no-such",
                "admin.vm.feature.Set+g <1",
                "admin.vm.feature.Remove+f",
                "admin.vm.feature.Remove+no-such",
                "admin.vm.tag.Get+t",
                "admin.vm.tag.Set+u",
                "admin.vm.tag.Remove+t",
                "admin.vm.tag.Remove+no-such",
                "admin.label.Get+red",
                "admin.label.Create+red <0xffffff",
                "admin.label.Remove+red",
                "admin.vm.Start @dom0",
                "admin.vm.Shutdown",
                "admin.vm.Pause @dom0",
                "admin.vm.Kill",
                "admin.vm.Console",
                "admin.vm.CurrentState",
                "admin.vm.Remove @dom0",
                "admin.vm.Remove",
                "admin.vm.Create.AppVM+no-such <name=test-vm1 label=red",
                "admin.vm.CreateInPool.AppVM <name=a label=red pool=no-such",
                "admin.vm.CreateDisposable",
                "admin.vm.notes.Set <\\xff",
                "admin.vm.Stats @dom0",
                "admin.Events @dom0"
            })
    void whoMayNotIsToldNothingElse(String call) throws Exception {
        mood = Mood.REFUSE;
        String before = daemon.stored();
        new Case(call, "! PermissionDenied: not today").verify(daemon.client());
        assertEquals(before, daemon.stored(), "nothing is stored");
    }

    @Test
    @DisplayName("whatever is listed can be hidden")
    void lists() {
        mood = Mood.HIDE;
        for (String call :
                List.of(
                        "admin.vm.List @dom0",
                        "admin.vm.List @test-vm1",
                        "admin.vmclass.List",
                        "admin.deviceclass.List",
                        "admin.label.List",
                        "admin.pool.List",
                        "admin.pool.ListDrivers",
                        "admin.pool.volume.List+varlibqubes",
                        "admin.property.List",
                        "admin.property.GetAll",
                        "admin.vm.property.List",
                        "admin.vm.property.GetAll",
                        "admin.vm.feature.List",
                        "admin.vm.tag.List",
                        "admin.vm.volume.List",
                        "admin.vm.volume.ListSnapshots+private",
                        "admin.vm.device.testclass.Available @dom0",
                        "admin.vm.device.testclass.Assigned",
                        "admin.vm.device.testclass.Attached")) {
            new Case(call, "ok").verify(daemon.client());
        }
    }
}
