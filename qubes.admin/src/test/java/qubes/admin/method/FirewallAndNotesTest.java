package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.admin.AdminCall;
import qubes.core.admin.Untrusted;
import qubes.core.error.ProtocolError;
import qubes.core.event.Event;
import qubes.core.event.EventPattern;
import qubes.core.event.PropertySet;

/** Firewall, notes and denied devices over the API: the rows of spec admin-api §16, and more. */
class FirewallAndNotesTest {
    private Daemon daemon;
    private Path home;

    @BeforeEach
    void start() throws Exception {
        daemon = Daemon.start();
        home = Files.createDirectories(daemon.folder().resolve("appvms/test-vm1"));
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
    }

    private void run(String table) {
        Case.table(table).forEach(step -> step.verify(daemon.client()));
    }

    private <E extends Event> List<String> heard(Class<E> type) {
        List<String> heard = new ArrayList<>();
        daemon.qubes()
                .handle(
                        daemon.vm("test-vm1"),
                        EventPattern.of(type, "*"),
                        event -> heard.add(event.wireName()));
        return heard;
    }

    @Test
    @DisplayName("firewall: rules are read and replaced; what is no rule is not answered")
    void firewall() throws Exception {
        List<String> events = heard(qubes.core.event.FirewallChanged.class);
        String store = daemon.stored();
        run(
                """
            admin.vm.firewall.Get                              | = action=accept⏎
            admin.vm.firewall.Get @dom0                        | ! ProtocolError: expected destination to not be AdminVM
            admin.vm.firewall.Set                              | ! ProtocolError: expected payload
            admin.vm.firewall.Set <action=accept⏎              | ok
            admin.vm.firewall.Get                              | = action=accept⏎
            admin.vm.firewall.Set <action=drop dst4=127.0.0.0/8 proto=tcp dstports=80⏎action=accept comment=any thing | ok
            admin.vm.firewall.Get                              | = action=drop dst4=127.0.0.0/8 proto=tcp dstports=80-80⏎action=accept comment=any thing⏎
            admin.vm.firewall.Set <action=accept dst4=127/8    | nothing
            admin.vm.firewall.Set <action=accept dst4=137.327.0.0/16 | nothing
            admin.vm.firewall.Set <action=accept dst4=127.0.0.0/33 | nothing
            admin.vm.firewall.Set <action=accept dst6=2001:abcd:efab::3/129 | nothing
            admin.vm.firewall.Set <action=accept dsthost=https://qubes-os.org | nothing
            admin.vm.firewall.Set <action=accept dstports=80   | nothing
            admin.vm.firewall.Set <action=accept proto=icmp dstports=80 | nothing
            admin.vm.firewall.Set <action=accept proto=tcp dstports=80-90-100 | nothing
            admin.vm.firewall.Set <action=accept proto=tcp icmptype=8 | nothing
            admin.vm.firewall.Set <action=accept expire=abcdef | nothing
            admin.vm.firewall.Set <action=accept expire=       | nothing
            admin.vm.firewall.Set <proto=tcp                   | nothing
            admin.vm.firewall.Set <action=accept action=drop   | nothing
            admin.vm.firewall.Set <action=accept⏎⏎action=drop  | nothing
            admin.vm.firewall.Set <⏎                           | nothing
            admin.vm.firewall.Set <action=accept comment=\\xc4\\x85\\xc5\\xbc | ! ProtocolError: Rules contains non-ASCII characters
            admin.vm.firewall.Get                              | = action=drop dst4=127.0.0.0/8 proto=tcp dstports=80-80⏎action=accept comment=any thing⏎
            admin.vm.firewall.Reload                           | ok
            admin.vm.firewall.Get @test-foo                    | ! QubesVMNotAvailableError
            """);
        assertEquals(List.of("firewall-changed", "firewall-changed", "firewall-changed"), events);
        assertTrue(Files.readString(home.resolve("firewall.xml")).contains("127.0.0.0/8"));
        assertEquals(store, daemon.stored());
    }

    @Test
    @DisplayName("firewall: an expired rule is taken and not shown; Reload saves nothing")
    void expired() {
        run(
                """
            admin.vm.firewall.Reload                                   | ok
            """);
        assertFalse(Files.exists(home.resolve("firewall.xml")));
        run(
                """
            admin.vm.firewall.Set <action=drop expire=1463292452⏎action=accept⏎ | ok
            admin.vm.firewall.Get                                      | = action=accept⏎
            """);
    }

    @Test
    @DisplayName("notes: what was written is read; what is unsafe to show becomes an underscore")
    void notes() throws Exception {
        String store = daemon.stored();
        run(
                """
            admin.vm.notes.Get                        | ok
            admin.vm.notes.Set                        | ! ProtocolError: expected payload
            admin.vm.notes.Set <For Your Eyes Only    | ok
            admin.vm.notes.Get                        | = For Your Eyes Only
            admin.vm.notes.Set <a⏎\\x09b \\xc3\\xa9\\xe2\\x82\\xac\\xf0\\x9f\\x98\\x80 | ok
            admin.vm.notes.Get                        | = a⏎\\x09b \\xc3\\xa9\\xe2\\x82\\xac\\xf0\\x9f\\x98\\x80
            admin.vm.notes.Set <x\\x08\\x0d\\xc2\\xa0\\xe2\\x80\\x8by\\xcc\\x81\\xe2\\x80\\xaez | ok
            admin.vm.notes.Get                        | = x____y__z
            admin.vm.notes.Set <bad \\xff             | ! ProtocolError: Unable to sanitise qube notes: they are not UTF-8
            admin.vm.notes.Get                        | = x____y__z
            admin.vm.notes.Get @dom0                  | ! ProtocolError: expected destination to not be AdminVM
            """);
        assertEquals(store, daemon.stored());
    }

    @Test
    @DisplayName("notes that cannot be read are an error, and so are more than 256000 bytes")
    void notesRefused() throws Exception {
        Files.createDirectory(home.resolve("notes.txt"));
        run("admin.vm.notes.Get | ! QubesException");
        byte[] text = "x".repeat(256_001).getBytes(StandardCharsets.US_ASCII);
        AdminCall call =
                new AdminCall(
                        "admin.vm.notes.Set",
                        "",
                        daemon.vm("dom0"),
                        daemon.vm("test-vm1"),
                        Untrusted.EMPTY,
                        Untrusted.copyOf(text, 0, text.length));
        assertEquals(
                "Maximum note size is 256000 bytes (256001 bytes received)",
                assertThrows(ProtocolError.class, () -> new NotesMethods.Set().call(call))
                        .getMessage());
    }

    @Test
    @DisplayName("denied devices: kept sorted, changed only if something changes")
    void denied() throws Exception {
        List<String> events = heard(PropertySet.class);
        run(
                """
            admin.vm.device.denied.List                      | ok
            admin.vm.device.denied.Add                       | ok
            admin.vm.device.denied.Remove                    | ok
            admin.vm.device.denied.Remove <all               | ok
            """);
        assertEquals(List.of(), events);
        run(
                """
            admin.vm.device.denied.Add <p53**2*b******p012345 | ok
            admin.vm.device.denied.List                      | = b******⏎p012345⏎p53**2*
            admin.vm.device.denied.Add <b******              | ok
            admin.vm.device.denied.Add <u112233u112233\\xc3\\xb6⏎ | ! ProtocolError: Interface codes contain non-ASCII characters
            admin.vm.device.denied.Add <u112233u112233       | ! ProtocolError
            admin.vm.device.denied.Add <u11223               | ! QubesValueError: Invalid length of interfaces='u11223' (is 6, expected multiple of 7)
            admin.vm.device.denied.Add <x112233              | ! QubesPropertyValueError
            admin.vm.device.denied.Add <uABCDEF              | ! QubesPropertyValueError
            admin.vm.device.denied.Remove <b******b******    | ! ProtocolError
            admin.vm.device.denied.Remove <u654321           | ok
            admin.vm.device.denied.Remove <b*****            | ! QubesValueError
            """);
        assertEquals(List.of("property-set:devices_denied"), events);
        run(
                """
            admin.vm.device.denied.Remove <m******p53**2*    | ok
            admin.vm.property.Get+devices_denied             | = default=False type=str b******p012345
            admin.vm.device.denied.Remove <all               | ok
            admin.vm.property.Get+devices_denied             | = default=False type=str␣
            admin.vm.device.denied.Add @dom0 <m******        | ok
            admin.vm.device.denied.List @dom0                | = m******
            admin.vm.device.denied.List @test-foo            | ! QubesVMNotAvailableError
            """);
        assertEquals(3, events.size());
    }
}
