package qubes.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The program {@code qubesd-query} (spec admin-protocol §9): what it sends, and how it ends. */
class QueryTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private ScriptedDaemon daemon;
    private ByteArrayInputStream in = new ByteArrayInputStream(new byte[0]);

    @BeforeEach
    void start() throws IOException {
        daemon = new ScriptedDaemon();
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    @ParameterizedTest(name = "{0}, input {1}: exit code {3}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    dom0 m work                                   | text  | m+ work text | 0
                    dom0 m work arg                               | text  | m+arg work text | 0
                    -e dom0 m work arg                            | text  | m+arg work   | 0
                    --empty --fail dom0 m work arg                | text  | m+arg work   | 0
                    --max-bytes 4 dom0 m work                     | text  | m+ work text | 0
                    --max-bytes=3 dom0 m work                     | text  | ""           | 1
                    --single-line dom0 m work                     | a b⏎c | m+ work a b  | 0
                    --single-line dom0 m work                     | a b   | m+ work a b  | 0
                    --single-line dom0 m work                     | a\t⏎  | ""           | 1
                    --single-line dom0 m work                     | ä⏎    | ""           | 1
                    --single-line --max-bytes 3 dom0 m work       | abc⏎d | m+ work abc  | 0
                    --single-line --max-bytes 3 dom0 m work       | abcd⏎ | ""           | 1
                    --max-bytes many dom0 m work                  | text  | ""           | 2
                    dom0 m                                        | text  | ""           | 2
                    dom0 m work arg more                          | text  | ""           | 2
                    --unknown dom0 m work                         | text  | ""           | 2
                    -e -- dom0 m work -arg                        | text  | m+-arg work  | 0
                    """)
    @DisplayName("options say what is sent")
    void sends(String command, String input, String request, int code) {
        if (!request.isEmpty()) {
            daemon.on(request, "done");
        }
        assertEquals(code, run(input.replace('⏎', '\n'), command.split(" +")), err::toString);
        assertEquals(request.isEmpty() ? List.of() : List.of(request), daemon.requests());
        assertEquals(request.isEmpty() ? "" : "0\0done", out.toString(StandardCharsets.UTF_8));
    }

    @Test
    @DisplayName("what follows a single line is left for whoever reads next")
    void restIsLeft() {
        daemon.on("m+ work 12", "done");
        assertEquals(0, run("12\nthe data", "--single-line", "dom0", "m", "work"));
        assertEquals("the data", new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }

    @Test
    @DisplayName("a refusal is written as it comes; only with --fail it is the exit code too")
    void refusal() {
        daemon.refuse("m+ work", "QubesException", "no 100%%");
        String reply = "2\0QubesException\0\0no 100%%\0";
        assertEquals(0, run("", "-e", "dom0", "m", "work"));
        assertEquals(reply, out.toString(StandardCharsets.UTF_8));
        assertEquals(2, run("", "-e", "--fail", "--null", "dom0", "m", "work"));
        assertEquals(reply + "\0", out.toString(StandardCharsets.UTF_8));
    }

    @Test
    @DisplayName("no reply at all is an error only with --fail")
    void noReply() {
        daemon.onBytes("m+ work", new byte[0]);
        assertEquals(0, run("", "-e", "dom0", "m", "work"));
        assertEquals(1, run("", "-e", "--fail", "dom0", "m", "work"));
        assertEquals("", out.toString(StandardCharsets.UTF_8));
    }

    @Test
    @DisplayName("as much is sent as the daemon takes, and no more")
    void longPayload() {
        assertEquals(1, run("x".repeat(65_537), "dom0", "m", "work"));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("65536"), err::toString);
        assertEquals(1, run("x".repeat(1025) + "\n", "--single-line", "dom0", "m", "work"));
        daemon.on("m+ work " + "x".repeat(1024), "done");
        assertEquals(0, run("x".repeat(1024) + "\n", "--single-line", "dom0", "m", "work"));
    }

    @Test
    @DisplayName("a daemon that is not there is an error, with and without --fail")
    void nobodyThere() {
        assertEquals(1, run("", "-c", "/no/such/socket", "-e", "dom0", "m", "work"));
    }

    @Test
    @DisplayName("--help tells of every option")
    void help() {
        assertEquals(0, run("", "--help"));
        for (String option :
                List.of(
                        "--connect",
                        "--empty",
                        "--single-line",
                        "--max-bytes",
                        "--fail",
                        "--null")) {
            assertTrue(out.toString(StandardCharsets.UTF_8).contains(option), option);
        }
    }

    private int run(String input, String... arguments) {
        out.reset();
        err.reset();
        in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        List<String> words = new ArrayList<>(Arrays.asList(arguments));
        return Query.run(
                words,
                daemon.socket().toString(),
                in,
                out,
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }
}
