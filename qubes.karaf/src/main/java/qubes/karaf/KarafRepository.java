package qubes.karaf;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes the features repository, a folder that is laid out as a Maven repository and holds all
 * that Karaf does not bring, and the same as one archive (KAR) for Karaf's folder {@code deploy}.
 */
public final class KarafRepository {
    private static final String NAME = "qubes.karaf";
    private static final String MANIFEST = "META-INF/MANIFEST.MF";

    private final String version;
    private final Path target;

    private KarafRepository(String version, Path target) {
        this.version = version;
        this.target = target;
    }

    /**
     * Writes {@code features.xml}, {@code repository} and {@code qubesd.kar}.
     *
     * @param arguments our version; Karaf's; the folder of the shipped set; a folder with all jars
     *     that it came from, laid out as a Maven repository; a folder with Karaf's features files
     *     and the jars of its feature {@code scr}; the folder to write to
     */
    public static void main(String[] arguments) throws IOException {
        String version = arguments[0];
        String karafVersion = arguments[1];
        Path karaf = Path.of(arguments[4]);
        KarafOwn own =
                KarafOwn.read(
                        karaf.resolve("framework-" + karafVersion + "-features.xml"),
                        karaf.resolve("standard-" + karafVersion + "-features.xml"));
        List<SetBundle> set = set(Path.of(arguments[2]), Path.of(arguments[3]));
        Features features = new Features(version, set, own);
        new KarafRepository(version, Path.of(arguments[5])).write(features, own, karaf);
    }

    /** The bundles of the set, each with the coordinates of the jar that it is a copy of. */
    private static List<SetBundle> set(Path set, Path origins) throws IOException {
        Map<String, Path> byName;
        try (Stream<Path> files = Files.walk(origins)) {
            byName =
                    files.filter(file -> file.toString().endsWith(".jar"))
                            .collect(
                                    Collectors.toMap(
                                            file -> String.valueOf(file.getFileName()),
                                            origins::relativize,
                                            (one, same) -> one));
        }
        List<SetBundle> bundles = new ArrayList<>();
        try (Stream<Path> jars = Files.list(set)) {
            for (Path jar : jars.filter(it -> it.toString().endsWith(".jar")).toList()) {
                Path origin = byName.get(String.valueOf(jar.getFileName()));
                if (origin == null) {
                    throw new IOException("No dependency of qubes.dist is called " + jar);
                }
                bundles.add(SetBundle.read(Artifact.at(origin), jar));
            }
        }
        return bundles;
    }

    private void write(Features features, KarafOwn own, Path karaf) throws IOException {
        Map<String, Path> files = new TreeMap<>();
        Path xml = Files.writeString(target.resolve("features.xml"), features.xml());
        files.put(
                "org/qubes/%s/%s/%s-%s-features.xml".formatted(NAME, version, NAME, version), xml);
        for (SetBundle bundle : features.bundles()) {
            files.put(bundle.artifact().path(), bundle.file());
        }
        for (Artifact artifact : own.components()) {
            Path jar = karaf.resolve(artifact.file());
            if (!Files.exists(jar)) {
                throw new IOException(
                        "Karaf's feature scr has " + artifact.url() + ": add it to pom.xml");
            }
            files.put(artifact.path(), jar);
        }
        Path repository = target.resolve("repository");
        clear(repository);
        for (Map.Entry<String, Path> file : files.entrySet()) {
            Path to = repository.resolve(file.getKey());
            Files.createDirectories(to.getParent());
            Files.copy(file.getValue(), to);
        }
        archive(files);
    }

    /** So that nothing of a former build stays. */
    private static void clear(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void archive(Map<String, Path> files) throws IOException {
        try (OutputStream out = Files.newOutputStream(target.resolve("qubesd.kar"));
                ZipOutputStream archive = new ZipOutputStream(out)) {
            archive.putNextEntry(entry(MANIFEST));
            archive.write("Manifest-Version: 1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            for (Map.Entry<String, Path> file : files.entrySet()) {
                archive.putNextEntry(entry("repository/" + file.getKey()));
                Files.copy(file.getValue(), archive);
            }
        }
    }

    /** With a fixed time, so that two builds give the same bytes. */
    private static ZipEntry entry(String name) {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(LocalDateTime.of(2026, 1, 1, 0, 0));
        return entry;
    }
}
