package qubes.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.error.QubesValueError;

/** The property devices_denied (spec devices.md §3.1). */
class DeniedDevicesTest {
    @ParameterizedTest(name = "{0} becomes {1}")
    @CsvSource({
        "'',                     ''",
        "p0c0330,                p0c0330",
        "u03****b******u03****,  b******u03****",
        "m******u03****p******,  m******p******u03****",
        "*******b******,         *******b******"
    })
    @DisplayName("holds the codes sorted, each once")
    void sorted(String codes, String held) {
        assertEquals(held, DeniedDevices.normalized(codes));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "B******",
                "u03***A",
                "?******",
                "b*****\n",
                "b******B******",
                "b***** ",
                "c******"
            })
    @DisplayName("refuses what is no code, in the original's words")
    void refused(String codes) {
        assertEquals(
                "Interface code list should be in the form chhhhhhchhhhhh...,where c is one of"
                        + " \"b\", \"u\", \"m\", \"p\", \"*\" and h is a hexdigit or \"*\".",
                assertThrows(QubesPropertyValueError.class, () -> DeniedDevices.normalized(codes))
                        .getMessage());
    }

    @ParameterizedTest
    @CsvSource({"b, 1", "B*****, 6", "b******m, 8", "b******b*****, 13"})
    @DisplayName("refuses a length that is not a multiple of seven first")
    void wrongLength(String codes, int length) {
        QubesValueError refusal =
                assertThrows(QubesValueError.class, () -> DeniedDevices.normalized(codes));
        assertEquals(QubesValueError.class, refusal.getClass());
        assertEquals(
                "Invalid length of interfaces='"
                        + codes
                        + "' (is "
                        + length
                        + ", expected multiple of 7)",
                refusal.getMessage());
    }
}
