package qubes.core.internal.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.error.QubesException;
import qubes.core.state.DomainRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;

@Timeout(120)
class StoreFileTest {
    private static final List<byte[]> OLD = content("<qubes/>");
    private static final List<byte[]> NEW = content("<qubes new='1'/>");

    @TempDir private Path directory;

    private Path path;

    @BeforeEach
    void makeStore() throws IOException {
        path = directory.resolve("qubes.xml");
        Files.writeString(path, "<qubes/>");
    }

    @Test
    @DisplayName("a save replaces the file: mode 0660, nothing left beside it")
    void savesAndLeavesNothing() throws IOException {
        try (StoreFile store = StoreFile.open(path)) {
            store.save(NEW);
            assertEquals("<qubes new='1'/>", Files.readString(path));
            assertEquals(
                    "rw-rw----",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
            assertArrayEquals(NEW.get(0), store.content());
            assertEquals(List.of("qubes.xml"), names());
            store.save(OLD);
            assertEquals("<qubes/>", Files.readString(path));
        }
    }

    @Test
    @DisplayName("a store larger than any buffer is saved piece by piece and read back")
    void savesLargeStores() throws IOException {
        SystemState state = Stores.read(Stores.resource("qubes-100.xml.gz"));
        try (StoreFile store = StoreFile.open(path)) {
            store.save(new StoreWriter(PropertyOrder.AS_STORED).write(state));
            assertEquals(Stores.write(state), new String(store.content(), UTF_8));
            assertEquals(state.domains(), store.read(new StoreReader()).domains());
        }
    }

    @Test
    @DisplayName("a symbolic link stays one, its target is replaced")
    void followsLinks() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link.xml"), path);
        try (StoreFile store = StoreFile.open(link)) {
            store.save(NEW);
        }
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("<qubes new='1'/>", Files.readString(path));
    }

    @Test
    @DisplayName("a new store is made where there is none, and only there")
    void createsNewStores() throws IOException {
        refused(
                "qubes.xml is there already; nothing was overwritten",
                () -> StoreFile.create(path, NEW));
        assertEquals("<qubes/>", Files.readString(path));
        assertEquals(List.of("qubes.xml"), names());
        Path fresh = directory.resolve("new.xml");
        try (StoreFile store = StoreFile.create(fresh, NEW)) {
            refused(
                    "new.xml is in use by another daemon; stop that one first",
                    () -> StoreFile.open(fresh));
            store.save(OLD);
        }
        assertEquals("<qubes/>", Files.readString(fresh));
        assertEquals(List.of("new.xml", "qubes.xml"), names());
        refused(
                "qubes.xml cannot be created: its directory is not there",
                () -> StoreFile.create(directory.resolve("none").resolve("qubes.xml"), NEW));
    }

    @Test
    @DisplayName("a store that is not there or is no file is refused")
    void refusesWhatIsNoFile() {
        refused(
                "none.xml is not there; create a new store or name another one",
                () -> StoreFile.open(directory.resolve("none.xml")));
        String name = directory.getFileName().toString();
        refused(name + " is not a file", () -> StoreFile.open(directory));
    }

    @Test
    @DisplayName("a bad store is refused by its name, and can be opened again once it is mended")
    void refusesABadStore() throws IOException {
        Files.writeString(path, "<qubes>");
        try (StoreFile store = StoreFile.open(path)) {
            QubesException refusal =
                    assertThrows(QubesException.class, () -> store.read(new StoreReader()));
            assertTrue(
                    refusal.getMessage().startsWith("qubes.xml, line 1, column 7: Unexpected EOF"),
                    refusal.getMessage());
        }
        assertEquals("<qubes>", Files.readString(path));
    }

    @Test
    @DisplayName("what someone else wrote meanwhile is not overwritten")
    void refusesToOverwriteOthers() throws IOException {
        String refusal =
                "Someone else modified qubes.xml in the meantime; nothing was saved."
                        + " Restart the daemon to load what is there now";
        try (StoreFile store = StoreFile.open(path)) {
            store.save(OLD);
            Path other = Files.writeString(directory.resolve("other"), "<other/>");
            Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);
            refused(refusal, () -> store.save(NEW));
            assertEquals("<other/>", Files.readString(path));
        }
        try (StoreFile store = StoreFile.open(path)) {
            Files.writeString(path, "<edited/>");
            refused(refusal, () -> store.save(NEW));
            assertEquals("<edited/>", Files.readString(path));
        }
        try (StoreFile store = StoreFile.open(path)) {
            Files.setLastModifiedTime(path, FileTime.fromMillis(1));
            refused(refusal, () -> store.save(NEW));
        }
        assertEquals(List.of("qubes.xml"), names());
    }

    @Test
    @DisplayName("a store that someone removed is written again")
    void writesARemovedStoreAgain() throws IOException {
        try (StoreFile store = StoreFile.open(path)) {
            Files.delete(path);
            store.save(NEW);
            assertEquals("<qubes new='1'/>", Files.readString(path));
        }
    }

    @Test
    @DisplayName("a second user of the store is refused at once, in this process and in another")
    void refusesASecondUser() throws Exception {
        String refusal = "qubes.xml is in use by another daemon; stop that one first";
        try (StoreFile store = StoreFile.open(path)) {
            refused(refusal, () -> StoreFile.open(path));
            store.save(NEW);
            refused(refusal, () -> StoreFile.open(path));
        }
        try (StoreProcess other = StoreProcess.start("hold", path)) {
            assertEquals(Optional.of("qubes.xml"), other.line());
            refused(refusal, () -> StoreFile.open(path));
        }
        StoreFile.open(path).close();
    }

    @Test
    @DisplayName(
            "another process never gets the store, however often it is replaced under its hands")
    void keepsTheLockWhileSaving() throws Exception {
        try (StoreFile store = StoreFile.open(path);
                StoreProcess other = StoreProcess.start("try", path)) {
            assertEquals(Optional.of("trying"), other.line());
            for (int i = 0; i < 200; i++) {
                store.save(NEW);
            }
            other.tell();
            assertEquals(
                    Optional.of("0 qubes.xml is in use by another daemon; stop that one first"),
                    other.line());
        }
    }

    @Test
    @DisplayName("an interrupted thread saves all the same and stays interrupted")
    void savesDespiteInterrupt() throws IOException {
        try (StoreFile store = StoreFile.open(path)) {
            Thread.currentThread().interrupt();
            store.save(NEW);
            assertTrue(Thread.interrupted());
            store.save(OLD);
        }
        assertEquals("<qubes/>", Files.readString(path));
    }

    @Test
    @DisplayName(
            "killed at any moment of its saves, a process leaves a whole store with all it reported as saved")
    void survivesKill() throws Exception {
        Files.writeString(path, Stores.resource("qubes-10.xml"));
        Random random = new Random(1);
        for (int round = 0; round < 20; round++) {
            int reported = 0;
            try (StoreProcess other = StoreProcess.start("count", path)) {
                int most = 1 + random.nextInt(6);
                for (int i = 0; i < most; i++) {
                    reported = Integer.parseInt(other.line().orElseThrow());
                }
                long until = System.nanoTime() + random.nextInt(3_000_000);
                while (System.nanoTime() < until) {
                    Thread.onSpinWait();
                }
                other.kill();
                Optional<String> late = other.line();
                while (late.isPresent()) {
                    reported =
                            late.get().matches("[0-9]+")
                                    ? Math.max(reported, Integer.parseInt(late.get()))
                                    : reported;
                    late = other.line();
                }
            }
            try (StoreFile store = StoreFile.open(path)) {
                SystemState state = store.read(new StoreReader());
                assertEquals(11, state.size());
                String count = state.globals().get("count").text();
                assertTrue(
                        Integer.parseInt(count) >= reported, count + " is older than " + reported);
                for (DomainRecord domain : state.domains()) {
                    assertEquals(count, domain.features().get("count"));
                }
                assertEquals(List.of("qubes.xml"), names());
            }
        }
    }

    @Test
    @DisplayName("only what a save of ours left behind is removed")
    void removesOnlyItsOwnLeftovers() throws IOException {
        for (String name :
                List.of(
                        "qubes.xml~",
                        "qubes.xml~20261123",
                        "qubes.xml~backup",
                        "other.xml~" + "0".repeat(20))) {
            Files.writeString(directory.resolve(name), "");
        }
        Files.writeString(directory.resolve("qubes.xml~" + "0".repeat(20)), "");
        StoreFile.open(path).close();
        assertEquals(
                List.of(
                        "other.xml~" + "0".repeat(20),
                        "qubes.xml",
                        "qubes.xml~",
                        "qubes.xml~20261123",
                        "qubes.xml~backup"),
                names());
    }

    @Test
    @DisplayName("a process at its file size limit is told so, and the store is as before")
    void refusesBeyondTheFileSizeLimit() throws Exception {
        try (StoreProcess other = StoreProcess.startLimited(64, "grow", path)) {
            String last = "";
            String said = "";
            for (Optional<String> line = other.line(); line.isPresent(); line = other.line()) {
                last = said;
                said = line.get();
            }
            assertEquals(
                    "qubes.xml cannot be saved: the file would be larger than this process may write;"
                            + " raise its limit (ulimit -f)",
                    said);
            StoredValue size = Stores.read(Files.readString(path)).globals().get("size");
            assertEquals(Integer.parseInt(last), size.text().length());
            assertEquals(List.of("qubes.xml"), names());
        }
    }

    @Test
    @EnabledIf("qubes.core.internal.store.SmallDisk#possible")
    @DisplayName(
            "a full disk is named, the store is as before, and saves work again once there is space")
    void refusesOnAFullDisk() throws IOException {
        try (SmallDisk disk = SmallDisk.mounted()) {
            Path full = disk.directory().resolve("qubes.xml");
            try (StoreFile store = StoreFile.create(full, OLD)) {
                Path ballast =
                        Files.write(disk.directory().resolve("ballast"), new byte[1_000_000]);
                List<byte[]> large = content("<qubes>" + " ".repeat(500_000) + "</qubes>");
                refused(
                        "qubes.xml cannot be saved: the disk is full; free some space",
                        () -> store.save(large));
                assertEquals("<qubes/>", Files.readString(full));
                assertEquals(List.of("ballast", "qubes.xml"), names(disk.directory()));
                Files.delete(ballast);
                store.save(large);
                assertEquals(500_015, Files.size(full));
            }
            Files.write(disk.directory().resolve("ballast"), new byte[400_000]);
            Path none = disk.directory().resolve("new.xml");
            refused(
                    "new.xml cannot be created: the disk is full; free some space",
                    () -> StoreFile.create(none, content(" ".repeat(500_000))));
            assertFalse(Files.exists(none));
        }
    }

    @Test
    @EnabledIf("qubes.core.internal.store.SmallDisk#possible")
    @DisplayName("a read-only file system is named, at opening and at saving")
    void refusesOnAReadOnlyDisk() throws IOException {
        try (SmallDisk disk = SmallDisk.mounted()) {
            Path store = Files.writeString(disk.directory().resolve("qubes.xml"), "<qubes/>");
            disk.makeReadOnly();
            refused(
                    "qubes.xml cannot be opened for writing: the file system is read-only; remount it writable",
                    () -> StoreFile.open(store));
            disk.makeWritable();
            StoreFile.open(store).close();
        }
    }

    @Test
    @EnabledIf("qubes.core.internal.store.SmallDisk#possible")
    @DisplayName("a store that can be written in a directory that cannot is refused at opening")
    void refusesADirectoryThatCannotBeWritten() throws IOException {
        try (SmallDisk disk = SmallDisk.mounted()) {
            Path store = Files.writeString(disk.directory().resolve("qubes.xml"), "<other/>");
            disk.makeReadOnly();
            try (SmallDisk.Bound bound = SmallDisk.bind(path, store)) {
                assertEquals("<qubes/>", Files.readString(bound.path()));
                refused(
                        "qubes.xml cannot be saved: its directory is not writable,"
                                + " and a save makes a new file there",
                        () -> StoreFile.open(bound.path()));
            }
        }
    }

    @Test
    @DisplayName("a directory in which no file can be made is named")
    void refusesWhereNoFileCanBeMade() throws IOException {
        // A name so long that no temporary one beside it fits: refused to root as to anyone.
        Path longest = Files.writeString(directory.resolve("q".repeat(250)), "<qubes/>");
        try (StoreFile store = StoreFile.open(longest)) {
            QubesException refusal = assertThrows(QubesException.class, () -> store.save(NEW));
            assertTrue(
                    refusal.getMessage().endsWith(" cannot be saved: its name is too long"),
                    refusal.getMessage());
        }
        assertEquals("<qubes/>", Files.readString(longest));
    }

    private void refused(String message, Executable attempt) {
        QubesException refusal = assertThrows(QubesException.class, attempt);
        assertEquals(message, refusal.getMessage());
    }

    private List<String> names() throws IOException {
        return names(directory);
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    private static List<byte[]> content(String text) {
        return List.of(text.getBytes(UTF_8));
    }
}
