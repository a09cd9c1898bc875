package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import qubes.core.admin.AdminPermission;
import qubes.core.admin.AdminSocket;
import qubes.core.error.PermissionDenied;
import qubes.core.event.Event;
import qubes.core.event.EventPattern;
import qubes.core.event.Extension;
import qubes.core.event.PreEvent;
import qubes.core.event.Subscriptions;
import qubes.core.property.Property;
import qubes.core.property.PropertyTable;
import qubes.core.property.PropertyType;
import qubes.core.storage.PoolOptions;
import qubes.core.vm.QubesVM;

/** Volumes and pools: spec admin-api §9, §10, §15, and what it pins in §16. */
class PinnedStorageTest {
    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = Daemon.start();
        daemon.add(
                new MemoryPoolDriver(
                        "needy",
                        PropertyTable.inOrder(
                                PoolOptions.REVISIONS_TO_KEEP,
                                Property.named("first", PropertyType.STR).define(),
                                Property.named("second", PropertyType.STR).define(),
                                PoolOptions.EPHEMERAL_VOLATILE),
                        daemon.storageCalls()));
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    static Stream<Case> rows() {
        return Case.table(
                """
                # volume: which one, and what the payload may be
                admin.vm.volume.Revert+private <1-old                      | ok
                admin.vm.volume.Revert+private <␣1-old⏎                    | ok
                admin.vm.volume.Revert+private <no-such-rev                | nothing
                admin.vm.volume.Revert+private <../../1-old                | ! ProtocolError
                admin.vm.volume.Revert+private <1-\\xf6ld                   | ! ProtocolError
                admin.vm.volume.Revert+private                             | ! ProtocolError: expected payload
                admin.vm.volume.Revert <1-old                              | ! ProtocolError: expected an argument
                admin.vm.volume.Revert+none <1-old                         | ! PermissionDenied: Argument not in 'test-vm1 volumes'
                admin.vm.volume.Revert+private @dom0 <1-old                | ! PermissionDenied: Argument not in 'dom0 volumes'
                admin.vm.volume.Resize+private <1024000000                 | ok
                admin.vm.volume.Resize+private <1024000000⏎                | ok
                admin.vm.volume.Resize+private <0                          | ok
                admin.vm.volume.Resize+private <9223372036854775807        | ok
                admin.vm.volume.Resize+private <10000000000000000000       | ! ProtocolError: Volume size is bigger than 19 decimal digits
                admin.vm.volume.Resize+private <9999999999999999999        | ! ProtocolError
                admin.vm.volume.Resize+private <-1                         | ! ProtocolError: Volume size contains non ASCII digits
                admin.vm.volume.Resize+private <␣                          | ! ProtocolError: Volume size contains non ASCII digits
                admin.vm.volume.Resize+private <1e9                        | ! ProtocolError: Volume size contains non ASCII digits
                admin.vm.volume.Resize+private <\\xb2                       | ! ProtocolError: Volume size contains non ASCII digits
                admin.vm.volume.Resize+private <01                         | ! ProtocolError: Volume size contains spurious leading zeros
                admin.vm.volume.Resize+private <00000000000000000000       | ! ProtocolError: Volume size is bigger than 19 decimal digits
                admin.vm.volume.Resize+none <1                             | ! PermissionDenied: Argument not in 'test-vm1 volumes'
                admin.vm.volume.Resize+kernel <1                           | nothing
                admin.vm.volume.Clear+private                              | ok
                admin.vm.volume.Clear+private <x                           | ! ProtocolError: unexpected payload
                admin.vm.volume.Clear+kernel                               | nothing
                admin.vm.volume.Clear+private @dom0                        | ! PermissionDenied: Argument not in 'dom0 volumes'
                admin.vm.volume.CloneFrom+private123                       | ! PermissionDenied: Argument not in 'test-vm1 volumes'
                admin.vm.volume.CloneTo+private <no-such-token             | ! QubesVolumeCopyTokenNotFoundError: 'Token to clone volume of qube was not found'
                admin.vm.volume.CloneTo+private <token\\xc3\\xb6             | ! ProtocolError: Token contains non-ASCII characters
                admin.vm.volume.CloneTo+private123 <token                  | ! PermissionDenied: Argument not in 'test-vm1 volumes'
                # settings
                admin.vm.volume.Set.revisions_to_keep+private <2           | ok
                admin.vm.volume.Set.revisions_to_keep+private <0           | ok
                admin.vm.volume.Set.revisions_to_keep+private <-1          | ok
                admin.vm.volume.Set.revisions_to_keep+private <-2          | ! QubesValueError: Invalid value for revisions_to_keep
                admin.vm.volume.Set.revisions_to_keep+private <abc         | ! ProtocolError: Revisions to keep contains non ASCII digits
                admin.vm.volume.Set.revisions_to_keep+private <--1         | ! ProtocolError: Revisions to keep contains non ASCII digits
                admin.vm.volume.Set.revisions_to_keep+private <-01         | ! ProtocolError: Revisions to keep contains spurious leading zeros
                admin.vm.volume.Set.revisions_to_keep+private <2⏎          | ! ProtocolError: Revisions to keep contains non ASCII digits
                admin.vm.volume.Set.revisions_to_keep+private <␣2          | ! ProtocolError: Revisions to keep contains non ASCII digits
                admin.vm.volume.Set.revisions_to_keep+private <-           | ! ProtocolError: Revisions to keep contains non ASCII digits
                admin.vm.volume.Set.revisions_to_keep+private <-0          | ok
                admin.vm.volume.Set.revisions_to_keep+kernel <1            | ! QubesValueError
                admin.vm.volume.Set.revisions_to_keep+kernel <0            | ok
                admin.vm.volume.Set.rw+private <True                       | ok
                admin.vm.volume.Set.rw+private <oFF                        | ok
                admin.vm.volume.Set.rw+private <abc                        | ! ProtocolError: Payload is not boolean ASCII
                admin.vm.volume.Set.rw+private <True⏎                      | ! ProtocolError: Payload is not boolean ASCII
                admin.vm.volume.Set.rw+private <\\xd0\\xb9                   | ! ProtocolError: Payload is not boolean ASCII
                admin.vm.volume.Set.rw+kernel <True                        | ! QubesValueError
                admin.vm.volume.Set.ephemeral+volatile <True               | ok
                admin.vm.volume.Set.ephemeral+volatile <0                  | ok
                admin.vm.volume.Set.ephemeral+volatile <maybe              | ! ProtocolError: Payload is not boolean ASCII
                admin.vm.volume.Set.ephemeral+private <True                | ! QubesValueError: Cannot enable ephemeral on snap_on_start or save_on_stop or non-dom0 or not writable volume
                admin.vm.volume.Set.ephemeral+root <True                   | ! QubesValueError
                admin.vm.volume.Set.ephemeral+kernel <True                 | ! QubesValueError
                admin.vm.volume.Set.ephemeral+private <False               | ok
                # import, on the internal socket
                internal.vm.volume.ImportBegin+inexistent                  | ! ProtocolError: Argument not in test-vm1 volumes
                internal.vm.volume.ImportEnd+inexistent <ok                | ! ProtocolError: Argument not in test-vm1 volumes
                internal.vm.volume.ImportBegin+private                     | = 2147483648 /dev/vms/test-vm1/private-import
                internal.vm.volume.ImportBegin+private <123                | = 123 /dev/vms/test-vm1/private-import
                internal.vm.volume.ImportBegin+private <0                  | = 0 /dev/vms/test-vm1/private-import
                internal.vm.volume.ImportBegin+private <abc                | ! ProtocolError: Size of new data contains non ASCII digits
                internal.vm.volume.ImportBegin+private <5⏎                 | ! ProtocolError: Size of new data contains non ASCII digits
                internal.vm.volume.ImportBegin+kernel                      | nothing
                internal.vm.volume.ImportEnd+private                       | ! ProtocolError: expected payload
                internal.vm.volume.ImportEnd+private <ok                   | ok
                internal.vm.volume.ImportEnd+private <fail⏎error message   | ! QubesException: Data import failed: error message
                internal.vm.volume.ImportEnd+private <fail⏎50 % \\x07        | ! QubesException: Data import failed: 50 %% \\x5cx07
                # pools
                admin.pool.Add+lvm <name=test-pool⏎param1=7⏎               | ok
                admin.pool.Add+lvm <name=test-pool                         | ok
                admin.pool.Add+lvm <param2=a=b⏎name=test-pool              | ok
                admin.pool.Add+nope <name=test-pool                        | ! PermissionDenied: Argument not in 'available drivers'
                admin.pool.Add+lvm                                         | ! ProtocolError: expected payload
                admin.pool.Add+lvm <name=test-pool⏎param2=\\xc3\\xb6⏎        | ! ProtocolError: Pool parameters contains non-ASCII characters
                admin.pool.Add+lvm <name=test-pool⏎param2⏎                 | ! ProtocolError: Options must be separated by equal sign
                admin.pool.Add+lvm <name=test-pool⏎⏎                       | ! ProtocolError: Options must be separated by equal sign
                admin.pool.Add+lvm <name=a⏎name=b⏎                         | ! ProtocolError: Options must be unique
                admin.pool.Add+lvm <param1=1⏎param2=2⏎                     | ! ProtocolError: Pool configuration must contain key: name
                admin.pool.Add+needy <first=1                              | ! ProtocolError: Pool configuration must contain key: name
                admin.pool.Add+lvm <name=../x                              | ! ProtocolError: Pool name must be in safe set: abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.
                admin.pool.Add+lvm <name=test-pool⏎driver=file             | ! ProtocolError: Unexpected driver options found
                admin.pool.Add+needy <name=p⏎third=1                       | ! ProtocolError: Unexpected driver options found
                admin.pool.Add+needy <name=p                               | ! QubesException: missing required driver options: first second
                admin.pool.Add+needy <name=p⏎first=some-value              | ! QubesException: missing required driver options: second
                admin.pool.Add+lvm <name=varlibqubes                       | ! QubesPoolInUseError: Storage pool is in use: 'varlibqubes'
                admin.pool.Remove+inner                                    | ok
                admin.pool.Remove+no-such-pool                             | ! PermissionDenied: Argument not in 'pools'
                admin.pool.Remove+varlibqubes                              | ! QubesPoolInUseError
                admin.pool.Set.revisions_to_keep+test <2                   | ! StoragePoolException
                admin.pool.Set.revisions_to_keep+test <abc                 | ! ProtocolError: Revisions to keep contains non ASCII digits
                admin.pool.Set.revisions_to_keep+test <2⏎                  | ! ProtocolError: Revisions to keep contains non ASCII digits
                admin.pool.Set.revisions_to_keep+test <-2                  | ! ProtocolError: Value can't be lower than -1
                admin.pool.Set.revisions_to_keep+nope <2                   | ! PermissionDenied: Argument not in 'pools'
                admin.pool.Set.ephemeral_volatile+test <maybe              | ! ProtocolError: Payload is not boolean ASCII
                admin.pool.volume.List+test                                | ok
                admin.pool.volume.List+nope                                | ! PermissionDenied: Argument not in 'pools'
                """);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    @DisplayName("a call is answered as the original answers it")
    void answers(Case row) throws IOException {
        String answer = answer(row);
        assertEquals(row.expectedOf(answer), answer);
    }

    private void run(String table) {
        Case.table(table)
                .forEach(
                        step -> {
                            String answer = answer(step);
                            assertEquals(step.expectedOf(answer), answer, step::call);
                        });
    }

    private String answer(Case row) {
        AdminSocket socket =
                row.call().startsWith("internal.") ? AdminSocket.INTERNAL : AdminSocket.ADMIN;
        try {
            return row.answerFrom(new Client(daemon.socket(socket)));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    @DisplayName("what was changed of a volume is on disk when the answer comes")
    void changesAreDurable() throws IOException {
        run(
                """
                admin.vm.volume.Resize+private <1024000000        | ok
                admin.vm.volume.Set.revisions_to_keep+private <-1 | ok
                admin.vm.volume.Set.rw+private <False             | ok
                admin.vm.volume.Set.ephemeral+private <False      | ok
                """);
        assertEquals(
                "<volume name=\"private\" pool=\"varlibqubes\" vid=\"vms/test-vm1/private\""
                        + " revisions_to_keep=\"-1\" rw=\"False\" save_on_stop=\"True\""
                        + " snap_on_start=\"False\" ephemeral=\"False\" size=\"1024000000\"/>",
                found("<volume name=\"private\"[^>]*test-vm1[^>]*>"));
        run("admin.vm.volume.Set.ephemeral+volatile <on | ok");
        assertTrue(
                found("<volume name=\"volatile\"[^>]*test-vm1[^>]*>")
                        .contains("ephemeral=\"True\""));
    }

    @Test
    @DisplayName("what is refused changes nothing on disk")
    void refusalsChangeNothing() throws IOException {
        String before = daemon.stored();
        run(
                """
                admin.vm.volume.Set.rw+private <abc               | ! ProtocolError
                admin.vm.volume.Set.revisions_to_keep+private <-2 | ! QubesValueError
                admin.vm.volume.Set.ephemeral+root <1             | ! QubesValueError
                admin.pool.Add+needy <name=p                      | ! QubesException
                """);
        assertEquals(before, daemon.stored());
        assertEquals(List.of(), daemon.storageCalls());
    }

    @Test
    @DisplayName("a running qube's volumes: revisions may change, snapshots and rw may not")
    void whileRunning() throws IOException {
        startGuest("test-vm1");
        run(
                """
                admin.vm.volume.Set.revisions_to_keep+private <2  | ok
                admin.vm.volume.Set.revisions_to_keep+private <-1 | ! QubesVMNotHaltedError: Domain is not powered off: 'test-vm1'
                admin.vm.volume.Set.rw+private <True              | ! QubesVMNotHaltedError: Domain is not powered off: 'test-vm1'
                admin.vm.volume.Set.rw+private <abc               | ! ProtocolError
                internal.vm.volume.ImportBegin+private            | ! QubesVMNotHaltedError: Domain is not powered off: 'test-vm1'
                internal.vm.volume.ImportBegin+private <abc       | ! QubesVMNotHaltedError
                """);
        ((QubesVM) daemon.vm("test-vm1")).kill();
        run("admin.vm.volume.Set.revisions_to_keep+private <-1 | ok");
        startGuest("test-vm1");
        run(
                """
                admin.vm.volume.Set.revisions_to_keep+private <2  | ! QubesVMNotHaltedError
                admin.vm.volume.Set.revisions_to_keep+private <-1 | ok
                """);
    }

    @Test
    @DisplayName(
            "a running qube's volume is resized, and who asked is told to resize the file system")
    void resizeWhileRunning() throws IOException {
        startGuest("test-vm1");
        String answer = daemon.client().call("admin.vm.volume.Resize", "private", "test-vm1", "42");
        assertTrue(
                answer.startsWith(
                        "2\0StoragePoolException\0\0Online resize of volume vms/test-vm1/private"
                                + " failed (you need to resize filesystem manually): "),
                answer);
        assertEquals(List.of("resize vms/test-vm1/private to 42"), daemon.storageCalls());
        assertTrue(found("<volume name=\"private\"[^>]*test-vm1[^>]*>").contains("size=\"42\""));
    }

    @Test
    @DisplayName("a token copies the volume it was given for, once")
    void tokenServesOnce() throws IOException {
        String before = daemon.stored();
        String token = token("test-net");
        assertEquals(before, daemon.stored());
        run(
                """
                admin.vm.volume.CloneTo+private <⏎%s␣ | ok
                admin.vm.volume.CloneTo+private <%s   | ! QubesVolumeCopyTokenNotFoundError
                """
                        .formatted(token, token));
        assertEquals(
                List.of("import vms/test-net/private to vms/test-vm1/private"),
                daemon.storageCalls());
    }

    @Test
    @DisplayName("a token is used up also where the copy is refused")
    void refusalUsesTokenUp() throws IOException {
        String token = token("test-net");
        daemon.add(deny("admin.vm.volume.CloneTo"));
        run(
                """
                admin.vm.volume.CloneTo+private <%s | ! PermissionDenied
                admin.vm.volume.CloneTo+private <%s | ! QubesVolumeCopyTokenNotFoundError
                """
                        .formatted(token, token));
    }

    @Test
    @DisplayName("a copy of a volume that is gone meanwhile is not answered")
    void sourceIsGone() throws IOException {
        String token = token("test-net");
        run("admin.vm.Remove @test-net | ok");
        run("admin.vm.volume.CloneTo+private <" + token + " | nothing");
        assertEquals(List.of(), daemon.storageCalls());
    }

    @Test
    @DisplayName("a volume without snapshots is not copied while its qube runs")
    void sourceWithoutSnapshotsRuns() throws IOException {
        run("admin.vm.volume.Set.revisions_to_keep+private @test-net <-1 | ok");
        startGuest("test-net");
        run(
                """
                admin.vm.volume.CloneTo+private <%s | ! StoragePoolException: Volume vms/test-net/private must be stopped before importing its data
                """
                        .formatted(token("test-net")));
        ((QubesVM) daemon.vm("test-net")).kill();
        run("admin.vm.volume.CloneTo+private <" + token("test-net") + " | ok");
        startGuest("test-net");
    }

    @Test
    @DisplayName("imports tell of their begin and end, and copies of their source")
    void importsAreTold() throws IOException {
        List<String> heard = hear("domain-*import*");
        run(
                """
                internal.vm.volume.ImportBegin+private <123    | = 123 /dev/vms/test-vm1/private-import
                internal.vm.volume.ImportEnd+private <ok       | ok
                internal.vm.volume.ImportBegin+private         | = 2147483648 /dev/vms/test-vm1/private-import
                internal.vm.volume.ImportEnd+private <fail⏎x   | ! QubesException
                admin.vm.volume.Clear+private                  | ok
                """);
        run("admin.vm.volume.CloneTo+private <" + token("test-net") + " | ok");
        assertEquals(
                List.of(
                        "domain-volume-import-begin {volume=private, size=123}",
                        "domain-volume-import-end {volume=private, success=true}",
                        "domain-volume-import-begin {volume=private, size=2147483648}",
                        "domain-volume-import-end {volume=private, success=false}",
                        "domain-volume-import-begin {volume=private, size=2147483648}",
                        "domain-volume-import-end {volume=private, success=true}",
                        "domain-import-volume {name=private, source=vms/test-net/private}"),
                heard);
        assertEquals(
                List.of(
                        "begin import of 123 to vms/test-vm1/private",
                        "keep import to vms/test-vm1/private",
                        "begin import of 2147483648 to vms/test-vm1/private",
                        "drop import to vms/test-vm1/private",
                        "begin import of 2147483648 to vms/test-vm1/private",
                        "keep import to vms/test-vm1/private",
                        "import vms/test-net/private to vms/test-vm1/private"),
                daemon.storageCalls());
    }

    @Test
    @DisplayName("the permission for an import is that of the method the caller knows")
    void importPermission() {
        List<String> heard = hear("admin-permission:admin.vm.volume.*");
        run(
                """
                internal.vm.volume.ImportBegin+private      | = 2147483648 /dev/vms/test-vm1/private-import
                internal.vm.volume.ImportBegin+private <123 | = 123 /dev/vms/test-vm1/private-import
                """);
        assertEquals(
                List.of(
                        "admin-permission:admin.vm.volume.Import {dest=test-vm1, arg=private}",
                        "admin-permission:admin.vm.volume.ImportWithSize {dest=test-vm1, arg=private}"),
                heard);
    }

    @Test
    @DisplayName("a path with a blank cannot be told, and the import is given up")
    void pathWithBlank() throws IOException {
        run(
                """
                admin.pool.Add+lvm <name=blank                                                         | ok
                admin.vm.CreateInPool.AppVM+test-template <name=odd label=red pool:private=blank       | ok
                internal.vm.volume.ImportBegin+private @odd                                            | ! ProtocolError
                """);
        assertEquals(
                List.of(
                        "begin import of 2147483648 to appvms/odd/private",
                        "drop import to appvms/odd/private"),
                daemon.storageCalls());
    }

    @Test
    @DisplayName("import is none of the public socket's business, nor Clear the internal one's")
    void socketsAreApart() throws IOException {
        assertEquals(
                "2\0ProtocolError\0\0no such method: 'internal.vm.volume.ImportBegin'\0",
                daemon.client().call("internal.vm.volume.ImportBegin", "private", "test-vm1", ""));
        assertEquals(
                "2\0ProtocolError\0\0no such method: 'admin.vm.volume.Clear'\0",
                new Client(daemon.socket(AdminSocket.INTERNAL))
                        .call("admin.vm.volume.Clear", "private", "test-vm1", ""));
    }

    @Test
    @DisplayName("pools are added, set, filled, emptied and removed, each on disk at once")
    void lifeOfAPool() throws IOException {
        List<String> heard = hear("pool-*");
        run("admin.pool.Add+needy <name=p⏎second=b⏎first=a⏎ | ok");
        assertEquals(
                "<pool name=\"p\" revisions_to_keep=\"1\" first=\"a\" second=\"b\" ephemeral_volatile=\"False\" driver=\"needy\"/>",
                found("<pool name=\"p\".*/>"));
        run(
                """
                admin.pool.Set.revisions_to_keep+p <2                                      | ok
                admin.pool.Set.ephemeral_volatile+p <yes                                   | ok
                admin.vm.CreateInPool.AppVM+test-template <name=new label=red pool=p       | ok
                admin.pool.Remove+p                                                        | ! QubesPoolInUseError
                admin.pool.volume.List+p                                                   | = appvms/new/private⏎appvms/new/volatile⏎
                """);
        assertEquals(
                "<pool name=\"p\" revisions_to_keep=\"2\" first=\"a\" second=\"b\" ephemeral_volatile=\"True\" driver=\"needy\"/>",
                found("<pool name=\"p\".*/>"));
        run(
                """
                admin.vm.Remove @new | ok
                admin.pool.Remove+p  | ok
                """);
        assertFalse(daemon.stored().contains("name=\"p\""));
        assertEquals(
                List.of("pool-add {pool=p}", "pool-pre-delete {pool=p}", "pool-delete {pool=p}"),
                heard);
    }

    private void startGuest(String name) throws IOException {
        QubesVM vm = (QubesVM) daemon.vm(name);
        Files.createDirectories(vm.storage().directory());
        vm.start();
    }

    private String token(String vm) throws IOException {
        String answer = daemon.client().call("admin.vm.volume.CloneFrom", "private", vm, "");
        assertTrue(answer.matches("0\0[A-Za-z0-9]{32}"), answer);
        return answer.substring(2);
    }

    /** What a pattern finds in the store as it is on disk. */
    private String found(String pattern) throws IOException {
        Matcher matcher = Pattern.compile(pattern).matcher(daemon.stored());
        assertTrue(matcher.find(), daemon::toString);
        return matcher.group();
    }

    private List<String> hear(String pattern) {
        List<String> heard = new ArrayList<>();
        daemon.add(
                (Extension)
                        on -> {
                            for (Subscriptions where : List.of(on, on.forApplication())) {
                                where.before(
                                        EventPattern.of(PreEvent.class, pattern),
                                        event -> heard.add(shown(event)));
                                where.after(
                                        EventPattern.of(Event.class, pattern),
                                        event -> {
                                            if (!(event instanceof PreEvent)) {
                                                heard.add(shown(event));
                                            }
                                        });
                            }
                        });
        return heard;
    }

    private static Extension deny(String method) {
        return on ->
                on.before(
                        AdminPermission.of(method),
                        event -> {
                            throw new PermissionDenied("no");
                        });
    }

    private static String shown(Event event) {
        return event.wireName() + " " + event.arguments();
    }
}
