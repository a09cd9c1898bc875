package qubes.core.internal.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.error.QubesException;

class DomainFileTest {
    private static final byte[] OLD = "old".getBytes(UTF_8);
    private static final byte[] NEW = "new".getBytes(UTF_8);

    @TempDir private Path folder;

    private DomainFile file(int most) {
        return new DomainFile(folder.resolve("notes.txt"), most);
    }

    @Test
    @DisplayName("a file is made, then replaced, for everybody to read")
    void isReplaced() throws IOException {
        DomainFile file = file(3);
        assertEquals(Optional.empty(), file.read("No"));
        file.replace(OLD, "No");
        file.replace(NEW, "No");
        assertArrayEquals(NEW, file.read("No").orElseThrow());
        assertEquals(
                "rw-rw-r--",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())));
        assertEquals(List.of("notes.txt"), names(folder));
    }

    @Test
    @DisplayName("what a write left behind that was cut short goes with the next one")
    void removesLeftovers() throws IOException {
        Files.write(folder.resolve("notes.txt~0123456789abcdef0123"), OLD);
        Files.write(folder.resolve("notes.txt~mine"), OLD);
        file(3).replace(NEW, "No");
        assertEquals(List.of("notes.txt", "notes.txt~mine"), names(folder));
    }

    @Test
    @DisplayName("too large a content is neither written nor read")
    void refusesLargeContent() throws IOException {
        file(3).replace(OLD, "No");
        assertEquals(
                "Not written: it is larger than 2 bytes",
                assertThrows(QubesException.class, () -> file(2).replace(NEW, "Not written"))
                        .getMessage());
        assertEquals(
                "Not read: it is larger than 2 bytes",
                assertThrows(QubesException.class, () -> file(2).read("Not read")).getMessage());
        assertArrayEquals(OLD, Files.readAllBytes(file(3).path()));
    }

    @Test
    @EnabledIf("qubes.core.internal.store.SmallDisk#possible")
    @DisplayName("a full disk keeps the old content and is said")
    void survivesAFullDisk() throws IOException {
        try (SmallDisk disk = SmallDisk.mounted()) {
            DomainFile file = new DomainFile(disk.directory().resolve("notes.txt"), 1 << 21);
            file.replace(OLD, "No");
            assertEquals(
                    "Not written: the disk is full; free some space",
                    assertThrows(
                                    QubesException.class,
                                    () -> file.replace(new byte[1 << 21], "Not written"))
                            .getMessage());
            assertArrayEquals(OLD, file.read("No").orElseThrow());
            assertEquals(List.of("notes.txt"), names(disk.directory()));
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> found = Files.list(folder)) {
            return found.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
