package qubes.testkit;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * The bundles of the system as it is shipped, in a folder: the one that the system property {@value
 * #FOLDER} names, else what {@code org.qubes:qubes.kit} brings on the class path, unpacked once
 * under {@code target}, or in the temporary folder where there is no {@code target}.
 */
public final class ShippedSet {
    /** System property that names the folder of the shipped bundles: {@value}. */
    public static final String FOLDER = "qubes.bundles";

    /** The bundles in the jar of {@code qubes.kit}. */
    private static final String ARCHIVE = "qubes/kit/bundles.zip";

    private static final int DIGITS = 16;

    private ShippedSet() {}

    /**
     * {@return the folder; absent if there is neither the property nor the kit} The first call of a
     * build unpacks the kit, a fraction of a second; several JVMs may do so at the same time.
     *
     * @throws UncheckedIOException if the kit cannot be unpacked
     */
    public static Optional<Path> folder() {
        String named = System.getProperty(FOLDER);
        return named == null
                ? unpacked(ShippedSet.class.getClassLoader())
                : Optional.of(Path.of(named)).filter(Files::isDirectory);
    }

    /**
     * {@return the files of the bundles, by name} Blocks as {@link #folder} does.
     *
     * @throws IllegalStateException if there is neither the property nor the kit
     */
    public static List<Path> jars() {
        return jars(
                folder().orElseThrow(
                                () ->
                                        new IllegalStateException(
                                                "No shipped bundles: make org.qubes:qubes.kit a dependency with scope"
                                                        + " test, or let system property "
                                                        + FOLDER
                                                        + " (now "
                                                        + System.getProperty(FOLDER)
                                                        + ") name the folder target/export/qubes of qubes.dist")));
    }

    static List<Path> jars(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Path> unpacked(ClassLoader loader) {
        try (InputStream archive = loader.getResourceAsStream(ARCHIVE)) {
            if (archive == null) {
                return Optional.empty();
            }
            byte[] zip = archive.readAllBytes();
            Path target = Path.of("target").toAbsolutePath();
            Path parent =
                    Files.isDirectory(target)
                            ? target
                            : Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
            Path folder = parent.resolve("qubes-bundles-" + digest(zip));
            if (!Files.isDirectory(folder)) {
                unpack(zip, folder);
            }
            return Optional.of(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Under its name the folder is there as a whole. */
    private static void unpack(byte[] archive, Path folder) throws IOException {
        Path half = Files.createTempDirectory(folder.getParent(), "qubes-bundles-");
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (!entry.isDirectory()) {
                    Files.copy(zip, half.resolve(Path.of(entry.getName()).getFileName()));
                }
            }
        }
        try {
            Files.move(half, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
            // Another JVM was quicker: what it unpacked is the same.
            for (Path jar : jars(half)) {
                Files.delete(jar);
            }
            Files.delete(half);
        }
    }

    private static String digest(byte[] content) {
        try {
            byte[] sha = MessageDigest.getInstance("SHA-256").digest(content);
            return String.format("%064x", new BigInteger(1, sha)).substring(0, DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
