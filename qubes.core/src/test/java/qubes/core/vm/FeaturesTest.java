package qubes.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import qubes.core.internal.system.Scene;

/** Rows "vm/init features/tags" of spec vm-classes and its §11. */
class FeaturesTest {
    @TempDir private Path home;

    private Scene scene;
    private BaseVM vm;

    @BeforeEach
    void open() {
        scene = Scene.open(home);
        vm = scene.plain("work");
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @ParameterizedTest(name = "{0} is stored as \"{1}\", which means {2}")
    @MethodSource
    @DisplayName("a value is coerced when it is set")
    void coercion(Object value, String text, boolean truth) {
        vm.features().set("f", value);
        assertEquals(text, vm.features().get("f"));
        assertEquals(truth, vm.features().isTrue("f"));
    }

    static Stream<Arguments> coercion() {
        return Stream.of(
                row("true", true, "1", true),
                row("false", false, "", false),
                row("none", null, "", false),
                row("the number 0", 0, "0", true),
                row("the number 123", 123, "123", true),
                row("the text 0", "0", "0", true),
                row("the empty text", "", "", false),
                row("text", "some value", "some value", true));
    }

    private static Arguments row(String words, Object value, String text, boolean truth) {
        return Arguments.of(Named.of(words, value), text, truth);
    }

    @Test
    @DisplayName("an existing feature is set: announced with its old value, before and after")
    void setOfExisting() throws Exception {
        vm.features().set("f", "1");
        vm.features().set("g", "1");
        assertEquals(
                List.of("work domain-feature-pre-set:f", "work domain-feature-set:f"),
                scene.heard(() -> vm.features().set("f", "2")));
        assertEquals(List.of("f", "g"), List.copyOf(vm.features().keySet()));
    }

    @Test
    @DisplayName("clear deletes each, with its own events")
    void clear() throws Exception {
        vm.features().set("a", "1");
        vm.features().set("b", "");
        assertEquals(
                List.of(
                        "work domain-feature-pre-delete:a",
                        "work domain-feature-delete:a",
                        "work domain-feature-pre-delete:b",
                        "work domain-feature-delete:b"),
                scene.heard(vm.features()::clear));
        assertTrue(vm.features().isEmpty());
    }

    @Test
    @DisplayName("update sets each in order, with its own events and the same coercion")
    void update() throws Exception {
        vm.features().set("a", "1");
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("b", true);
        values.put("a", false);
        assertEquals(
                List.of(
                        "work domain-feature-pre-set:b",
                        "work domain-feature-set:b",
                        "work domain-feature-pre-set:a",
                        "work domain-feature-set:a"),
                scene.heard(() -> vm.features().update(values)));
        assertEquals(Map.of("a", "", "b", "1"), vm.features());
    }

    @Test
    @DisplayName("copies of another's features are set on top of what is there")
    void copyConstruction() {
        BaseVM other = scene.plain("other");
        other.features().set("shared", "theirs");
        other.features().set("empty", false);
        vm.features().set("shared", "ours");
        vm.features().set("own", "stays");
        Features copy = new Features(vm, other.features());
        assertEquals(Map.of("shared", "theirs", "own", "stays", "empty", ""), copy);
        assertEquals(copy, vm.features());
        copy.set("late", "x");
        assertEquals("x", vm.features().get("late"));
        assertFalse(other.features().containsKey("late"));
    }

    @Test
    @DisplayName("deleting what is not there is announced beforehand, and a missing element")
    void deleteOfAbsent() throws Exception {
        assertEquals(
                List.of("work domain-feature-pre-delete:x"),
                scene.heard(
                        () ->
                                assertThrows(
                                        NoSuchElementException.class,
                                        () -> vm.features().remove("x"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    @DisplayName("what changes several, or depends on what is there, is disarmed")
    void disarmed(Consumer<Features> mutator) throws Exception {
        vm.features().set("f", "1");
        assertEquals(
                List.of(),
                scene.heard(
                        () ->
                                assertThrows(
                                        UnsupportedOperationException.class,
                                        () -> mutator.accept(vm.features()))));
        assertEquals(Map.of("f", "1"), vm.features());
    }

    static Stream<Named<Consumer<Features>>> disarmed() {
        return Stream.of(
                Named.of("putAll", f -> f.putAll(Map.of("a", "b"))),
                Named.of("putIfAbsent, the original's setdefault", f -> f.putIfAbsent("a", "b")),
                Named.of("remove if equal", f -> f.remove("f", "1")),
                Named.of("replace", f -> f.replace("f", "2")),
                Named.of("replace if equal", f -> f.replace("f", "1", "2")),
                Named.of("replaceAll", f -> f.replaceAll((k, v) -> "2")),
                Named.of("compute", f -> f.compute("f", (k, v) -> "2")),
                Named.of("computeIfAbsent", f -> f.computeIfAbsent("a", k -> "2")),
                Named.of("computeIfPresent", f -> f.computeIfPresent("f", (k, v) -> "2")),
                Named.of("merge", f -> f.merge("f", "2", (a, b) -> b)),
                Named.of("keys: clear", f -> f.keySet().clear()),
                Named.of("keys: remove", f -> f.keySet().remove("f")),
                Named.of("keys: retain", f -> f.keySet().retainAll(List.of())),
                Named.of("values: clear", f -> f.values().clear()),
                Named.of("values: removeIf", f -> f.values().removeIf(v -> true)),
                Named.of("entries: clear", f -> f.entrySet().clear()),
                Named.of("entries: set", f -> f.entrySet().iterator().next().setValue("2")),
                Named.of(
                        "entries: pop, popitem",
                        f -> {
                            var entries = f.entrySet().iterator();
                            entries.next();
                            entries.remove();
                        }));
    }

    @ParameterizedTest(name = "{0} on {1}: {2}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    template           | here        | own
                    template           | from-base   | base's
                    template           | from-root   | root's
                    template           | empty-below | ''
                    template           | from-net    | -
                    template           | from-dom0   | -
                    netvm              | here        | own
                    netvm              | from-net    | net's
                    netvm              | from-up     | up's
                    netvm              | from-base   | -
                    netvm              | from-dom0   | -
                    adminvm            | here        | own
                    adminvm            | from-dom0   | dom0's
                    adminvm            | from-base   | -
                    template+adminvm   | here        | own
                    template+adminvm   | from-base   | base's
                    template+adminvm   | empty-below | ''
                    template+adminvm   | from-dom0   | dom0's
                    template+adminvm   | from-net    | -
                    """)
    @DisplayName("a look-up goes along its chain and stops at the first found, even if empty")
    void lookUps(String chain, String feature, String found) {
        BaseVM root = scene.plain("root");
        BaseVM base = scene.derived("base", root);
        BaseVM up = scene.plain("up", "provides_network=True");
        BaseVM net = scene.plain("net", "provides_network=True", "netvm=up");
        BaseVM app = scene.derived("app", base, "netvm=net");
        scene.qubes().admin().features().set("from-dom0", "dom0's");
        root.features().set("from-root", "root's");
        root.features().set("empty-below", "hidden");
        base.features().set("from-base", "base's");
        base.features().set("empty-below", "");
        net.features().set("from-net", "net's");
        up.features().set("from-up", "up's");
        for (BaseVM each : List.of(root, base, net, up, scene.qubes().admin())) {
            each.features().set("here", "hidden");
        }
        app.features().set("here", "own");
        Features features = app.features();
        record LookUp(
                Function<String, String> strict,
                BinaryOperator<String> lenient,
                Function<String, Optional<String>> optional) {}
        LookUp lookUp =
                switch (chain) {
                    case "template" ->
                            new LookUp(
                                    features::checkWithTemplate,
                                    features::checkWithTemplate,
                                    features::findWithTemplate);
                    case "netvm" ->
                            new LookUp(
                                    features::checkWithNetvm,
                                    features::checkWithNetvm,
                                    features::findWithNetvm);
                    case "adminvm" ->
                            new LookUp(
                                    features::checkWithAdminvm,
                                    features::checkWithAdminvm,
                                    features::findWithAdminvm);
                    default ->
                            new LookUp(
                                    features::checkWithTemplateAndAdminvm,
                                    features::checkWithTemplateAndAdminvm,
                                    features::findWithTemplateAndAdminvm);
                };
        if (found.equals("-")) {
            assertThrows(NoSuchElementException.class, () -> lookUp.strict().apply(feature));
            assertEquals("otherwise", lookUp.lenient().apply(feature, "otherwise"));
            assertEquals(Optional.empty(), lookUp.optional().apply(feature));
        } else {
            assertEquals(found, lookUp.strict().apply(feature));
            assertEquals(found, lookUp.lenient().apply(feature, "otherwise"));
            assertEquals(Optional.of(found), lookUp.optional().apply(feature));
        }
    }

    @Test
    @DisplayName("dom0 asks itself once")
    void adminLooksAtItself() {
        AdminVM dom0 = scene.qubes().admin();
        dom0.features().set("f", "1");
        assertEquals("1", dom0.features().checkWithAdminvm("f"));
        assertThrows(
                NoSuchElementException.class,
                () -> dom0.features().checkWithTemplateAndAdminvm("g"));
    }

    @Test
    @DisplayName("a chain of any length is followed to its end")
    void longChains() {
        BaseVM at = scene.plain("n0", "provides_network=True");
        at.features().set("f", "far");
        for (int i = 1; i < 100; i++) {
            at = scene.plain("n" + i, "provides_network=True", "netvm=n" + (i - 1));
        }
        assertEquals("far", at.features().checkWithNetvm("f"));
    }
}
