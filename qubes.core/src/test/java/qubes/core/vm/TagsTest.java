package qubes.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.internal.system.Scene;

/** Rows "vm/init features/tags" of spec vm-classes and its §12. */
class TagsTest {
    @TempDir private Path home;

    private Scene scene;
    private Tags tags;

    @BeforeEach
    void open() {
        scene = Scene.open(home);
        tags = scene.plain("work").tags();
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    @DisplayName("what listeners hear")
    void events(Consumer<Tags> change, List<String> heard) throws Exception {
        tags.add("known");
        assertEquals(heard, scene.heard(() -> change.accept(tags)));
    }

    static Stream<Arguments> events() {
        return Stream.of(
                row("tag add", t -> t.add("new"), "work domain-tag-add:new"),
                row("tag add of one that is there", t -> t.add("known")),
                row(
                        "tag remove absent",
                        t -> assertThrows(NoSuchElementException.class, () -> t.remove("absent"))),
                row("tag remove", t -> t.remove("known"), "work domain-tag-delete:known"),
                row("tag discard absent", t -> t.discard("absent")),
                row("tag discard", t -> t.discard("known"), "work domain-tag-delete:known"),
                row(
                        "update of one known, one new",
                        t -> t.update(List.of("known", "new")),
                        "work domain-tag-add:new"),
                row(
                        "addAll of one known, one new",
                        t -> t.addAll(List.of("known", "new")),
                        "work domain-tag-add:new"),
                row("clear", Tags::clear, "work domain-tag-delete:known"));
    }

    private static Arguments row(String words, Consumer<Tags> change, String... heard) {
        return Arguments.of(Named.of(words, change), List.of(heard));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "A-Z_09", "-", "_", "9", ""})
    @DisplayName("a tag has letters, digits, _ and -, and the model takes the empty one")
    void legal(String tag) {
        assertTrue(tags.add(tag));
        assertFalse(tags.add(tag));
        assertEquals(Set.of(tag), tags);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a.b", "ä", "a\n", "a/b", "+", "٣"})
    @DisplayName("anything else is no tag")
    void illegal(String tag) {
        assertThrows(IllegalArgumentException.class, () -> tags.add(tag));
        assertEquals(Set.of(), tags);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    @DisplayName("changes that depend on what is there are not supported")
    void disarmed(Consumer<Tags> mutator) {
        tags.add("t");
        assertThrows(UnsupportedOperationException.class, () -> mutator.accept(tags));
        assertEquals(Set.of("t"), tags);
    }

    static Stream<Named<Consumer<Tags>>> disarmed() {
        return Stream.of(
                Named.of("intersection_update (retainAll)", t -> t.retainAll(Set.of())),
                Named.of("symmetric_difference_update (removeAll)", t -> t.removeAll(Set.of("t"))),
                Named.of("removeIf", t -> t.removeIf(any -> true)),
                Named.of(
                        "pop",
                        t -> {
                            var all = t.iterator();
                            all.next();
                            all.remove();
                        }));
    }

    @Test
    @DisplayName("tags keep the order in which they were added")
    void order() {
        tags.update(List.of("z", "a", "m"));
        assertEquals(List.of("z", "a", "m"), List.copyOf(tags));
    }
}
