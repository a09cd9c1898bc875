package qubes.admin.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestTest {
    @ParameterizedTest(name = "{index}: {0}")
    @DisplayName("a header is four fields between single blanks; the payload follows the first NUL")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    # request (0 stands for NUL)     | method, size of argument, source, destination, size of payload
                    m+arg src name dest0payload      | m 3 src dest 7
                    m src name dest0                 | m 0 src dest 0
                    m+ src name dest0                | m 0 src dest 0
                    m+a+b src name dest0             | m 3 src dest 0
                    +a src name dest0                | _ 1 src dest 0
                    m+a src name dest0p0q            | m 1 src dest 3
                    m src name two words0            | m 0 src two words 0
                    m src name 0                     | m 0 src _ 0
                    m  name dest0                    | m 0 _ dest 0
                    m+a src keyword adminvm0         | m 1 src dom0 0
                    m+a src keyword dom00            | none
                    m+a src keyword0                 | none
                    m+a src dest dest0               | none
                    m+a src name dest                | none
                    m+a src name0dest                | none
                    m+a0src name dest                | none
                    0                                | none
                    ''                               | none
                    """)
    void takesRequestsApart(String request, String expected) {
        byte[] bytes =
                request.replace('0', '\0')
                        .replace("dom\0", "dom0")
                        .getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(
                expected, Request.parse(bytes, bytes.length).map(RequestTest::show).orElse("none"));
    }

    private static String show(Request request) {
        return String.join(
                " ",
                shown(request.method()),
                Integer.toString(request.argument().size()),
                shown(request.source()),
                shown(request.destination()),
                Integer.toString(request.payload().size()));
    }

    private static String shown(String text) {
        return text.isEmpty() ? "_" : text;
    }
}
