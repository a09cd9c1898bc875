package qubes.core.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesException;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;
import qubes.core.vm.Globals;
import qubes.core.vm.QubesVM;
import qubes.fuzz.Mutants;

/** Every method of the decoder: what it gives is clean, and it refuses only as declared. */
class DecoderFuzzTest {
    /** Values are looked up only after they are decoded, so nothing is asked of the holder. */
    private static final PropertyHolder NOBODY =
            (PropertyHolder)
                    Proxy.newProxyInstance(
                            PropertyHolder.class.getClassLoader(),
                            new Class<?>[] {PropertyHolder.class},
                            (proxy, method, arguments) -> {
                                throw new AssertionError("asked for " + method.getName());
                            });

    private static final Collection<Property<?>> ONE_OF_EACH_TYPE =
            Stream.concat(
                            Globals.TABLE.list().stream(),
                            QubesVM.TRAITS.properties().list().stream())
                    .collect(
                            Collectors.<Property<?>, String, Property<?>>toMap(
                                    property -> property.type().name(),
                                    property -> property,
                                    (one, other) -> one))
                    .values();

    @FuzzTest
    void fuzz(byte[] input) {
        holds(input);
    }

    @Test
    @DisplayName("what is decoded has only allowed characters, and refusals are the declared ones")
    void mutants() throws IOException {
        Mutants.run(DecoderFuzzTest.class, DecoderFuzzTest::holds);
    }

    private static void holds(byte[] input) {
        Untrusted sent = Untrusted.copyOf(input, 0, input.length);
        matches(
                decoded(sent, u -> Decoder.ascii(u, () -> new Unanswerable("x"))),
                "(?s)\\p{ASCII}*");
        matches(
                decoded(sent, u -> NameDecoder.domainName(u).value()),
                "[a-zA-Z][a-zA-Z0-9_.-]{0,30}");
        matches(decoded(sent, NameDecoder::featureName), "[a-zA-Z0-9_.-]+");
        matches(decoded(sent, u -> ValueDecoder.featureValue(name(), u)), "[ -~]*");
        matches(decoded(sent, NameDecoder::tag), "[A-Za-z0-9_-]+");
        matches(decoded(sent, NameDecoder::labelName), "[A-Za-z0-9_.-]+");
        matches(
                decoded(sent, NameDecoder::labelNameNoIndex),
                "[A-Za-z0-9_.-]*[A-Za-z_.-][A-Za-z0-9_.-]*");
        matches(decoded(sent, ValueDecoder::labelColor), "0x[0-9a-fA-F]{6}");
        matches(decoded(sent, u -> NameDecoder.poolName(Decoder.text(u))), "[A-Za-z0-9_.-]*");
        matches(decoded(sent, NameDecoder::revision), "[A-Za-z0-9:_.-]*");
        decoded(sent, Decoder::bool);
        for (boolean negative : new boolean[] {true, false}) {
            Optional<Long> number = decoded(sent, u -> Decoder.number("volume size", u, negative));
            number.ifPresent(
                    value -> {
                        assertTrue(negative || value >= 0);
                        String text = Decoder.text(sent).strip();
                        assertTrue(
                                text.equals(Long.toString(value))
                                        || value == 0 && text.equals("-0"),
                                text);
                    });
        }
        matches(Optional.of(Decoder.shown(sent)), "[^\\x00-\\x1f\\x7f-\\xa0\\xad]*");
        matches(Optional.of(Decoder.quoted(sent)), "['\"][^\\x00-\\x1f\\x7f-\\xa0\\xad]*['\"]");
        assertEquals(Optional.of(Decoder.text(sent)), Decoder.known(sent, Optional::of));
        parts(sent);
        option(sent);
        properties(sent);
    }

    private static void parts(Untrusted sent) {
        List<Untrusted> parts = Decoder.parts(sent, ' ');
        assertEquals(
                Decoder.text(sent),
                parts.stream().map(Decoder::text).collect(Collectors.joining(" ")));
    }

    private static void option(Untrusted sent) {
        decoded(sent, Decoder::option)
                .ifPresent(
                        option ->
                                assertEquals(
                                        Decoder.text(sent),
                                        Decoder.text(option.key())
                                                + "="
                                                + Decoder.text(option.value())));
    }

    private static void properties(Untrusted sent) {
        ONE_OF_EACH_TYPE.forEach(property -> value(property, sent));
    }

    private static void value(Property<?> property, Untrusted sent) {
        matches(
                decoded(sent, u -> ValueDecoder.propertyValue(property, NOBODY, u)),
                "(?s)\\p{ASCII}*");
    }

    private static Untrusted name() {
        return Untrusted.copyOf(new byte[] {'f'}, 0, 1);
    }

    /** What comes out, unless it is refused as declared, in one line of bounded length. */
    private static <T> Optional<T> decoded(Untrusted sent, Function<Untrusted, T> decoding) {
        try {
            return Optional.of(decoding.apply(sent));
        } catch (QubesException | ProtocolError | Unanswerable e) {
            String message = String.valueOf(e.getMessage());
            assertTrue(message.length() <= 6 * sent.size() + 500, message);
            return Optional.empty();
        }
    }

    private static void matches(Optional<String> text, String pattern) {
        text.ifPresent(value -> assertTrue(value.matches(pattern), value));
    }
}
