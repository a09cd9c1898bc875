package qubes.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import qubes.core.error.QubesValueError;
import qubes.core.property.PropertyType;

@Label("The text of a number")
class AnyNumberTest {
    @Property(tries = 3000)
    @Label(
            "has a sign at most, then digits, with single underscores between them and blanks around")
    void isReadIffItIsOne(@ForAll("texts") String text) {
        Optional<BigInteger> number = number(text);
        assertEquals(
                number.filter(n -> n.bitLength() < 32).map(BigInteger::intValue),
                read(PropertyType.INT, text));
        assertEquals(
                number.filter(n -> n.bitLength() < 64).map(BigInteger::longValue),
                read(PropertyType.OPTIONAL_LONG, text).flatMap(present -> present));
    }

    @Property(tries = 500)
    @Label("is written as it is read")
    void comesBack(@ForAll int number) {
        assertEquals(number, PropertyType.INT.parse(PropertyType.INT.write(number)));
    }

    private static <T> Optional<T> read(PropertyType<T> type, String text) {
        try {
            return Optional.of(type.parse(text));
        } catch (QubesValueError e) {
            assertThrows(QubesValueError.class, () -> type.parse(text));
            return Optional.empty();
        }
    }

    /** The number, found character by character. */
    private static Optional<BigInteger> number(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && " \t\n\r\f\u000b".indexOf(text.charAt(from)) >= 0) {
            from++;
        }
        while (to > from && " \t\n\r\f\u000b".indexOf(text.charAt(to - 1)) >= 0) {
            to--;
        }
        boolean minus = from < to && text.charAt(from) == '-';
        if (minus || (from < to && text.charAt(from) == '+')) {
            from++;
        }
        StringBuilder digits = new StringBuilder();
        boolean digitBefore = false;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c >= '0' && c <= '9') {
                digits.append(c);
                digitBefore = true;
            } else if (c == '_' && digitBefore) {
                digitBefore = false;
            } else {
                return Optional.empty();
            }
        }
        if (!digitBefore) {
            return Optional.empty();
        }
        BigInteger magnitude = new BigInteger(digits.toString());
        return Optional.of(minus ? magnitude.negate() : magnitude);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Arbitraries.strings().withChars("0019_+- \t\n.xe").ofMaxLength(6),
                Arbitraries.bigIntegers()
                        .between(BigInteger.TWO.pow(66).negate(), BigInteger.TWO.pow(66))
                        .map(BigInteger::toString),
                Arbitraries.longs().between(-(1L << 33), 1L << 33).map(n -> " " + n + " "));
    }
}
