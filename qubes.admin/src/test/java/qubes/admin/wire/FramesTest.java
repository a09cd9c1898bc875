package qubes.admin.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.admin.AdminReply;
import qubes.core.error.DeviceNotAssigned;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVolumeCopyTokenNotFoundError;
import qubes.core.event.Event;
import qubes.core.property.PropertyHolder;
import qubes.core.state.PoolRecord;
import qubes.core.value.DomainName;
import qubes.core.value.Label;
import qubes.testkit.hypervisor.BareDomain;

class FramesTest {
    private record Happened(PropertyHolder subject, String wireName, Map<String, Object> arguments)
            implements Event {}

    @Test
    @DisplayName("an answer that was encoded before is the same answer, as often as one likes")
    void encodedBefore() {
        AdminReply reply = AdminReply.encoded(StandardCharsets.UTF_8.encode("ä b"));
        for (int i = 0; i < 2; i++) {
            StringBuilder frame = new StringBuilder();
            for (ByteBuffer part : Frames.ok(reply)) {
                frame.append(StandardCharsets.UTF_8.decode(part));
            }
            assertEquals("0\0ä b", frame.toString());
            assertEquals("ä b", reply.text());
        }
        assertEquals(1, Frames.ok(AdminReply.text("ä b")).length);
    }

    @Test
    @DisplayName("an answer is 0 NUL and the text as UTF-8; nothing is exactly these two bytes")
    void ok() {
        assertArrayEquals(new byte[] {'0', 0}, Frames.ok(""));
        assertEquals("0\0ä", new String(Frames.ok("ä"), StandardCharsets.UTF_8));
    }

    @Test
    @DisplayName("an error is 2 NUL type NUL trace NUL message NUL, percent signs doubled")
    void exception() {
        assertEquals(
                "2\0QubesException\0\0qubes-exception\0",
                shown(new QubesException("qubes-exception"), false));
        assertEquals(
                "2\0ProtocolError\0\0" + "100%% wrong %%s\0",
                shown(new ProtocolError("100% wrong %s"), false));
        assertEquals("2\0QubesException\0\0a?b\0", shown(new QubesException("a\0b"), false));
    }

    @Test
    @DisplayName("errors that the original takes for missing keys are quoted")
    void quoted() {
        assertEquals(
                "2\0DeviceNotAssigned\0\0'testclass device 1234 not attached to test-vm1'\0",
                shown(
                        new DeviceNotAssigned("testclass device 1234 not attached to test-vm1"),
                        false));
        assertEquals(
                "2\0QubesVolumeCopyTokenNotFoundError\0\0'Token to clone volume of qube was not found'\0",
                shown(
                        new QubesVolumeCopyTokenNotFoundError(
                                "Token to clone volume of qube was not found"),
                        false));
        assertEquals("2\0DeviceNotAssigned\0\0\0", shown(new DeviceNotAssigned(""), false));
    }

    @Test
    @DisplayName("a trace is sent when asked for, and is one field")
    void trace() {
        String[] fields =
                shown(new QubesException("x", new IllegalStateException("why")), true)
                        .split("\0", -1);
        assertEquals(5, fields.length);
        assertTrue(fields[2].contains("Caused by: java.lang.IllegalStateException: why"));
    }

    @Test
    @DisplayName("bugs are not sent")
    void bugs() {
        assertFalse(Frames.isSent(new IllegalArgumentException("x")));
        assertTrue(Frames.isSent(new QubesException("x")));
        assertTrue(Frames.isSent(new ProtocolError("x")));
    }

    @Test
    @DisplayName(
            "an event is 1 NUL subject NUL name NUL, keys and values, NUL; values as Python writes them")
    void event() {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("yes", true);
        arguments.put("no", Optional.of(false));
        arguments.put("none", Optional.empty());
        arguments.put("name", Optional.of(new DomainName("work")));
        arguments.put("vm", new BareDomain("mail"));
        arguments.put("label", new Label(1, "0xcc0000", "red"));
        arguments.put("pool", new PoolRecord(Map.of("name", "p", "driver", "d")));
        arguments.put("number", 12.5);
        arguments.put("options", Map.of("read-only", "no"));
        arguments.put("list", List.of("a", 1));
        assertEquals(
                "1\0work\0something\0yes\0True\0no\0False\0none\0None\0name\0work\0vm\0mail\0label\0red\0pool\0p\0"
                        + "number\00012.5\0options\0{'read-only': 'no'}\0list\0['a', 1]\0\0",
                new String(
                        Frames.event(new Happened(new BareDomain("work"), "something", arguments)),
                        StandardCharsets.UTF_8));
        assertEquals(
                "1\0\0backup-progress\0\0",
                new String(
                        Frames.event(new Happened(new BareDomain(""), "backup-progress", Map.of())),
                        StandardCharsets.UTF_8));
    }

    private static String shown(Throwable error, boolean debug) {
        return new String(Frames.exception(error, debug), StandardCharsets.UTF_8);
    }
}
