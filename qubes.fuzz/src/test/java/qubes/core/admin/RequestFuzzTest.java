package qubes.core.admin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.admin.wire.Request;
import qubes.fuzz.Mutants;

/** Framing, spec admin-protocol §2: any bytes are a request or none, and nothing else. */
class RequestFuzzTest {
    @FuzzTest
    void fuzz(byte[] input) {
        holds(input);
    }

    @Test
    @DisplayName("requests are what the table says of header and payload, and print as they read")
    void mutants() throws IOException {
        Mutants.run(RequestFuzzTest.class, RequestFuzzTest::holds);
    }

    private static void holds(byte[] input) {
        Optional<Request> request = Request.parse(input, input.length);
        String text = new String(input, StandardCharsets.ISO_8859_1);
        int end = text.indexOf('\0');
        String[] fields = end < 0 ? new String[0] : text.substring(0, end).split(" ", 4);
        boolean named = fields.length == 4 && fields[2].equals("name");
        boolean admin =
                fields.length == 4 && fields[2].equals("keyword") && fields[3].equals("adminvm");
        assertEquals(named || admin, request.isPresent());
        request.ifPresent(
                found -> {
                    assertEquals(fields[1], found.source());
                    assertEquals(admin ? "dom0" : fields[3], found.destination());
                    assertArrayEquals(
                            Arrays.copyOfRange(input, end + 1, input.length),
                            found.payload().bytes());
                    same(found, Request.parse(print(found), print(found).length).orElseThrow());
                });
    }

    private static byte[] print(Request request) {
        return (request.method()
                        + "+"
                        + Decoder.text(request.argument())
                        + " "
                        + request.source()
                        + " name "
                        + request.destination()
                        + "\0"
                        + Decoder.text(request.payload()))
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void same(Request one, Request other) {
        assertEquals(one.method(), other.method());
        assertEquals(one.source(), other.source());
        assertEquals(one.destination(), other.destination());
        assertArrayEquals(one.argument().bytes(), other.argument().bytes());
        assertArrayEquals(one.payload().bytes(), other.payload().bytes());
    }
}
