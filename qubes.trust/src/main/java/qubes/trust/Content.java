package qubes.trust;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.osgi.framework.Bundle;

/**
 * What is in a bundle, file by file, wherever it lies: in a jar, or in the framework's own storage.
 * There it is what the framework will run, whatever became of the file that it was installed from.
 */
final class Content {
    private static final String META = "META-INF/";
    private static final int ENTRIES = 65_536;

    /** Where a file's bytes are. */
    @FunctionalInterface
    private interface Source {
        InputStream open() throws IOException;
    }

    private final SortedMap<String, Source> files = new TreeMap<>();

    private Content() {}

    /** Of an installed bundle, resolved or not. Resolves nothing. */
    static Content of(Bundle bundle) throws IOException {
        Content content = new Content();
        Deque<String> folders = new ArrayDeque<>();
        folders.add("/");
        while (!folders.isEmpty()) {
            Enumeration<String> paths = bundle.getEntryPaths(folders.remove());
            for (String path :
                    paths == null ? SORTED_NONE : new TreeSet<>(Collections.list(paths))) {
                if (path.endsWith("/")) {
                    folders.add(path);
                } else {
                    content.files.put(path, () -> open(bundle, path));
                }
                if (content.files.size() + folders.size() > ENTRIES) {
                    throw new IOException("too many entries");
                }
            }
        }
        return content;
    }

    private static final SortedSet<String> SORTED_NONE = Collections.emptySortedSet();

    private static InputStream open(Bundle bundle, String path) throws IOException {
        URL url = bundle.getEntry(path);
        if (url == null) {
            throw new IOException("no entry " + Shown.quote(path));
        }
        return url.openStream();
    }

    /** The digest of a jar's content. Blocks. */
    static String digest(Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            Content content = new Content();
            for (ZipEntry entry : Collections.list(zip.entries())) {
                if (!entry.isDirectory()
                        && content.files.put(entry.getName(), () -> zip.getInputStream(entry))
                                != null) {
                    throw new IOException("twice: " + Shown.quote(entry.getName()));
                }
            }
            return content.digest();
        }
    }

    /** SHA-256 of names and bytes: the same however they are packed. Blocks. */
    String digest() throws IOException {
        MessageDigest all = sha256();
        byte[] buffer = new byte[1 << 14];
        for (var file : files.entrySet()) {
            MessageDigest one = sha256();
            try (InputStream in = file.getValue().open()) {
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    one.update(buffer, 0, read);
                }
            }
            all.update(
                    sha256().digest(
                                    file.getKey()
                                            .getBytes(java.nio.charset.StandardCharsets.UTF_8)));
            all.update(one.digest());
        }
        return HexFormat.of().formatHex(all.digest());
    }

    /** Packs it into a jar, as it must be packed for its signatures to be found. Blocks. */
    void writeTo(Path jar) throws IOException {
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setLevel(Deflater.BEST_SPEED);
            write(zip, META + "MANIFEST.MF");
            for (String name : files.keySet()) {
                if (name.startsWith(META) && !name.equals(META + "MANIFEST.MF")) {
                    write(zip, name);
                }
            }
            for (String name : files.keySet()) {
                if (!name.startsWith(META)) {
                    write(zip, name);
                }
            }
        }
    }

    private void write(ZipOutputStream zip, String name) throws IOException {
        Source source = files.get(name);
        if (source != null) {
            zip.putNextEntry(new ZipEntry(name));
            try (InputStream in = source.open()) {
                in.transferTo(zip);
            }
            zip.closeEntry();
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JVM has it
        }
    }
}
