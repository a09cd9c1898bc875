package qubes.storage.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.storage.HostCommands;
import qubes.testkit.storage.ScratchFilesystem;

class ImageCopyTest {
    private static final FileTime EARLIER =
            FileTime.from(Instant.parse("2018-03-14T22:18:24.123456789Z"));

    @TempDir private Path directory;

    private final List<List<String>> ran = new ArrayList<>();
    private final HostCommands recording =
            (limit, command) -> {
                ran.add(command);
                return HostCommands.ofThisHost().run(limit, command);
            };

    @ParameterizedTest
    @DisplayName("a copy is filled up with zeroes, cut, or empty, as its size says")
    @CsvSource({"8,text0000", "2,te", "0,''"})
    void sizesTheCopy(long size, String content) throws IOException {
        Path source = Files.writeString(directory.resolve("source"), "text");
        Path target = directory.resolve("target");
        new ImageCopy(recording)
                .copy(source, target, DurableFiles.OWNER_ONLY, OptionalLong.of(size), false);
        assertEquals(content.replace('0', '\0'), Files.readString(target));
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(target)));
        assertEquals(size == 0, ran.isEmpty(), "an empty copy needs no data");
    }

    @Test
    @DisplayName("the time of modification is copied only on request, to the nanosecond")
    void copiesTimeOnRequest() throws IOException {
        Path source = Files.writeString(directory.resolve("source"), "text");
        Files.setLastModifiedTime(source, EARLIER);
        Path target = directory.resolve("target");
        ImageCopy copy = new ImageCopy(recording);
        copy.copy(source, target, DurableFiles.OWNER_ONLY, OptionalLong.empty(), false);
        assertNotEquals(EARLIER, Files.getLastModifiedTime(target));
        copy.copy(source, target, DurableFiles.OWNER_ONLY, OptionalLong.empty(), true);
        assertEquals(EARLIER, Files.getLastModifiedTime(target));
    }

    @Test
    @DisplayName(
            "where the filesystem cannot share blocks it is asked once, and the copy says that it shares nothing")
    void fallsBackToCopying() throws IOException {
        try (ScratchFilesystem memory = ScratchFilesystem.memory(1 << 20)) {
            Path source = Files.writeString(memory.root().resolve("source"), "text");
            Path target = memory.root().resolve("target");
            ImageCopy copy = new ImageCopy(recording);
            assertFalse(
                    copy.copy(
                            source, target, DurableFiles.OWNER_ONLY, OptionalLong.empty(), false));
            assertFalse(
                    copy.copy(
                            source, target, DurableFiles.OWNER_ONLY, OptionalLong.empty(), false));
            assertEquals("text", Files.readString(target));
            assertEquals(
                    List.of("--reflink=always", "--reflink=never", "--reflink=never"),
                    ran.stream().map(command -> command.get(1)).toList());
            assertFalse(copy.canShareIn(memory.root()));
        }
    }

    @Test
    @DisplayName(
            "where the filesystem can, blocks are shared, and copies from other filesystems are made all the same")
    void sharesBlocks() throws IOException {
        try (ScratchFilesystem xfs = ScratchFilesystem.xfs()) {
            ImageCopy copy = new ImageCopy(recording);
            Path foreign = Files.writeString(directory.resolve("foreign"), "text");
            Path source = xfs.root().resolve("source");
            assertTrue(copy.canShareIn(xfs.root()));
            assertFalse(
                    copy.copy(
                            foreign, source, DurableFiles.OWNER_ONLY, OptionalLong.empty(), false));
            assertTrue(
                    copy.copy(
                            source,
                            xfs.root().resolve("target"),
                            DurableFiles.OWNER_ONLY,
                            OptionalLong.of(2),
                            false));
            assertEquals("te", Files.readString(xfs.root().resolve("target")));
            try (var files = Files.list(xfs.root())) {
                assertEquals(2, files.count(), "the question leaves no file behind");
            }
        }
    }

    @Test
    @DisplayName("a copy that does not fit leaves the target as it was")
    void failedCopyChangesNothing() throws IOException {
        try (ScratchFilesystem memory = ScratchFilesystem.memory(64 << 10)) {
            Path source = Files.write(directory.resolve("source"), "x".repeat(100_000).getBytes());
            Path target = Files.writeString(memory.root().resolve("target"), "before");
            IOException failure =
                    assertThrows(
                            IOException.class,
                            () ->
                                    new ImageCopy(recording)
                                            .copy(
                                                    source,
                                                    target,
                                                    DurableFiles.OWNER_ONLY,
                                                    OptionalLong.empty(),
                                                    false));
            assertEquals("No space left on device", failure.getMessage());
            assertEquals("before", Files.readString(target));
            try (var files = Files.list(memory.root())) {
                assertEquals(List.of(target), files.toList());
            }
        }
    }
}
