package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Calls that change nothing, and calls that are refused; on one daemon. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PinnedReadsTest {
    private Daemon daemon;

    @BeforeAll
    void start() throws Exception {
        daemon = Daemon.start();
        daemon.vm("test-vm1").features().set("test-feature", "some-value");
        daemon.vm("test-vm1").features().set("percent", "50% full");
        daemon.qubes().awaitDurable();
    }

    @AfterAll
    void stop() throws Exception {
        daemon.close();
    }

    static Stream<Case> lists() {
        return Case.table(
                """
                admin.vm.List @dom0     | = dom0 class=AdminVM state=Running uuid=00000000-0000-0000-0000-000000000000⏎test-foo class=FooVM state=Halted uuid=33333333-3333-4333-8333-333333333333⏎test-net class=AppVM state=Halted uuid=44444444-4444-4444-8444-444444444444⏎test-template class=TemplateVM state=Halted uuid=11111111-1111-4111-8111-111111111111⏎test-vm1 class=AppVM state=Halted uuid=22222222-2222-4222-8222-222222222222⏎
                admin.vm.List @test-vm1 | = test-vm1 class=AppVM state=Halted uuid=22222222-2222-4222-8222-222222222222⏎
                admin.vmclass.List      | = AdminVM⏎AppVM⏎TemplateVM⏎
                admin.vmclass.List @test-vm1 | ! ProtocolError: expected destination to be AdminVM
                admin.label.List        | = red⏎green⏎blue⏎black⏎cyan⏎
                admin.pool.List         | = varlibqubes⏎linux-kernel⏎test⏎inner⏎boundless⏎broken⏎gone⏎
                admin.pool.ListDrivers  | = file param2 param1⏎linux-kernel param2 param1⏎lvm param2 param1⏎
                admin.vm.volume.List    | = root⏎private⏎volatile⏎kernel⏎
                admin.vm.volume.List @dom0 | ok
                admin.vm.feature.List   | = only-appvm⏎test-feature⏎percent⏎
                admin.vm.tag.List       | = created-by-dom0⏎
                admin.vm.property.List @dom0 | = devices_denied⏎icon⏎include_in_backups⏎keyboard_layout⏎klass⏎label⏎maxmem⏎name⏎qid⏎updateable⏎uuid⏎default_dispvm⏎
                """);
    }

    static Stream<Case> origins() {
        return Case.table(
                """
                qubesd.vm.property.Explain+vcpus @test-vm1 | = from template test-template, built in
                qubesd.vm.property.Explain+name @test-vm1 | = set here
                qubesd.vm.property.Explain+nope @test-vm1 | ! QubesNoSuchPropertyError: Invalid property 'nope' of test-vm1
                qubesd.vm.property.Explain @dom0    | = devices_denied built in⏎icon adminvm-black⏎include_in_backups built in⏎keyboard_layout built in⏎klass the klass⏎label set here⏎maxmem 4096⏎name dom0⏎qid 0⏎updateable True⏎uuid all zeros⏎default_dispvm the system's default_dispvm, built in⏎
                qubesd.property.Explain+default_netvm | = built in
                qubesd.property.Explain+clockvm @test-vm1 | ! ProtocolError: expected destination to be AdminVM
                """);
    }

    static Stream<Case> properties() {
        return Case.table(
                """
                admin.vm.property.Get+name             | = default=False type=str test-vm1
                admin.vm.property.Get+vcpus            | = default=True type=int 2
                admin.vm.property.Get+xid              | = default=True type=int -1
                admin.vm.property.Get+provides_network | = default=True type=bool False
                admin.vm.property.Get+label            | = default=False type=label red
                admin.vm.property.Get+netvm            | = default=True type=vm␣
                admin.vm.property.Get+template         | = default=False type=vm test-template
                admin.vm.property.Get+klass            | = default=True type=str AppVM
                admin.vm.property.Get+qid              | = default=False type=int 2
                admin.vm.property.Get+name @dom0       | = default=True type=str dom0
                admin.vm.property.Get+no-such          | ! QubesNoSuchPropertyError: Invalid property 'no-such' of test-vm1
                admin.vm.property.Get                  | ! ProtocolError: expected an argument
                admin.vm.property.Get+name <x          | ! ProtocolError: unexpected payload
                admin.vm.property.Get <x               | ! ProtocolError: unexpected payload
                admin.vm.property.Get+label @test-foo  | = default=False type=label red
                admin.vm.property.Get+memory @test-foo | ! QubesVMNotAvailableError
                admin.vm.property.GetDefault+template  | ok
                admin.vm.property.GetDefault+provides_network @test-net | = type=bool False
                admin.vm.property.GetDefault+no-such   | ! QubesNoSuchPropertyError: Invalid property 'no-such' of test-vm1
                admin.vm.property.Help+no-such-property | ! QubesNoSuchPropertyError: Invalid property 'no-such-property' of test-vm1
                admin.property.Get+default_kernel      | = default=False type=str 1.0
                admin.property.Get+default_netvm       | = default=True type=vm␣
                admin.property.Get+no-such             | ! QubesNoSuchPropertyError: Invalid property 'no-such' of Qubes
                admin.property.GetDefault+default_template | ok
                admin.property.GetDefault+stats_interval   | = type=int 3
                # names of which nothing is known are shown as Python would show them
                admin.vm.property.Get+a\\b             | ! QubesNoSuchPropertyError: Invalid property 'a\\\\b' of test-vm1
                admin.vm.property.Get+a⏎b              | ! QubesNoSuchPropertyError: Invalid property 'a\\nb' of test-vm1
                admin.vm.property.Get+it's             | ! QubesNoSuchPropertyError: Invalid property "it's" of test-vm1
                admin.vm.property.Get+it's"so"         | ! QubesNoSuchPropertyError: Invalid property 'it\\'s"so"' of test-vm1
                admin.vm.property.Get+\\x1b[2J         | ! QubesNoSuchPropertyError: Invalid property '\\x5cx1b[2J' of test-vm1
                admin.property.Get+50%                 | ! QubesNoSuchPropertyError: Invalid property '50%%' of Qubes
                admin.property.Get+default_kernel @test-vm1 | ! ProtocolError: expected destination to be AdminVM
                """);
    }

    static Stream<Case> features() {
        return Case.table(
                """
                admin.vm.feature.Get+test-feature                 | = some-value
                admin.vm.feature.Get+percent                      | = 50% full
                admin.vm.feature.Get+missing                      | ! QubesFeatureNotFoundError: Feature not set for domain test-vm1: missing
                admin.vm.feature.Get+it's\\"so"                   | ! QubesFeatureNotFoundError: Feature not set for domain test-vm1: it's\\"so"
                admin.vm.feature.Get+a⏎b                          | ! QubesFeatureNotFoundError: Feature not set for domain test-vm1: a\\nb
                admin.vm.feature.CheckWithTemplate+only-templatevm | = from-test-template
                admin.vm.feature.CheckWithTemplate+missing        | ! QubesFeatureNotFoundError: Feature not set for domain test-vm1: missing
                admin.vm.feature.CheckWithNetvm+missing           | ! QubesFeatureNotFoundError: Feature not set for domain test-vm1: missing
                admin.vm.feature.CheckWithAdminVM+only-dom0       | = from-dom0
                admin.vm.feature.CheckWithAdminVM+only-templatevm | ! QubesFeatureNotFoundError: Feature not set for domain test-vm1: only-templatevm
                admin.vm.feature.CheckWithTemplateAndAdminVM+only-dom0       | = from-dom0
                admin.vm.feature.CheckWithTemplateAndAdminVM+only-templatevm | = from-test-template
                admin.vm.feature.Set+f <\\x02\\x03\\xffsome-value | ! ProtocolError: Feature value contains non-ASCII characters
                admin.vm.feature.Set+f <\\x02some-value           | ! ProtocolError: f value contains illegal characters
                admin.vm.feature.Set <x                           | ! ProtocolError: expected an argument
                admin.vm.feature.Set+␣ <x                         | nothing
                admin.vm.feature.Set+a/b <x                       | ! ProtocolError: feature name contains illegal characters
                admin.vm.feature.Remove+missing                   | ! QubesFeatureNotFoundError: Feature not set for domain test-vm1: missing
                admin.vm.tag.Get+created-by-dom0                  | = 1
                admin.vm.tag.Get+absent                           | = 0
                admin.vm.tag.Get++                                | ! QubesInvalidTagError: disallowed characters
                admin.vm.tag.Set++                                | ! QubesInvalidTagError: disallowed characters
                admin.vm.tag.Set++.some-tag                       | ! QubesInvalidTagError: disallowed characters
                admin.vm.tag.Set                                  | ! ProtocolError: expected an argument
                admin.vm.tag.Remove+absent                        | ! QubesTagNotFoundError: Tag not set for domain test-vm1: absent
                """);
    }

    static Stream<Case> values() {
        return Case.table(
                """
                admin.vm.property.Set+netvm <forbidden-chars/../!   | ! QubesValueError: VM name contains illegal characters
                admin.vm.property.Set+netvm <\\x80\\x90\\xa0        | ! QubesValueError
                admin.vm.property.Set+netvm <no-such-qube           | ! QubesPropertyValueError: Can't set netvm to non-existing qube no-such-qube
                admin.vm.property.Set+netvm <test-template          | ! QubesValueError: The test-template qube does not provide network
                admin.vm.property.Set+memory <many                  | ! QubesValueError: Failed to parse property value as int
                admin.vm.property.Set+memory                        | ! QubesValueError: Failed to parse property value as int
                admin.vm.property.Set+memory <0                     | ! QubesPropertyValueError: memory must be positive
                admin.vm.property.Set+memory <-1                    | ! QubesPropertyValueError: memory must be positive
                admin.vm.property.Set+vcpus <0                      | ! QubesPropertyValueError: vcpus must be positive
                admin.vm.property.Set+vcpus <0x10                   | ! QubesValueError: Failed to parse property value as int
                admin.vm.property.Set+stubdom_mem <0                | ! QubesPropertyValueError: stubdom_mem must be positive
                admin.vm.property.Set+stubdom_mem                   | ! QubesValueError: Failed to parse property value as int
                admin.vm.property.Set+maxmem <-1                    | ! QubesPropertyValueError: maxmem must not be negative
                admin.vm.property.Set+ip <1.2.3                     | ! QubesValueError: Failed to parse property value as IPv4Address
                admin.vm.property.Set+ip                            | ! QubesValueError: Failed to parse property value as IPv4Address
                admin.vm.property.Set+ip6 <1.2.3.4                  | ! QubesValueError: Failed to parse property value as IPv6Address
                admin.vm.property.Set+mac <00:16:3e                 | nothing
                admin.vm.property.Set+template                      | ! QubesPropertyValueError: Invalid value '' for property 'template' of test-vm1
                admin.vm.property.Set+template <test-net            | ! QubesPropertyValueError: wrong VM class: domains['test-net'] is of type AppVM and not TemplateVM
                admin.vm.property.Set+template <none                | ! QubesValueError: VM name cannot be 'none' nor 'default'
                admin.vm.property.Reset+template                    | ! QubesValueError: Cannot unset template. You can set it to the current default (test-template) instead
                admin.vm.property.Set+netvm @test-net <test-net     | ! QubesValueError: Loops in network are unsupported
                admin.vm.property.Set+debug                         | ! QubesValueError: Invalid literal for boolean property: ''
                admin.vm.property.Set+debug <␣True                  | ! QubesValueError: Invalid literal for boolean property: ' True'
                admin.vm.property.Set+debug <\\x09                  | ! QubesValueError: Invalid literal for boolean property: '\\x5ct'
                admin.vm.property.Set+label <99                     | ! QubesLabelNotFoundError: Label does not exist: 99
                admin.vm.property.Set+autostart <maybe              | ! QubesValueError: Invalid literal for boolean property: 'maybe'
                admin.vm.property.Set+default_user <\\x80           | ! QubesValueError: Non-ASCII bytes in property value
                admin.vm.property.Set+default_user <\\x01           | ! QubesValueError: Invalid characters in property value
                admin.vm.property.Set+label <mauve                  | ! QubesLabelNotFoundError
                admin.vm.property.Set+klass <TemplateVM             | ! QubesPropertyValueError: property 'klass' on AppVM instance cannot be set
                admin.vm.property.Set+xid <3                        | ! QubesPropertyValueError: property 'xid' on AppVM instance cannot be set
                admin.vm.property.Set+xid <x                        | ! QubesValueError: Failed to parse property value as int
                admin.vm.property.Set+name @dom0 <other             | ! QubesPropertyValueError: property 'name' on AdminVM instance cannot be set
                admin.vm.property.Set+name <other                   | nothing
                admin.vm.property.Set+qid <7                        | nothing
                admin.vm.property.Set+qid <seven                    | ! QubesValueError: Failed to parse property value as int
                admin.vm.property.Set+uuid <seven                   | ! QubesValueError: Failed to parse property value as UUID
                admin.vm.property.Set+no-such <1                    | ! QubesNoSuchPropertyError
                admin.vm.property.Set+memory @test-foo <600         | ! QubesVMNotAvailableError
                admin.vm.property.Reset+no-such                     | ! QubesNoSuchPropertyError
                admin.vm.property.Reset+uuid                        | nothing
                admin.property.Set+default_pool <no-such-pool       | ! QubesPropertyValueError: No such storage pool
                admin.property.Set+default_pool                     | ! QubesPropertyValueError: No such storage pool
                admin.property.Set+maxmem <1                        | ! QubesPropertyValueError: property 'maxmem' on Qubes instance cannot be set
                admin.property.Set+clockvm <no-such-qube            | ! QubesPropertyValueError: Can't set clockvm to non-existing qube no-such-qube
                admin.property.Set+default_template <test-net       | ! QubesPropertyValueError: wrong VM class: domains['test-net'] is of type AppVM and not TemplateVM
                """);
    }

    static Stream<Case> labels() {
        return Case.table(
                """
                admin.label.Get+red                   | = 0xcc0000
                admin.label.Get+9                     | = 0x00ffff
                admin.label.Get+09                    | = 0x00ffff
                admin.label.Get+99                    | ! QubesLabelNotFoundError: Label does not exist: 99
                admin.label.Get+mauve                 | ! QubesLabelNotFoundError: Label does not exist: mauve
                admin.label.Get+red,                  | ! QubesInvalidLabelError: Label must be in safe set: abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.
                admin.label.Index+red                 | = 1
                admin.label.Create+pink <\\xc3\\xb6   | ! QubesInvalidLabelValueError: Label value must be encoded in ASCII
                admin.label.Create+pink <0x00fffff    | ! QubesInvalidLabelValueError: Label value must have length of 8
                admin.label.Create+pink <0X00ffff     | ! QubesInvalidLabelValueError: Label value must start with: 0x
                admin.label.Create+pink <0x00fffg     | ! QubesInvalidLabelValueError: Label value must only contain hexadecimal digits after prefix: 0x
                admin.label.Create+01 <0x00ffff       | ! QubesInvalidLabelError: Label must not be a digit
                admin.label.Create+../xxx <0x00ffff   | ! QubesInvalidLabelError
                admin.label.Create+strange-name!#$ <0x00ffff | ! QubesInvalidLabelError
                admin.label.Create+red <0x00ffff      | ! QubesLabelInUseError: Label is still in use: 'red'
                admin.label.Create+pink               | ! ProtocolError: expected payload
                admin.label.Remove+blue               | ! ProtocolError: Can only remove custom labels
                admin.label.Remove+red                | ! ProtocolError: Can only remove custom labels
                admin.label.Remove+mauve              | ! QubesLabelNotFoundError
                """);
    }

    static Stream<Case> storage() {
        return Case.table(
                """
                admin.vm.volume.Info+private   | = pool=varlibqubes⏎vid=vms/test-vm1/private⏎size=2147483648⏎usage=4096⏎rw=True⏎source=⏎path=/dev/vms/test-vm1/private⏎save_on_stop=True⏎snap_on_start=False⏎revisions_to_keep=1⏎ephemeral=False⏎is_outdated=False⏎
                admin.vm.volume.Info+root      | = pool=varlibqubes⏎vid=vms/test-vm1/root⏎size=10737418240⏎usage=4096⏎rw=True⏎source=vms/test-template/root⏎path=/dev/vms/test-vm1/root⏎save_on_stop=False⏎snap_on_start=True⏎revisions_to_keep=0⏎ephemeral=False⏎is_outdated=False⏎
                admin.vm.volume.Info+no-such-volume | ! PermissionDenied: Argument not in 'test-vm1 volumes'
                admin.vm.volume.Info+private @dom0  | ! PermissionDenied: Argument not in 'dom0 volumes'
                admin.vm.volume.Info+private @test-foo | ! QubesVMNotAvailableError
                admin.vm.volume.ListSnapshots+private | = 1-old⏎2-new⏎
                admin.vm.volume.ListSnapshots+no-such-volume | ! PermissionDenied: Argument not in 'test-vm1 volumes'
                admin.pool.Info+test           | = driver=lvm⏎name=test⏎param1=1⏎param2=x⏎size=204800⏎usage=102400⏎
                admin.pool.Info+boundless      | = driver=lvm⏎name=boundless⏎
                admin.pool.Info+inner          | = driver=lvm⏎name=inner⏎size=204800⏎usage=102400⏎included_in=test⏎
                admin.pool.Info+gone           | = driver=no-such-driver⏎name=gone⏎somewhere=else⏎
                admin.pool.Info+no-such-pool   | ! PermissionDenied: Argument not in 'pools'
                admin.pool.UsageDetails+test   | = data_size=204800⏎data_usage=102400⏎
                """);
    }

    static Stream<Case> lifecycle() {
        return Case.table(
                """
                admin.vm.CurrentState           | = mem=0 mem_static_max=0 cputime=0 power_state=Halted
                admin.vm.Console                | ! QubesVMNotRunningError: Domain not running (either powered off or paused): 'test-vm1'
                admin.vm.Start @dom0            | ! QubesVMNotHaltedError: Cannot start Dom0 fake domain!
                admin.vm.Start @test-foo        | ! QubesVMNotAvailableError
                admin.vm.Kill @dom0             | ! QubesVMError: Cannot kill Dom0 fake domain!
                admin.vm.Kill                   | ! QubesVMNotStartedError: Domain is powered off: 'test-vm1'
                admin.vm.Kill @test-foo         | ! QubesVMNotStartedError: Domain is powered off: 'test-foo'
                admin.vm.Shutdown               | ! QubesVMNotStartedError: Domain is powered off: 'test-vm1'
                admin.vm.Shutdown+now           | ! ProtocolError: Argument must match: force, wait
                admin.vm.Shutdown+force+        | ! ProtocolError: Argument must match: force, wait
                admin.vm.Shutdown @dom0         | nothing
                admin.vm.Pause                  | ! QubesVMNotRunningError: Domain not running (either powered off or paused): 'test-vm1'
                admin.vm.Pause @dom0            | nothing
                admin.vm.Unpause @dom0          | nothing
                admin.vm.Resume @dom0           | nothing
                admin.vm.Suspend @dom0          | ! QubesVMError: Cannot suspend Dom0 fake domain!
                admin.vm.Suspend                | ! QubesVMNotRunningError: Domain not running (either powered off or paused): 'test-vm1'
                admin.vm.Suspend @test-foo      | ! QubesVMNotAvailableError
                admin.vm.Unpause                | ! QubesVMNotPausedError: Domain is not paused: 'test-vm1'
                admin.vm.Resume                 | ! QubesVMNotPausedError: Domain is not paused: 'test-vm1'
                admin.vm.Remove @dom0           | ! QubesVMInUseError: 'dom0' cannot be removed
                admin.vm.Remove @test-template  | ! QubesVMInUseError: Domain is in use: 'test-template';  see 'journalctl -u qubesd -e' in dom0 for details
                """);
    }

    static Stream<Case> creation() {
        return Case.table(
                """
                admin.vm.Create.AdminVM <name=test-vm2 label=red        | ! QubesException: There is one AdminVM, dom0, and no second one
                admin.vm.Create.AdminVM+test-template <name=a label=red | ! ProtocolError: AdminVM cannot be based on template
                admin.vm.Create. <name=test-vm2 label=red               | ! ProtocolError: no such method: 'admin.vm.Create.'
                admin.vm.Create.AppVM <name=dom0 label=red              | ! QubesVMAlreadyExistsError: Qube already exists: dom0
                admin.vm.Create.AppVM <name= label=red                  | ! QubesValueError: VM name contains illegal characters
                admin.vm.Create.AppVM <name=none label=red              | ! QubesValueError: VM name cannot be 'none' nor 'default'
                admin.vm.Create.AppVM <name=a label=red⏎                | ! QubesInvalidLabelError
                admin.vm.Create.AppVM <name=a label=red label=red       | ! ProtocolError: Options must be unique
                admin.vm.Create.AppVM <name=a label=red template=b      | ! ProtocolError: Options does not match: name, label, pool, pool:
                admin.vm.Create.AppVM <=a name=a label=red              | ! ProtocolError: Options does not match: name, label, pool, pool:
                admin.vm.CreateInPool.AppVM <name=a label=red pool=     | ! QubesException: Unknown storage pool␣
                admin.vm.Create.AppVM+no-such-template <name=test-vm2 label=red | ! QubesVMNotFoundError: No such domain: 'no-such-template'
                admin.vm.Create.AppVM <name=test-### label=red          | ! QubesValueError: VM name contains illegal characters
                admin.vm.Create.AppVM <name=--helpVM label=red          | ! QubesValueError: VM name cannot start with hyphen, underscore, dot or numbers
                admin.vm.Create.AppVM <name=1stVM label=red             | ! QubesValueError: VM name cannot start with hyphen, underscore, dot or numbers
                admin.vm.Create.AppVM <label=red                        | ! ProtocolError: Creation requested without key: name
                admin.vm.Create.AppVM <name=test-vm2                    | ! ProtocolError: Creation requested without key: label
                admin.vm.Create.AppVM <name=test-vm2 label=mauve        | ! ProtocolError: Creation requested without key: label
                admin.vm.Create.AppVM <name=test-vm2 label=7            | ! QubesInvalidLabelError: Label must not be a digit
                admin.vm.Create.AppVM <name=test-vm2 label=red pool=default | ! ProtocolError: Pool option specified but 'allow_pool' is False
                admin.vm.Create.AppVM <name=test-vm1 label=red          | ! QubesVMAlreadyExistsError: Qube already exists: test-vm1
                admin.vm.Create.AppVM <name=a name=b label=red          | ! ProtocolError: Options must be unique
                admin.vm.Create.AppVM+test-template <name=a template=b label=red | ! ProtocolError: Options must be unique
                admin.vm.Create.AppVM <name=a label=red size=1          | ! ProtocolError: Options does not match: name, label, pool, pool:
                admin.vm.Create.AppVM <name=a label=red word            | nothing
                admin.vm.Create.AppVM <name=a  label=red                | nothing
                admin.vm.Create.AppVM                                   | nothing
                admin.vm.Create.AppVM <name=a label=red\\xf6            | ! ProtocolError: Parameters contains non-ASCII characters
                admin.vm.Create.AppVM @test-vm1 <name=a label=red       | ! ProtocolError: expected destination to be AdminVM
                admin.vm.Create.TemplateVM+test-template <name=a label=red | ! ProtocolError: TemplateVM cannot be based on template
                admin.vm.Create.FooVM <name=a label=red                 | ! ProtocolError: no such method: 'admin.vm.Create.FooVM'
                admin.vm.CreateInPool.AppVM <name=a label=red pool=no-such-pool         | ! QubesException: Unknown storage pool no-such-pool
                admin.vm.CreateInPool.AppVM <name=a label=red pool:private=no-such-pool | ! QubesException: Unknown storage pool no-such-pool
                admin.vm.CreateInPool.AppVM <name=a label=red pool:swap=test            | ! ProtocolError: Volume must be one of: root, private, volatile, kernel
                admin.vm.CreateInPool.AppVM <name=a label=red pool=test pool=test       | ! ProtocolError: Option 'pool' must be unique
                admin.vm.CreateInPool.AppVM <name=a label=red pool:root=test pool:root=test | ! ProtocolError: Option 'pool:root' must be unique
                admin.vm.CreateInPool.AppVM <name=a label=red pool=test pool:root=test  | ! ProtocolError: Conflicting options specified: 'pool=', 'pool:volume='
                """);
    }

    /** Order of checks: payload, argument, destination (spec admin-protocol §3). */
    static Stream<Case> order() {
        return Case.table(
                """
                admin.vmclass.List+x @test-vm1 <y | ! ProtocolError: unexpected payload
                admin.vmclass.List+x @test-vm1    | ! ProtocolError: unexpected argument
                admin.pool.Info @test-vm1         | ! ProtocolError: expected an argument
                admin.no.Such+x @no-such-qube <y  | ! QubesVMNotFoundError: No such domain: 'no-such-qube'
                admin.no.Such+x @test-vm1 <y      | ! ProtocolError: no such method: 'admin.no.Such'
                """);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({
        "lists",
        "origins",
        "properties",
        "features",
        "values",
        "labels",
        "storage",
        "lifecycle",
        "creation",
        "order"
    })
    void answersAsPinned(Case pinned) throws Exception {
        String before = daemon.stored();
        String answer = pinned.answerFrom(daemon.client());
        assertEquals(pinned.expectedOf(answer), answer);
        assertEquals(before, daemon.stored(), "nothing is stored");
    }
}
