package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What callers do wrong is worth one line of the log, whatever they sent. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LogLinesTest {
    private static final String LONG = "x".repeat(5000);

    private Daemon daemon;

    @BeforeAll
    void start() throws Exception {
        daemon = Daemon.start();
    }

    @AfterAll
    void stop() throws Exception {
        daemon.close();
    }

    static Stream<String> requests() {
        return Stream.of(
                "no request",
                "admin.no.Such dom0 name dom0\0",
                "admin.no\033[2JSuch\n dom0 name dom0\0",
                "admin." + LONG + " dom0 name dom0\0",
                "admin.vm.List " + LONG + "\u00e9 name dom0\0",
                "admin.vm.List dom0 name d\u009b\u00e9\n\0",
                "admin.vm.List dom0 name dom0\0payload",
                "admin.vm.tag.Set+a\nb dom0 name test-vm1\0",
                Client.request("admin.vm.property.Set", "name", "test-vm1", "other"),
                Client.request("admin.vm.property.Set", "qid", "test-vm1", "7"),
                Client.request("admin.vm.property.Set", "mac", "test-vm1", "a\nb"),
                Client.request("admin.vm.property.Reset", "uuid", "test-vm1", ""),
                Client.request("admin.vm.Pause", "", "dom0", ""),
                Client.request("admin.vm.Shutdown", "force", "dom0", ""),
                Client.request("admin.vm.Create.AppVM", "", "dom0", "name=a word\n"),
                Client.request("admin.vm.Create.AppVM", "", "dom0", ""));
    }

    @ParameterizedTest(name = "{index}")
    @DisplayName("a caller's fault is a warning of one line without a trace")
    @MethodSource("requests")
    void oneLine(String request) throws IOException {
        String log = logOf(request);
        List<String> lines =
                log.lines().filter(line -> !line.contains(" INFO qubes.admin.calls ")).toList();
        assertEquals(1, lines.size(), log);
        assertTrue(lines.get(0).contains("WARN"), log);
        assertTrue(lines.get(0).length() < 1000, log);
        assertTrue(lines.get(0).chars().noneMatch(LogLinesTest::control), log);
    }

    private String logOf(String request) throws IOException {
        PrintStream before = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            daemon.client().exchange(request);
        } finally {
            System.setErr(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static boolean control(int c) {
        return c < 0x20 || c >= 0x7f && c < 0xa0;
    }
}
