package qubes.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JarReasonTest {
    private static final String GOOD =
            "Manifest-Version: 1.0\nBundle-ManifestVersion: 2\nBundle-SymbolicName: a\n";

    @TempDir private Path folder;

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "a good one | Bundle-Version: 1.2.3.x | ''",
                "without a version | '' | ''",
                "a bad version | Bundle-Version: one | its Bundle-Version is none: 'one'",
            })
    @DisplayName("a manifest's version:")
    void version(String name, String line, String reason) throws IOException {
        assertEquals(reason, reasonOf(jar(GOOD + line + "\n")));
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource({
        "Bundle-SymbolicName: a, 'its manifest has no Bundle-SymbolicName, so it is no bundle'",
        "Bundle-ManifestVersion: 2, its manifest has no Bundle-ManifestVersion: 2",
    })
    @DisplayName("a manifest that lacks a line:")
    void missingLine(String line, String reason) throws IOException {
        assertEquals(reason, reasonOf(jar(GOOD.replace(line + "\n", ""))));
    }

    @Test
    @DisplayName("a jar of classes only, a text, a folder, an empty file")
    void noJar() throws IOException {
        File classes = folder.resolve("classes.jar").toFile();
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(classes.toPath()))) {
            out.putNextEntry(new ZipEntry("a/B.class"));
        }
        assertEquals("it has no META-INF/MANIFEST.MF, so it is no bundle", reasonOf(classes));
        Path text = Files.writeString(folder.resolve("text.jar"), "hello");
        assertEquals("it is no jar: it does not begin as a zip file does", reasonOf(text.toFile()));
        assertEquals("it is a folder, not a jar", reasonOf(folder.toFile()));
        assertEquals(
                "it is empty", reasonOf(Files.createFile(folder.resolve("none.jar")).toFile()));
    }

    @Test
    @DisplayName("a jar of which the end is missing")
    void truncated() throws IOException {
        byte[] whole = Files.readAllBytes(jar(GOOD).toPath());
        Path half = folder.resolve("half.jar");
        Files.write(half, Arrays.copyOf(whole, whole.length / 2));
        String reason = reasonOf(half.toFile());
        assertEquals("it is damaged, or was not copied in full", reason.split(":")[0]);
    }

    private static String reasonOf(File file) {
        return JarReason.of(file).orElse("");
    }

    private File jar(String manifest) throws IOException {
        Path file = folder.resolve("some.jar");
        try (OutputStream to = Files.newOutputStream(file);
                ZipOutputStream out = new ZipOutputStream(to)) {
            out.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
            out.write(manifest.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        return file.toFile();
    }
}
