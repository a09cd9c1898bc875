package com.example.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OsReleaseTest {
    @TempDir Path folder;

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "ID=debian,              debian",
                "'ID=\"opensuse-leap\"', opensuse-leap",
                "ID=a b,                 none",
                "ID=<script>,            none",
                "#ID=debian,             none",
            })
    @DisplayName("only short words are taken")
    void takesWords(String line, String id) {
        assertEquals(id, OsRelease.parse(line).values().getOrDefault("ID", "none"));
    }

    @Test
    @DisplayName("links within the root are followed, links out of it are not")
    void staysWithinRoot() throws Exception {
        Path root = RootFolder.in(folder);
        Path file = root.resolve("etc/os-release");
        Files.move(file, root.resolve("etc/release"));
        Files.createSymbolicLink(file, Path.of("release"));
        assertEquals("debian", OsRelease.of(root).values().get("ID"));
        Files.delete(file);
        Files.createSymbolicLink(file, Files.writeString(folder.resolve("host"), "ID=host\n"));
        assertEquals(Map.of(), OsRelease.of(root).values());
    }
}
