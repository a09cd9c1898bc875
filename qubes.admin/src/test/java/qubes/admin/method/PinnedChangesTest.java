package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.admin.AdminPermission;
import qubes.core.error.PermissionDenied;
import qubes.core.event.Extension;
import qubes.core.hypervisor.GuestState;
import qubes.core.property.Property;
import qubes.core.value.DomainName;
import qubes.core.vm.QubesVM;

/** Calls that change something; each test on a daemon of its own. */
class PinnedChangesTest {
    private static final UUID VM1 = UUID.fromString("22222222-2222-4222-8222-222222222222");

    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = Daemon.start();
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
    }

    /** Makes the calls of a table one after the other and compares each answer. */
    private void run(String table) {
        Case.table(table)
                .forEach(
                        step -> {
                            try {
                                String answer = step.answerFrom(daemon.client());
                                assertEquals(step.expectedOf(answer), answer, step::call);
                            } catch (java.io.IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        });
    }

    @Test
    @DisplayName("a property that is set is on disk when the answer comes")
    void setIsDurable() throws Exception {
        run("admin.vm.property.Set+maxmem <1024000 | ok");
        assertTrue(daemon.stored().contains("<property name=\"maxmem\">1024000</property>"));
    }

    @Test
    @DisplayName("properties take values of their types, and a reset takes them back")
    void propertiesAreSet() {
        run(
                """
            admin.vm.property.Set+netvm <test-net      | ok
            admin.vm.property.Get+netvm                | = default=False type=vm test-net
            admin.vm.feature.CheckWithNetvm+only-appvm | = from-test-vm1
            admin.vm.property.Set+netvm                | ok
            admin.vm.property.Get+netvm                | = default=False type=vm␣
            admin.vm.property.Set+autostart <True      | ok
            admin.vm.property.Get+autostart            | = default=False type=bool True
            admin.vm.property.Set+autostart <off       | ok
            admin.vm.property.Get+autostart            | = default=False type=bool False
            admin.vm.property.Set+label <green         | ok
            admin.vm.property.Get+label                | = default=False type=label green
            admin.vm.property.Set+default_user <bob    | ok
            admin.vm.property.Reset+default_user       | ok
            admin.vm.property.Reset+default_user       | ok
            admin.vm.property.Get+default_user         | = default=True type=str user
            admin.property.Set+stats_interval <5       | ok
            admin.property.Get+stats_interval          | = default=False type=int 5
            admin.property.Reset+stats_interval        | ok
            admin.property.Get+stats_interval          | = default=True type=int 3
            admin.property.Set+clockvm <test-net       | ok
            admin.property.Set+clockvm                 | ok
            admin.property.Get+clockvm                 | = default=False type=vm␣
            """);
    }

    @Test
    @DisplayName(
            "all properties at once: by load stage and name, line feeds and backslashes escaped")
    void getAll() throws Exception {
        daemon.add(
                keep(
                        "admin.vm.property.GetAll",
                        item ->
                                item instanceof Property<?> property
                                        && Set.of(
                                                        "name",
                                                        "default_user",
                                                        "netvm",
                                                        "klass",
                                                        "debug",
                                                        "label",
                                                        "kernelopts",
                                                        "qrexec_timeout",
                                                        "qid",
                                                        "updateable",
                                                        "provides_network",
                                                        "dns")
                                                .contains(property.name())));
        run(
                """
            admin.vm.property.Set+kernelopts <opt1⏎opt2⏎opt3\\opt4 | ok
            admin.vm.property.Set+provides_network <True          | ok
            """);
        assertEquals(
                """
                0\0debug default=True type=bool False
                default_user default=True type=str user
                dns default=True type=str 10.139.1.1 10.139.1.2
                klass default=True type=str AppVM
                label default=False type=label red
                name default=False type=str test-vm1
                provides_network default=False type=bool True
                qid default=False type=int 2
                qrexec_timeout default=True type=int 60
                updateable default=True type=bool False
                kernelopts default=False type=str opt1\\nopt2\\nopt3\\\\opt4
                netvm default=True type=vm \n""",
                daemon.client().call("admin.vm.property.GetAll", "", "test-vm1", ""));
    }

    @Test
    @DisplayName("help is one line of plain text")
    void help() throws Exception {
        String help = daemon.client().call("admin.vm.property.Help", "label", "test-vm1", "");
        assertTrue(help.matches("0\0[ -~]{10,}"), help);
        assertEquals(
                "0\0Memory at start, in MiB. Allowed: 1 or more. Default: the template's value, else 400.",
                daemon.client().call("admin.vm.property.Help", "memory", "test-vm1", ""));
        assertTrue(
                daemon.client()
                        .call("admin.property.Help", "clockvm", "dom0", "")
                        .matches("0\0[ -~]{10,}"));
    }

    @Test
    @DisplayName("features: any printable text, empty means false, order of setting is kept")
    void features() throws Exception {
        run(
                """
            admin.vm.feature.Set+service.x <1    | ok
            admin.vm.feature.Set+service.y       | ok
            admin.vm.feature.List                | = only-appvm⏎service.x⏎service.y⏎
            admin.vm.feature.Get+service.y       | ok
            admin.vm.feature.Remove+service.x    | ok
            admin.vm.feature.Get+service.x       | ! QubesFeatureNotFoundError
            admin.vm.feature.Set+f <~ all, "printable" | ok
            admin.vm.feature.Get+f               | = ~ all, "printable"
            """);
        assertTrue(daemon.stored().contains("service.y"));
    }

    @Test
    @DisplayName("tags: sorted, added once, removed once")
    void tags() {
        run(
                """
            admin.vm.tag.Set+tag2    | ok
            admin.vm.tag.Set+tag1    | ok
            admin.vm.tag.Set+tag1    | ok
            admin.vm.tag.List        | = created-by-dom0⏎tag1⏎tag2⏎
            admin.vm.tag.Get+tag1    | = 1
            admin.vm.tag.Remove+tag1 | ok
            admin.vm.tag.Remove+tag1 | ! QubesTagNotFoundError
            admin.vm.tag.Get+tag1    | = 0
            """);
    }

    @Test
    @DisplayName(
            "labels: a custom one gets the next index above the built-in ones; one in use stays")
    void labels() {
        run(
                """
            admin.label.Create+pink <␣0xff00ff⏎   | ok
            admin.label.Get+pink                  | = 0xff00ff
            admin.label.Index+pink                | = 10
            admin.vm.property.Set+label <pink     | ok
            admin.label.Remove+pink               | ! QubesLabelInUseError: Label is still in use: 'pink'
            admin.vm.property.Set+label @dom0 <10 | ok
            admin.vm.property.Set+label <red      | ok
            admin.label.Remove+10                 | ! QubesLabelInUseError: Label is still in use: 'pink'
            admin.vm.property.Set+label @dom0 <black | ok
            admin.vm.property.Set+label <10       | ok
            admin.vm.property.Set+label <label-04 | ok
            admin.vm.property.Get+label           | = default=False type=label green
            admin.vm.property.Set+label <␣1⏎      | ok
            admin.vm.property.Get+label           | = default=False type=label red
            admin.vm.property.Set+label <red      | ok
            admin.label.Remove+pink               | ok
            admin.label.Get+pink                  | ! QubesLabelNotFoundError
            admin.label.Remove+cyan               | ok
            """);
    }

    @Test
    @DisplayName("a qube starts, pauses, shuts down; its console and use are told while it runs")
    void lifecycle() throws Exception {
        Files.createDirectories(daemon.folder().resolve("appvms/test-vm1"));
        run(
                """
            admin.vm.property.Set+kernel     | ok
            admin.vm.property.Set+memory <512 | ok
            admin.vm.property.Set+maxmem <1024 | ok
            admin.vm.Start                   | ok
            admin.vm.Start                   | ok
            admin.vm.CurrentState            | = mem=524288 mem_static_max=1048576 cputime=0 power_state=Running
            admin.vm.Console                 | = /dev/pts/42
            admin.vm.Pause                   | ok
            admin.vm.List                    | = test-vm1 class=AppVM state=Paused uuid=22222222-2222-4222-8222-222222222222⏎
            admin.vm.Pause                   | ok
            admin.vm.Shutdown                | ! QubesVMNotRunningError
            admin.vm.Console                 | = /dev/pts/42
            admin.vm.Suspend                 | ok
            admin.vm.Resume                  | ok
            admin.vm.Suspend                 | ok
            admin.vm.List                    | = test-vm1 class=AppVM state=Suspended uuid=22222222-2222-4222-8222-222222222222⏎
            admin.vm.Resume                  | ok
            admin.vm.Remove                  | ! QubesVMNotHaltedError: Domain is not powered off: 'test-vm1'
            admin.vm.property.Set+template <test-template | ! QubesVMNotHaltedError
            admin.vm.Shutdown+wait           | ok
            admin.vm.Start                   | ok
            admin.vm.Shutdown+force+wait     | ok
            admin.vm.Start                   | ok
            admin.vm.Kill                    | ok
            admin.vm.CurrentState            | = mem=0 mem_static_max=0 cputime=0 power_state=Halted
            """);
    }

    @Test
    @DisplayName("a qube whose klass is gone can still be killed")
    void killWithoutKlass() throws Exception {
        Files.createDirectories(daemon.folder().resolve("appvms/test-vm1"));
        run(
                """
            admin.vm.property.Set+kernel | ok
            admin.vm.Start               | ok
            """);
        daemon.removeAppVM();
        run(
                """
            admin.vm.List             | = test-vm1 class=AppVM state=Running uuid=22222222-2222-4222-8222-222222222222⏎
            admin.vm.Shutdown+nothing | ! ProtocolError
            admin.vm.Start            | ! QubesVMNotAvailableError
            admin.vm.Kill             | ok
            admin.vm.Kill             | ! QubesVMNotStartedError
            """);
        assertEquals(GuestState.HALTED, daemon.hypervisor().state(VM1));
    }

    @Test
    @DisplayName("a shutdown that is waited for ends with the guest down, its klass there or not")
    void shutdownWithoutKlass() throws Exception {
        Files.createDirectories(daemon.folder().resolve("appvms/test-vm1"));
        run(
                """
            admin.vm.property.Set+kernel | ok
            admin.vm.Start               | ok
            """);
        daemon.removeAppVM();
        run(
                """
            admin.vm.Shutdown+wait | ok
            admin.vm.Shutdown+wait | ! QubesVMNotStartedError
            """);
        assertEquals(GuestState.HALTED, daemon.hypervisor().state(VM1));
    }

    @Test
    @DisplayName(
            "created qubes have their template, label, tag and volumes, on disk and in the store")
    void create() throws Exception {
        run(
                """
            admin.vm.Create.AppVM+test-template <name=test-vm2 label=green      | ok
            admin.vm.property.Get+template @test-vm2                           | = default=False type=vm test-template
            admin.vm.property.Get+label @test-vm2                              | = default=False type=label green
            admin.vm.tag.Get+created-by-dom0 @test-vm2                         | = 1
            admin.vm.volume.List @test-vm2                                     | = root⏎private⏎volatile⏎kernel⏎
            admin.vm.Create.AppVM <name=test-vm3 label=red                     | ok
            admin.vm.property.Get+template @test-vm3                           | = default=False type=vm test-template
            admin.vm.Create.TemplateVM <label=black name=other-template        | ok
            """);
        assertTrue(Files.isDirectory(daemon.folder().resolve("appvms/test-vm2")));
        assertTrue(daemon.stored().contains("<property name=\"name\">test-vm2</property>"));
        run(
                """
            admin.property.Set+default_template | ok
            admin.vm.Create.AppVM <name=test-vm4 label=red | ! QubesValueError: Template for the qube not specified, nor default template set.
            admin.property.Reset+default_template | ok
            admin.vm.Create.AppVM <name=test-vm4 label=red | ! QubesValueError: Template for the qube not specified, nor default template set.
            """);
    }

    @Test
    @DisplayName(
            "a pool is for the volumes that are no snapshots, one for one volume just for that")
    void createInPool() {
        run(
                """
            admin.vm.CreateInPool.AppVM+test-template <name=a label=red pool=test | ok
            admin.vm.CreateInPool.AppVM+test-template <name=b label=red pool:private=inner pool:volatile=test | ok
            admin.vm.CreateInPool.AppVM+test-template <name=c label=red pool:root=test | ! QubesException: Snapshot volume root must be in the same pool as its origin (root volume of template),cannot move to pool test␣
            admin.vm.List @c | ! QubesVMNotFoundError
            """);
        assertEquals("varlibqubes test test linux-kernel", pools("a"));
        assertEquals("varlibqubes inner test linux-kernel", pools("b"));
    }

    private String pools(String vm) {
        QubesVM managed = (QubesVM) daemon.vm(vm);
        return String.join(
                " ", managed.storage().names().stream().map(managed.storage()::poolOf).toList());
    }

    @Test
    @DisplayName("a qube whose volumes cannot be made is not left behind")
    void createIsUndone() throws Exception {
        run(
                """
            admin.vm.CreateInPool.AppVM+test-template <name=a label=red pool=broken | ! StoragePoolException: Pool broken is full
            admin.vm.List @a | ! QubesVMNotFoundError: No such domain: 'a'
            """);
        assertFalse(
                daemon.stored().contains("<property name=\"name\">a</property>"),
                "not in the store");
        assertFalse(Files.exists(daemon.folder().resolve("appvms/a")), "no folder");
    }

    @Test
    @DisplayName(
            "a removed qube is gone from the store and from disk; one of a missing klass can be removed")
    void remove() throws Exception {
        run(
                """
            admin.vm.Create.AppVM <name=test-vm2 label=red | ok
            admin.vm.Remove @test-vm2 | ok
            admin.vm.Remove @test-vm2 | ! QubesVMNotFoundError: No such domain: 'test-vm2'
            admin.vm.Remove @test-foo | ok
            admin.vm.property.Set+installed_by_rpm <True | ok
            admin.vm.Remove           | ! QubesVMInUseError: VM installed by package manager: test-vm1
            """);
        assertFalse(Files.exists(daemon.folder().resolve("appvms/test-vm2")));
        assertFalse(daemon.stored().contains("test-foo"));
        assertTrue(daemon.qubes().find(new DomainName("test-vm1")).isPresent());
    }

    @Test
    @DisplayName("a handler of admin-permission refuses a call or hides items of a list")
    void permission() {
        daemon.add(keep("admin.vm.tag.List", "tag2"::equals));
        daemon.add(
                (Extension)
                        on ->
                                on.before(
                                        AdminPermission.of("admin.vm.feature.*"),
                                        event -> {
                                            if (event.argument().equals("secret")) {
                                                throw new PermissionDenied(
                                                        event.method()
                                                                + " on "
                                                                + event.destination()
                                                                + " by "
                                                                + event.subject()
                                                                + event.details());
                                            }
                                        }));
        run(
                """
            admin.vm.tag.Set+tag1               | ok
            admin.vm.tag.Set+tag2               | ok
            admin.vm.tag.List                   | = tag2⏎
            admin.vm.feature.Set+secret <x      | ! PermissionDenied: admin.vm.feature.Set on test-vm1 by dom0{value=x}
            admin.vm.feature.Get+secret         | ! PermissionDenied
            """);
        assertEquals(List.of("only-appvm"), List.copyOf(daemon.vm("test-vm1").features().keySet()));
    }

    private static Extension keep(String method, java.util.function.Predicate<Object> filter) {
        return on -> on.before(AdminPermission.of(method), event -> event.keep(filter));
    }
}
