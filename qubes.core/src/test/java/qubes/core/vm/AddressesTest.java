package qubes.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.error.QubesValueError;

/** Rows "vm/mix/net" of spec network about addresses, and its §2. */
class AddressesTest {
    @ParameterizedTest(name = "id {0}: {1}")
    @CsvSource({
        "1, 1.1.0.1",
        "2, 1.1.0.2",
        "254, 1.1.0.254",
        "255, 1.1.1.1",
        "256, 1.1.1.2",
        "257, 1.1.1.3",
        "508, 1.1.1.254",
        "509, 1.1.2.1",
        "9999, 1.1.39.93",
    })
    @DisplayName("addresses are numbered on past 254, never ending in 0 or 255")
    void numbering(int id, String address) {
        assertEquals(address, Addresses.ipv4("1.1", id));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "10.137.0.7", "255.255.255.255"})
    @DisplayName("an IPv4 address has four numbers up to 255")
    void legal4(String text) {
        assertEquals(Optional.of(text), Addresses.IPV4.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "abcd",
                "a.b.c.d",
                "1111.2222.3333.4444",
                "",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.256",
                "01.2.3.4",
                "1.2.3.4 ",
                "1.2.3.-4",
                "1.2.3.٣",
                "::1"
            })
    @DisplayName("anything else is no IPv4 address")
    void illegal4(String text) {
        assertThrows(QubesValueError.class, () -> Addresses.IPV4.parse(text));
    }

    @ParameterizedTest(name = "{0} reads as {1}")
    @CsvSource({
        "::, ::",
        "::1, ::1",
        "1::, 1::",
        "fd09:24ef:4179:0000::a89:7, fd09:24ef:4179::a89:7",
        "FD09:24EF::A89, fd09:24ef::a89",
        "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
        "1:0:0:2:0:0:0:3, 1:0:0:2::3",
        "1:0:0:2:0:0:3:4, 1::2:0:0:3:4",
        "1:0:2:3:4:5:6:7, 1:0:2:3:4:5:6:7",
        "0001:0:0:0:0:0:0:0, 1::",
        "::ffff:1.2.3.4, ::ffff:102:304",
        "1:2:3:4:5:6:1.2.3.4, 1:2:3:4:5:6:102:304",
    })
    @DisplayName("an IPv6 address is kept in its shortest form")
    void legal6(String text, String shortest) {
        assertEquals(Optional.of(shortest), Addresses.IPV6.parse(text));
        assertEquals(Optional.of(shortest), Addresses.IPV6.parse(shortest));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":::",
                "1",
                "1:2",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1::2::3",
                "1:::2",
                "12345::",
                "g::",
                "1:2:3:4:5:6:7:8::",
                "::1 ",
                "::1.2.3",
                "::1.2.3.256",
                "1.2.3.4",
                ":1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:",
                "[::1]",
                "::1/64",
                "localhost"
            })
    @DisplayName("anything else is no IPv6 address")
    void illegal6(String text) {
        assertThrows(QubesValueError.class, () -> Addresses.IPV6.parse(text));
    }
}
