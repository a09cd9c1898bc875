package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMNotFoundError;
import qubes.core.vm.Notes;
import qubes.core.vm.QubesVM;

/** The row 'notes: missing file' of spec vm-classes.md, and its §13 behind it. */
class NotesTest {
    @TempDir private Path home;

    private QubesSystem system;
    private QubesVM work;

    @BeforeEach
    void open() {
        system = TestSystem.empty(home);
        work = (QubesVM) TestSystem.plain(system, "work");
        work.createOnDisk();
    }

    @AfterEach
    void close() {
        system.close();
    }

    @Test
    @DisplayName("without a file there are no notes")
    void missing() {
        assertEquals("", work.notes().read());
    }

    @ParameterizedTest
    @DisplayName("notes are read as they were written")
    @ValueSource(strings = {"", "note", "a\tb\nc\r\n", "ążź 🗒", "\0\ufeff"})
    void roundTrip(String text) throws IOException {
        work.notes().write("before");
        work.notes().write(text);
        assertEquals(text, work.notes().read());
        assertEquals(text, Files.readString(file()));
    }

    @Test
    @DisplayName("notes fire no event")
    void areSilent() throws Exception {
        assertEquals(List.of(), TestSystem.heard(system, () -> work.notes().write("note")));
    }

    @Test
    @DisplayName("what is no UTF-8 is not read, and stays as it is")
    void refusesOtherEncodings() throws IOException {
        Files.write(file(), new byte[] {'a', (byte) 0xff});
        assertEquals("Failed to read notes file: it is not UTF-8", refusalOfRead());
        assertEquals(2, Files.size(file()));
    }

    @Test
    @DisplayName("what is no file is neither read nor replaced")
    void refusesFolders() throws IOException {
        Files.createDirectory(file());
        Files.writeString(file().resolve("kept"), "");
        assertEquals("Failed to read notes file: it is not a file", refusalOfRead());
        assertEquals(
                "Failed to write notes file: input/output error; the log says more",
                refusalOfWrite("note"));
    }

    @Test
    @DisplayName("half a character is refused, and the old notes are kept")
    void refusesHalfCharacters() {
        work.notes().write("old");
        assertEquals(
                "Failed to write notes file: half a character cannot be stored",
                refusalOfWrite("\ud83d"));
        assertEquals("old", work.notes().read());
    }

    @Test
    @DisplayName("without the domain's folder notes are not written")
    void needsAFolder() throws IOException {
        Files.delete(work.storage().directory());
        assertEquals(
                "Failed to write notes file: the domain's folder is not there",
                refusalOfWrite("note"));
        assertEquals("", work.notes().read());
    }

    @Test
    @DisplayName("a thread that is interrupted writes its notes and stays interrupted")
    void keepsAnInterrupt() {
        Thread.currentThread().interrupt();
        work.notes().write("note");
        assertTrue(Thread.interrupted());
        assertEquals("note", work.notes().read());
    }

    @Test
    @DisplayName("several can write at a time; one of the texts is there after, whole")
    void takesSeveralWriters() throws Exception {
        List<String> texts = List.of("a".repeat(9000), "b".repeat(7000), "c".repeat(5000), "");
        ExecutorService writers = Executors.newFixedThreadPool(texts.size());
        try {
            List<Callable<String>> writes = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                String text = texts.get(i % texts.size());
                writes.add(
                        () -> {
                            work.notes().write(text);
                            return work.notes().read();
                        });
            }
            for (Future<String> seen : writers.invokeAll(writes)) {
                assertTrue(texts.contains(seen.get()));
            }
        } finally {
            writers.shutdownNow();
        }
        assertEquals(List.of("notes.txt"), List.of(home.resolve("appvms/work").toFile().list()));
    }

    @Test
    @DisplayName("a removed domain has no notes, nor takes any")
    void leavesWithItsDomain() {
        Notes notes = work.notes();
        notes.write("note");
        system.remove(work);
        assertEquals("", notes.read());
        assertThrows(QubesVMNotFoundError.class, () -> notes.write("late"));
        assertThrows(QubesVMNotFoundError.class, () -> work.notes());
    }

    private String refusalOfRead() {
        return assertThrows(QubesException.class, () -> work.notes().read()).getMessage();
    }

    private String refusalOfWrite(String text) {
        return assertThrows(QubesException.class, () -> work.notes().write(text)).getMessage();
    }

    private Path file() {
        return work.storage().directory().resolve("notes.txt");
    }
}
