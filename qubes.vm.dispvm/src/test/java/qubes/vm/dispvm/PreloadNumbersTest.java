package qubes.vm.dispvm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreloadNumbersTest {
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "'', 0",
        "0, 0",
        "2, 2",
        "10000, 10000",
        "-1, -1",
        "-3.14, -3.14",
        "+.5, 0.5",
        "' 7. ', 7",
        "1e3, 1000",
        "1_000, 1000",
        "soon,",
        "1s,",
        "0x10,",
        "1d,",
        "1__0,",
        "'1 1',",
        ".,",
        "nan,",
        "1e999,",
    })
    @DisplayName("seconds")
    void seconds(String text, Double expected) {
        assertEquals(Optional.ofNullable(expected), PreloadNumbers.seconds(text));
    }

    @ParameterizedTest(name = "{0}: {1}, {2}")
    @CsvSource({
        "'', true, 0",
        "0, true, 0",
        "12, true, 12",
        "007, true, 7",
        "99999999999, true, 2147483647",
        "-1, false, 0",
        "a, false, 0",
        "'1 1', false, 0",
        "' 1', false, 0",
        "1.0, false, 0",
    })
    @DisplayName("counts; whatever is none counts as zero")
    void counts(String text, boolean count, int expected) {
        assertEquals(count, PreloadNumbers.isCount(text));
        assertEquals(expected, PreloadNumbers.count(text));
    }
}
