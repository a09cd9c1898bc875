package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.admin.AdminPermission;
import qubes.core.admin.AdminSocket;
import qubes.core.error.PermissionDenied;
import qubes.core.event.Event;
import qubes.core.event.Extension;
import qubes.core.event.FeaturesRequest;
import qubes.core.hypervisor.GuestState;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.QubesVM;

/**
 * Disposables, reports, host sleep and backups over the sockets (spec admin-api §8.2, §13, §15).
 */
class ServicesTest {
    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = Daemon.start();
        for (String place :
                List.of("appvms/test-vm1", "appvms/test-net", "vm-templates/test-template")) {
            Files.createDirectories(daemon.folder().resolve(place));
            daemon.vm(Path.of(place).getFileName().toString()).set(QubesVM.KERNEL, "");
        }
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
    }

    private void run(String table) {
        run(table, AdminSocket.ADMIN, "dom0");
    }

    /** Makes the calls of a table one after the other, as {@code source}. */
    private void run(String table, AdminSocket socket, String source) {
        Client client = new Client(daemon.socket(socket));
        Case.table(table)
                .forEach(
                        step -> {
                            try {
                                String request =
                                        step.request().replaceFirst(" dom0 ", " " + source + " ");
                                String answer = client.exchange(request);
                                assertEquals(step.expectedOf(answer), answer, step::call);
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        });
    }

    private String ask(AdminSocket socket, String method, String source) throws IOException {
        return new Client(daemon.socket(socket)).exchange(method + "+ " + source + " name dom0\0");
    }

    private static Extension hear(List<Event> events, Class<? extends Event> type) {
        return on -> on.after(type, events::add);
    }

    // disposables

    @Test
    @DisplayName("without the bundle of disposables nothing is made, and the caller is told why")
    void noDisposables() {
        run(
                """
            admin.vm.property.Set+template_for_dispvms <True | ok
            admin.vm.CreateDisposable @test-vm1         | ! QubesVMNotAvailableError
            admin.vm.CreateDisposable+preload @test-vm1 | ! QubesVMNotAvailableError
            """);
    }

    @Test
    @DisplayName("what a caller may ask for when it asks for a disposable")
    void disposableArguments() {
        daemon.services().addDisposables(daemon);
        run(
                """
            admin.vm.CreateDisposable @test-vm1                  | ! QubesException: Refusing to create disposable out of app qube which has template_for_dispvms=False
            admin.vm.CreateDisposable @test-template             | ! QubesException: Refusing to create disposable out of app qube which has template_for_dispvms=False
            admin.vm.CreateDisposable @dom0                      | ! QubesException: Refusing to create disposable out of app qube which has template_for_dispvms=False
            admin.vm.property.Set+template_for_dispvms <True     | ok
            admin.vm.CreateDisposable+other @test-vm1            | ! PermissionDenied: Argument not in "'', 'preload'"
            admin.vm.CreateDisposable+other @test-vm1 <bad       | ! PermissionDenied
            admin.vm.CreateDisposable @test-vm1 <uuid⏎           | ! ProtocolError: Invalid payload, expected empty string or 'uuid'
            admin.vm.CreateDisposable+preload @test-vm1 <UUID    | ! ProtocolError: Invalid payload, expected empty string or 'uuid'
            admin.vm.CreateDisposable @no-such                   | ! QubesVMNotFoundError: No such domain: 'no-such'
            """);
        assertFalse(daemon.qubes().domains().stream().anyMatch(vm -> vm.klass().equals("DispVM")));
    }

    @Test
    @DisplayName("a disposable is made, stored, tagged with who asked, and not started")
    void disposable() throws Exception {
        daemon.services().addDisposables(daemon);
        run(
                """
            admin.vm.property.Set+template_for_dispvms <True    | ok
            admin.property.Set+default_dispvm <test-vm1         | ok
            """);
        String answer = daemon.client().call("admin.vm.CreateDisposable", "", "test-vm1", "");
        assertTrue(answer.matches("0\0disp[0-9]{1,4}"), answer);
        BaseVM vm = daemon.vm(answer.substring(2));
        assertTrue(daemon.stored().contains(">" + vm.name() + "<"));
        assertTrue(vm.isHalted());
        assertTrue(vm.tags().containsAll(List.of("created-by-dom0", "disp-created-by-dom0")));
        run("admin.vm.property.Get+auto_cleanup @" + vm + " | = default=False type=bool True");
        String uuid = daemon.client().call("admin.vm.CreateDisposable", "", "dom0", "uuid");
        assertTrue(uuid.startsWith("0\0uuid:"), uuid);
        assertEquals(
                "test-vm1",
                daemon.qubes()
                        .find(java.util.UUID.fromString(uuid.substring(7)))
                        .flatMap(BaseVM::template)
                        .map(BaseVM::subjectName)
                        .orElseThrow());
        String others =
                daemon.client().exchange("admin.vm.CreateDisposable+ test-net keyword adminvm\0");
        assertTrue(
                daemon.vm(others.substring(2))
                        .tags()
                        .containsAll(List.of("created-by-test-net", "disp-created-by-test-net")));
        run("admin.vm.property.Set+default_dispvm @test-net | ok");
        assertTrue(
                daemon.client()
                        .exchange("admin.vm.CreateDisposable+ test-net name dom0\0")
                        .startsWith("2\0QubesException\0"),
                "the caller's own, not the system's");
    }

    @Test
    @DisplayName("who may make disposables is asked with the template; a refusal makes none")
    void disposablePermission() {
        daemon.services().addDisposables(daemon);
        run(
                """
            admin.vm.property.Set+template_for_dispvms <True    | ok
            admin.property.Set+default_dispvm <test-vm1         | ok
            """);
        daemon.add(
                (Extension)
                        on ->
                                on.before(
                                        AdminPermission.of("admin.vm.CreateDisposable"),
                                        request -> {
                                            throw new PermissionDenied(
                                                    "not of " + request.details());
                                        }));
        run(
                """
            admin.vm.CreateDisposable @test-vm1        | ! PermissionDenied: not of {dispvm_template=test-vm1}
            admin.vm.CreateDisposable+preload @dom0    | ! PermissionDenied: not of {dispvm_template=test-vm1}
            """);
    }

    @Test
    @DisplayName(
            "preloading is asked for, and goes on after the answer; a full queue is left alone")
    void preload() throws Exception {
        daemon.services().addDisposables(daemon);
        List<Event> starts = new ArrayList<>();
        daemon.add((Extension) on -> on.after(qubes.core.event.Preload.Start.class, starts::add));
        run(
                """
            admin.vm.property.Set+template_for_dispvms <True                           | ok
            admin.property.Set+default_dispvm <test-vm1                                | ok
            admin.vm.CreateDisposable+preload @dom0                                    | ! QubesValueError
            admin.vm.feature.Set+qrexec <1                                             | ok
            admin.vm.feature.Set+supported-rpc.qubes.WaitForRunningSystem <1           | ok
            admin.vm.feature.Set+supported-rpc.qubes.WaitForSession <1                 | ok
            admin.vm.CreateDisposable+preload @dom0                                    | ok
            admin.vm.CreateDisposable+preload @test-vm1                                | ok
            """);
        assertEquals(
                List.of("{reason=autostart was requested}", "{reason=autostart was requested}"),
                starts.stream()
                        .map(event -> event.arguments().toString())
                        .skip(starts.size() - 2)
                        .toList());
    }

    // reports

    @Test
    @DisplayName(
            "what a qube asks for is told as it is, in order, and is on disk when it has its answer")
    void featuresRequest() throws Exception {
        BaseVM vm = daemon.vm("test-vm1");
        List<Event> events = new ArrayList<>();
        daemon.add(hear(events, FeaturesRequest.class));
        daemon.add(
                (Extension)
                        on ->
                                on.after(
                                        FeaturesRequest.class,
                                        event -> vm.features().set("seen", "1")));
        daemon.services().database.write(vm, "/features-request/feature1", "1");
        daemon.services().database.write(vm, "/features-request/feature2", "");
        daemon.services().database.write(vm, "/features-request/feature3", "other with spaces");
        daemon.services().database.write(vm, "/other/feature4", "1");
        run("qubes.FeaturesRequest | ok", AdminSocket.MISC, "test-vm1");
        assertEquals(
                "{untrusted_features={feature1=1, feature2=, feature3=other with spaces}}",
                events.get(0).arguments().toString());
        assertEquals(vm, events.get(0).subject());
        assertEquals(
                List.of(
                        "list /features-request/",
                        "read /features-request/feature1",
                        "read /features-request/feature2",
                        "read /features-request/feature3"),
                daemon.services().database.asked());
        assertTrue(daemon.stored().contains("<feature name=\"seen\">1</feature>"));
        daemon.services().database.clear(vm);
        run("qubes.FeaturesRequest | ok", AdminSocket.MISC, "test-vm1");
        daemon.services().removeDatabase();
        run("qubes.FeaturesRequest | ok", AdminSocket.MISC, "test-vm1");
        assertEquals(
                List.of("{untrusted_features={}}", "{untrusted_features={}}"),
                events.stream().skip(1).map(event -> event.arguments().toString()).toList());
    }

    @Test
    @DisplayName("what no feature may be is refused before anybody hears of it")
    void badFeaturesRequest() {
        BaseVM vm = daemon.vm("test-vm1");
        List<Event> events = new ArrayList<>();
        daemon.add(hear(events, FeaturesRequest.class));
        daemon.services().database.write(vm, "/features-request/f", new byte[] {(byte) 0xfe, 1});
        run("qubes.FeaturesRequest | nothing", AdminSocket.MISC, "test-vm1");
        daemon.services().database.write(vm, "/features-request/f", "a/b");
        run(
                """
            qubes.FeaturesRequest           | ! ProtocolError: Value outside safe set: abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.,_=␣
            qubes.FeaturesRequest+x         | ! ProtocolError: unexpected argument
            qubes.FeaturesRequest <x        | ! ProtocolError: unexpected payload
            qubes.FeaturesRequest @test-net | ! ProtocolError: expected destination to be AdminVM
            """,
                AdminSocket.MISC,
                "test-vm1");
        run("qubes.FeaturesRequest | ! ProtocolError: no such method: 'qubes.FeaturesRequest'");
        daemon.services().database.write(vm, "/features-request/f", "a\n");
        run("qubes.FeaturesRequest | ! ProtocolError", AdminSocket.MISC, "test-vm1");
        daemon.services().database.write(vm, "/features-request/f", "");
        daemon.services().database.write(vm, "/features-request/a\nb", "");
        run("qubes.FeaturesRequest | nothing", AdminSocket.MISC, "test-vm1");
        assertEquals(List.of(), events);
    }

    @Test
    @DisplayName("of tools five are read, in order; an odd one ends it, an empty one is skipped")
    void notifyTools() {
        BaseVM vm = daemon.vm("test-vm1");
        List<Event> events = new ArrayList<>();
        daemon.add(hear(events, FeaturesRequest.class));
        for (String entry :
                List.of("version=1", "qrexec=1", "gui=1", "os=Linux", "default-user=user")) {
            String[] parts = entry.split("=");
            daemon.services().database.write(vm, "/qubes-tools/" + parts[0], parts[1]);
        }
        daemon.services().database.write(vm, "/qubes-tools/gui-emulated", "");
        run("qubes.NotifyTools | ok", AdminSocket.MISC, "test-vm1");
        assertEquals(
                "{untrusted_features={qrexec=1, gui=1, default-user=user, os=Linux}}",
                events.get(0).arguments().toString());
        assertEquals(5, daemon.services().database.asked().size());
        daemon.services().database.write(vm, "/qubes-tools/qrexec", "invalid value");
        run("qubes.NotifyTools | ! ProtocolError", AdminSocket.MISC, "test-vm1");
        assertEquals("read /qubes-tools/qrexec", daemon.services().database.asked().get(5));
        assertEquals(6, daemon.services().database.asked().size());
        assertEquals(1, events.size());
    }

    @Test
    @DisplayName("updates are noted on whoever can be updated")
    void notifyUpdates() throws Exception {
        run(
                """
            qubes.NotifyUpdates              | ! ProtocolError: expected payload
            qubes.NotifyUpdates <no updates  | ! ProtocolError: Update count is not a digit
            qubes.NotifyUpdates <-1          | ! ProtocolError: Update count is not a digit
            qubes.NotifyUpdates <⏎           | ! ProtocolError: Update count is not a digit
            qubes.NotifyUpdates <\\xb2       | ! ProtocolError: Update count is not a digit
            qubes.NotifyUpdates <0⏎          | ok
            """,
                AdminSocket.MISC,
                "test-vm1");
        Map<String, String> features = daemon.vm("test-template").features();
        assertFalse(features.containsKey("updates-available"));
        run("qubes.NotifyUpdates <1⏎ | ok", AdminSocket.MISC, "test-vm1");
        assertEquals("1", features.get("updates-available"));
        assertTrue(
                features.get("last-updates-check")
                        .matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d"));
        assertFalse(daemon.vm("test-vm1").features().containsKey("updates-available"));
        run("qubes.NotifyUpdates < 0 | ok", AdminSocket.MISC, "test-template");
        assertEquals("", features.get("updates-available"));
        assertEquals(features.get("last-updates-check"), features.get("last-update"));
        assertTrue(daemon.stored().contains("name=\"last-update\""));
        run("admin.vm.Start @test-template | ok");
        run("qubes.NotifyUpdates <1⏎ | ok", AdminSocket.MISC, "test-vm1");
        assertEquals("", features.get("updates-available"), "a running template is left alone");
        run(
                "qubes.NotifyUpdates <99999999999999999999999999 | ok",
                AdminSocket.MISC,
                "test-template");
        assertEquals("1", features.get("updates-available"));
    }

    // the system

    @Test
    @DisplayName("what policies need to know is JSON, and is made anew only when an event says so")
    void systemInfo() throws Exception {
        run("admin.vm.property.Set+template_for_dispvms <True | ok");
        run("admin.vm.feature.Set+internal <1 | ok");
        String first = ask(AdminSocket.INTERNAL, "internal.GetSystemInfo", "dom0");
        assertTrue(
                first.startsWith(
                        "0\0{\"domains\": {\"dom0\": {\"internal\": null, \"tags\": [], \"type\": \"AdminVM\", \"template_for_dispvms\": false, \"default_dispvm\": null, \"icon\": \"appvm-black\", \"label\": \"0x000000\", \"guivm\": null, \"relayvm\": null, \"transport_rpc\": null, \"power_state\": \"Running\", \"uuid\": \"00000000-0000-0000-0000-000000000000\"}, \""),
                first);
        assertTrue(
                first.endsWith(
                        "\"test-vm1\": {\"internal\": \"1\", \"tags\": [\"created-by-dom0\"], \"type\": \"AppVM\", \"template_for_dispvms\": true, \"default_dispvm\": null, \"icon\": \"appvm-red\", \"label\": \"0xcc0000\", \"guivm\": \"dom0\", \"relayvm\": null, \"transport_rpc\": null, \"power_state\": \"Halted\", \"uuid\": \"22222222-2222-4222-8222-222222222222\"}}}"),
                first);
        run("admin.vm.feature.Set+other <1 | ok");
        run("admin.vm.property.Set+memory <500 | ok");
        assertEquals(first, ask(AdminSocket.INTERNAL, "internal.GetSystemInfo", "dom0"));
        for (String change :
                List.of(
                        "admin.vm.tag.Set+t",
                        "admin.vm.tag.Remove+t",
                        "admin.vm.feature.Remove+internal",
                        "admin.vm.property.Set+label <green",
                        "admin.vm.property.Set+guivm",
                        "admin.vm.property.Set+default_dispvm <test-vm1",
                        "admin.vm.property.Reset+default_dispvm",
                        "admin.vm.Start",
                        "admin.vm.Kill",
                        "admin.vm.Create.AppVM <name=next label=red",
                        "admin.vm.Remove @next")) {
            String before = ask(AdminSocket.INTERNAL, "internal.GetSystemInfo", "dom0");
            run(change + " | ok");
            assertFalse(
                    before.equals(ask(AdminSocket.INTERNAL, "internal.GetSystemInfo", "dom0")),
                    change);
        }
    }

    @Test
    @DisplayName(
            "before the host sleeps running qubes are suspended; afterwards these wake, no others")
    void hostSleep() throws Exception {
        daemon.services().addDisposables(daemon);
        run(
                """
            admin.vm.feature.Set+qrexec <1 | ok
            admin.vm.Start                 | ok
            admin.vm.Start @test-net       | ok
            admin.vm.Pause @test-net       | ok
            """);
        Path list = daemon.folder().resolve("qubes").resolve("previously-paused.list");
        run("internal.SuspendPre | ok", AdminSocket.INTERNAL, "dom0");
        assertEquals("test-net", Files.readString(list));
        assertEquals(GuestState.SUSPENDED, state("test-vm1"));
        assertEquals(GuestState.PAUSED, state("test-net"));
        assertEquals(GuestState.HALTED, state("test-template"));
        run("internal.SuspendPost | ok", AdminSocket.INTERNAL, "dom0");
        assertEquals(GuestState.RUNNING, state("test-vm1"));
        assertEquals(GuestState.PAUSED, state("test-net"));
        assertFalse(Files.exists(list));
        run("internal.SuspendPost | ok", AdminSocket.INTERNAL, "dom0");
        assertEquals(GuestState.RUNNING, state("test-net"), "nobody noted that it was paused");
    }

    @Test
    @DisplayName("qubes that cannot be suspended are named, and the others are suspended")
    void hostSleepFails() {
        run("admin.vm.Start | ok");
        daemon.hypervisor().disconnect();
        run(
                "internal.SuspendPre | ! QubesException: Failed to suspend some qubes: ⏎The connection to the hypervisor is down",
                AdminSocket.INTERNAL,
                "dom0");
        daemon.hypervisor().reconnect();
    }

    private GuestState state(String name) {
        return daemon.hypervisor().state(daemon.qubes().domain(new DomainName(name)).uuid());
    }

    // backups

    @Test
    @DisplayName("no backup is made, and each way of asking for one has its answer")
    void backups() throws Exception {
        Files.writeString(daemon.services().profiles.resolve("all.conf"), "include: []");
        run(
                """
            admin.backup.Execute+all     | ! QubesNotImplementedError: This feature is not available
            admin.backup.Info+all        | ! QubesNotImplementedError: This feature is not available
            admin.backup.Cancel+all      | ! QubesException: Backup operation not running
            admin.backup.Execute+no      | ! QubesBackupProfileNotFoundError: Backup profile does not exist: no
            admin.backup.Info+no         | ! QubesBackupProfileNotFoundError: Backup profile does not exist: no
            admin.backup.Cancel+no       | ! QubesException: Backup operation not running
            admin.backup.Info+../all     | ! ProtocolError: Backup profile ID must not contain forward slash character
            admin.backup.Execute+/all    | ! ProtocolError: Backup profile ID must not contain forward slash character
            admin.backup.Cancel+/        | ! ProtocolError: Backup profile ID must not contain forward slash character
            admin.backup.Info            | ! ProtocolError: expected an argument
            admin.backup.Info+all <x     | ! ProtocolError: unexpected payload
            admin.backup.Info+all @test-vm1 | ! ProtocolError: expected destination to be AdminVM
            """);
    }
}
