package qubes.daemon;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.osgi.framework.Version;
import qubes.core.error.Repr;

/** Why a file is no bundle, in words. */
final class JarReason {
    private static final int ZIP_MAGIC = 0x504b;

    private JarReason() {}

    /** The reason; absent if the file can be installed as far as it shows. Blocks on the disk. */
    static Optional<String> of(File file) {
        if (file.isDirectory()) {
            return Optional.of("it is a folder, not a jar");
        }
        if (file.length() == 0) {
            return Optional.of("it is empty");
        }
        try (ZipFile jar = new ZipFile(file)) {
            ZipEntry entry = jar.getEntry("META-INF/MANIFEST.MF");
            if (entry == null) {
                return Optional.of("it has no META-INF/MANIFEST.MF, so it is no bundle");
            }
            try (InputStream in = jar.getInputStream(entry)) {
                return ofManifest(new Manifest(in).getMainAttributes());
            } catch (IOException e) {
                return Optional.of("its manifest cannot be read: " + e.getMessage());
            }
        } catch (IOException e) {
            return Optional.of(
                    beginsAsZip(file)
                            ? "it is damaged, or was not copied in full: " + e.getMessage()
                            : "it is no jar: it does not begin as a zip file does");
        }
    }

    private static Optional<String> ofManifest(Attributes manifest) {
        if (manifest.getValue("Bundle-SymbolicName") == null) {
            return Optional.of("its manifest has no Bundle-SymbolicName, so it is no bundle");
        }
        if (!"2".equals(manifest.getValue("Bundle-ManifestVersion"))) {
            return Optional.of("its manifest has no Bundle-ManifestVersion: 2");
        }
        String version = manifest.getValue("Bundle-Version");
        try {
            Version.parseVersion(version);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of("its Bundle-Version is none: " + Repr.quote(version));
        }
    }

    private static boolean beginsAsZip(File file) {
        try (RandomAccessFile bytes = new RandomAccessFile(file, "r")) {
            return bytes.length() >= 2 && bytes.readUnsignedShort() == ZIP_MAGIC;
        } catch (IOException e) {
            return false;
        }
    }
}
