package qubes.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;
import qubes.core.internal.system.Scene;

@Label("Features, whatever is set")
class AnyFeaturesTest {
    @Property(tries = 200)
    @Label("hold texts: 1 for true, nothing for false and none, else what the value reads as")
    void coerced(@ForAll("settings") List<Tuple2<String, Object>> settings) throws IOException {
        Path home = Files.createTempDirectory("features");
        try (Scene scene = Scene.open(home)) {
            Features features = scene.plain("work").features();
            Map<String, String> expected = new LinkedHashMap<>();
            for (Tuple2<String, Object> setting : settings) {
                features.set(setting.get1(), setting.get2());
                expected.put(setting.get1(), text(setting.get2()));
            }
            assertEquals(List.copyOf(expected.entrySet()), new ArrayList<>(features.entrySet()));
            expected.forEach(
                    (feature, text) -> assertEquals(!text.isEmpty(), features.isTrue(feature)));
        } finally {
            Files.delete(home);
        }
    }

    private static String text(Object value) {
        if (value == null || Boolean.FALSE.equals(value)) {
            return "";
        }
        return Boolean.TRUE.equals(value) ? "1" : String.valueOf(value);
    }

    @Provide
    Arbitrary<List<Tuple2<String, Object>>> settings() {
        Arbitrary<Object> values =
                Arbitraries.oneOf(
                        Arbitraries.of(true, false).map(Object.class::cast),
                        Arbitraries.longs().map(Object.class::cast),
                        Arbitraries.strings()
                                .withCharRange(' ', '~')
                                .ofMaxLength(8)
                                .map(Object.class::cast),
                        Arbitraries.of(0, 1, "0", "False", "None").map(Object.class::cast));
        return Arbitraries.of("a", "b", "service.x", "boot-mode.y", "")
                .flatMap(name -> values.injectNull(0.1).map(value -> Tuple.of(name, value)))
                .list()
                .ofMaxSize(12);
    }
}
