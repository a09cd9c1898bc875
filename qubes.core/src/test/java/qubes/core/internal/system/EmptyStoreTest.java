package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.state.DomainRecord;
import qubes.core.state.SystemState;

/** What a new store begins with (spec domain-model.md §4). */
class EmptyStoreTest {
    @TempDir private Path home;

    @ParameterizedTest(name = "reflinks: {0} | {1}")
    @CsvSource({"true, file-reflink", "false, file"})
    @DisplayName("varlibqubes on btrfs; ext4 | file-reflink; file")
    void driver(boolean reflinks, String driver) {
        assertEquals(
                List.of(
                        "{name=varlibqubes, dir_path=" + home + ", driver=" + driver + "}",
                        "{name=linux-kernel, dir_path="
                                + home.resolve("vm-kernels")
                                + ", driver=linux-kernel}"),
                EmptyStore.under(home, folder -> reflinks).pools().stream()
                        .map(pool -> pool.attributes().toString())
                        .toList());
    }

    @Test
    @DisplayName("varlibqubes not accessible | file")
    void inaccessible() throws IOException {
        assertFalse(EmptyStore.reflinks(home.resolve("nowhere")));
        assertFalse(EmptyStore.reflinks(Files.createFile(home.resolve("a file"))));
    }

    @Test
    @DisplayName("the try of a folder leaves nothing behind")
    void leavesNothing() throws IOException {
        EmptyStore.reflinks(home);
        try (Stream<Path> left = Files.list(home)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    @DisplayName("labels 1 to 8, dom0 with label black, default_pool_kernel, and nothing else")
    void content() {
        SystemState state = EmptyStore.under(home, folder -> false);
        assertEquals(
                "1 0xcc0000 red, 2 0xf57900 orange, 3 0xedd400 yellow, 4 0x73d216 green,"
                        + " 5 0x555555 gray, 6 0x3465a4 blue, 7 0x75507b purple, 8 0x000000 black",
                String.join(
                        ", ",
                        state.labels().stream()
                                .map(
                                        label ->
                                                label.index()
                                                        + " "
                                                        + label.color()
                                                        + " "
                                                        + label.name())
                                .toList()));
        assertEquals("[default_pool_kernel]", state.globals().keySet().toString());
        assertEquals("linux-kernel", state.globals().get("default_pool_kernel").text());
        assertEquals(1, state.size());
        DomainRecord dom0 = state.domains().get(0);
        assertEquals("AdminVM", dom0.klass());
        assertEquals("[label]", dom0.properties().keySet().toString());
        assertEquals(Optional.of("black"), dom0.property("label").map(value -> value.text()));
    }
}
