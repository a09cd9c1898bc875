package qubes.core.internal.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import qubes.core.state.SystemState;

@Label("A store that was damaged at a few places")
class DamagedStoresTest {
    private static final String[] PIECES = {
        "<",
        ">",
        "/>",
        "</",
        "\"",
        "&",
        "&#0;",
        "&lt;",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?x?>",
        "\0",
        "\u00ff",
        "<domain>",
        "</domain>",
        "<property name=\"qid\">",
        "<x y=\"z\">",
        "ref=\"\"",
        "name=",
        "stray",
        "<!DOCTYPE x>",
        " ",
        "\r",
        "0",
        "-1",
        "99999999999"
    };

    /** Bytes at a place are replaced by others. */
    record Damage(int at, int removed, String inserted) {}

    @Property(tries = 2000)
    @Label("is refused in one line, or read so that it can be written and read again")
    void isRefusedOrRead(@ForAll("damages") Damage first, @ForAll("damages") Damage second)
            throws IOException {
        byte[] text = damaged(damaged(bytes(Stores.resource("spec-example.xml")), first), second);
        SystemState state;
        try {
            state = new StoreReader().read(new ByteArrayInputStream(text), "qubes.xml");
        } catch (StoreFormatException e) {
            assertFalse(e.getMessage().contains("\n"), e.getMessage());
            return;
        }
        String written = Stores.write(state);
        SystemState back = Stores.read(written);
        assertEquals(state.domains(), back.domains());
        assertEquals(written, Stores.write(back));
    }

    @Provide
    Arbitrary<Damage> damages() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 4000),
                        Arbitraries.frequencyOf(
                                Tuple.of(3, Arbitraries.integers().between(0, 2)),
                                Tuple.of(1, Arbitraries.integers().between(0, 500))),
                        Arbitraries.of(PIECES))
                .as(Damage::new);
    }

    private static byte[] damaged(byte[] text, Damage damage) {
        int at = Math.min(damage.at(), text.length);
        int end = Math.min(at + damage.removed(), text.length);
        byte[] inserted = damage.inserted().getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = new byte[at + inserted.length + text.length - end];
        System.arraycopy(text, 0, all, 0, at);
        System.arraycopy(inserted, 0, all, at, inserted.length);
        System.arraycopy(text, end, all, at + inserted.length, text.length - end);
        return all;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
