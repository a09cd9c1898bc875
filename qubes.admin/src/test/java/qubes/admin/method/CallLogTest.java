package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.admin.server.ServerAccess.Settings;

/** The log of calls: one line each, by which an operator can tell who did what. */
class CallLogTest {
    private static final String LOGGER = "qubes.admin.calls - ";

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock =
"""
admin.vm.tag.Get+t test-vm1 name test-net\\0         | source=test-vm1 method=admin.vm.tag.Get argument=t destination=test-net payload_bytes=0 outcome=ok
admin.vm.tag.Get+ test-vm1 name dom0\\0              | source=test-vm1 method=admin.vm.tag.Get argument='' destination=dom0 payload_bytes=0 outcome=ProtocolError
admin.vm.tag.Get+a\\nb test-vm1 name test-net\\0     | source=test-vm1 method=admin.vm.tag.Get argument='a\\nb' destination=test-net payload_bytes=0 outcome=QubesInvalidTagError
admin.no.Such it's name dom0\\0                      | source="it's" method=admin.no.Such argument='' destination=dom0 payload_bytes=0 outcome=QubesValueError
admin.vm.List test-vm1 name two outcome=ok\\0        | source=test-vm1 method=admin.vm.List argument='' destination='two outcome=ok' payload_bytes=0 outcome=QubesValueError
admin.vm.feature.Set+f test-vm1 name test-net\\0pw   | source=test-vm1 method=admin.vm.feature.Set argument=f destination=test-net payload_bytes=2 outcome=ok
admin.vm.Pause test-vm1 name dom0\\0                 | source=test-vm1 method=admin.vm.Pause argument='' destination=dom0 payload_bytes=0 outcome=nothing
""")
    @DisplayName("a call by another than dom0 is a line of key=value pairs, whatever was sent")
    void line(String request, String expected) throws Exception {
        try (Daemon daemon = Daemon.start()) {
            String sent = request.replace("\\0", "\0").replace("\\n", "\n");
            List<String> lines = linesOf(daemon, sent);
            assertEquals(1, lines.size(), lines::toString);
            String begin = expected.replace("\\\\n", "\\n");
            assertTrue(lines.get(0).startsWith(begin + " ms="), lines::toString);
            assertTrue(
                    lines.get(0).substring(begin.length()).matches(" ms=[0-9]+[.][0-9]{3}"),
                    lines::toString);
        }
    }

    @Test
    @DisplayName("calls by dom0 are logged only if that is asked for")
    void dom0() throws Exception {
        String request = Client.request("admin.vm.List", "", "dom0", "");
        try (Daemon daemon = Daemon.start()) {
            assertEquals(List.of(), linesOf(daemon, request));
        }
        try (Daemon daemon = Daemon.start(Settings.DEFAULT.with(Map.of("log_calls", true)))) {
            List<String> lines = linesOf(daemon, request);
            assertEquals(1, lines.size());
            assertTrue(lines.get(0).startsWith("source=dom0 method=admin.vm.List "));
        }
    }

    @Test
    @DisplayName("a long argument is cut short")
    void cut() throws Exception {
        try (Daemon daemon = Daemon.start()) {
            List<String> lines =
                    linesOf(
                            daemon,
                            "admin.vm.tag.Get+" + "x".repeat(5000) + " test-vm1 name dom0\0");
            assertTrue(lines.get(0).length() < 500, lines::toString);
        }
    }

    /** Lines of that logger; the call is logged once its answer is sent, so another one follows. */
    private static List<String> linesOf(Daemon daemon, String request) throws IOException {
        PrintStream before = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            daemon.client().exchange(request);
            daemon.stopServer();
        } finally {
            System.setErr(before);
        }
        return bytes.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains(LOGGER))
                .map(line -> line.substring(line.indexOf(LOGGER) + LOGGER.length()))
                .toList();
    }
}
