package qubes.testkit.exam;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.ops4j.pax.exam.Constants;

/**
 * The bundle that brings a test class into the container, with all that lies in the same folder or
 * jar. What it does not hold it imports when it is first used. Its headers tell Pax Exam's extender
 * which calls it offers.
 */
final class ProbeBundle {
    /** Entry that runs a test: unique id. */
    static final String RUN = "PaxExam-Run";

    /** Entry that calls a static method: class, method, arguments. */
    static final String INVOKE = "PaxExam-Invoke";

    /** Entry that checks the container. */
    static final String CHECK = "PaxExam-Check";

    /** Entry to method of {@link InContainer}. */
    private static final Map<String, String> ENTRIES =
            Map.of(RUN, "run", INVOKE, "invoke", CHECK, "check");

    private ProbeBundle() {}

    /** The bundle's bytes. Blocks on I/O. */
    static InputStream of(Class<?> testClass) throws IOException {
        Path root = location(testClass);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes, manifest(testClass))) {
            if (Files.isDirectory(root)) {
                copy(root, jar);
            } else {
                try (FileSystem archive = FileSystems.newFileSystem(root)) {
                    copy(archive.getPath("/"), jar);
                }
            }
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    private static Manifest manifest(Class<?> testClass) {
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue("Bundle-ManifestVersion", "2");
        headers.putValue("Bundle-SymbolicName", "probe." + testClass.getName().replace('$', '.'));
        headers.putValue("DynamicImport-Package", "*");
        headers.putValue(Constants.PROBE_EXECUTABLE, String.join(",", ENTRIES.keySet()));
        ENTRIES.forEach(
                (entry, method) ->
                        headers.putValue(entry, InContainer.class.getName() + ";" + method));
        return manifest;
    }

    private static void copy(Path root, JarOutputStream jar) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(root)) {
            files = walk.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : files) {
            String name = root.relativize(file).toString().replace('\\', '/');
            if (!name.equals("META-INF/MANIFEST.MF")) {
                jar.putNextEntry(new ZipEntry(name));
                Files.copy(file, jar);
                jar.closeEntry();
            }
        }
    }

    private static Path location(Class<?> type) throws IOException {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IOException("No file for " + type, e);
        }
    }
}
