package qubes.itest.product;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The features repository for Karaf, held against the resolved set that ships. */
class FeaturesRepositoryIT {
    private static final Path SET = BuiltClone.workspace("qubes.dist/target/export/qubes");
    private static final Path TARGET = BuiltClone.workspace("qubes.karaf/target");
    private static final Path REPOSITORY = TARGET.resolve("repository");

    /** Of the set, what Karaf has itself; of Gogo, in its shell. */
    private static final Set<String> OWN =
            Set.of(
                    "org.apache.felix.configadmin",
                    "org.apache.felix.fileinstall",
                    "org.apache.felix.gogo.command",
                    "org.apache.felix.gogo.runtime",
                    "org.apache.felix.metatype",
                    "org.apache.felix.scr",
                    "org.osgi.service.component",
                    "org.osgi.util.function",
                    "org.osgi.util.promise",
                    "pax-logging-api",
                    "pax-logging-logback");

    /** What only Karaf's own feature of components has, which its archive lacks. */
    private static final Set<String> COMPONENTS =
            Set.of(
                    "org.apache.felix.inventory",
                    "org.apache.felix.scr",
                    "org.apache.felix.webconsole.plugins.ds",
                    "org.apache.karaf.scr.management",
                    "org.apache.karaf.scr.state",
                    "org.osgi.service.component",
                    "org.osgi.util.function",
                    "org.osgi.util.promise");

    /** An artifact that is named in the features file, as it lies in a repository. */
    private record Bundle(String group, String name, String version) {
        String file() {
            return name + "-" + version + ".jar";
        }

        String path() {
            return group.replace('.', '/') + "/" + name + "/" + version + "/" + file();
        }
    }

    @Test
    @DisplayName("it has all bundles of the set but those that Karaf has itself, and no other")
    void hasTheSet() throws IOException {
        Set<String> set = new TreeSet<>();
        for (Path jar : jars(SET)) {
            String file = jar.getFileName().toString();
            if (!OWN.contains(name(file))) {
                set.add(file);
            }
        }
        assertEquals(set, sorted(bundles().stream().map(Bundle::file)));
    }

    @Test
    @DisplayName("its jars are those of the set, byte by byte")
    void hasTheSameJars() throws IOException {
        assertAll(
                bundles().stream()
                        .map(
                                it ->
                                        () ->
                                                assertEquals(
                                                        -1,
                                                        Files.mismatch(
                                                                SET.resolve(it.file()),
                                                                REPOSITORY.resolve(it.path())),
                                                        it::path)));
    }

    @Test
    @DisplayName("the feature qubesd has each bundle of ours that runs in a process not its own")
    void allHasEachOfOurs() throws IOException {
        Set<String> ours = new TreeSet<>();
        for (Path jar : jars(SET)) {
            String name = name(jar.getFileName().toString());
            if (name.startsWith("qubes.")) {
                ours.add(name.equals("qubes.core") ? "qubesd-core" : name);
            }
        }
        ours.remove("qubes.daemon");
        String xml = xml();
        String all = xml.substring(xml.indexOf("<feature name=\"qubesd\""));
        assertEquals(ours, sorted(found("<feature>([^<]+)</feature>", all).map(it -> it.group(1))));
    }

    @Test
    @DisplayName(
            "the folder and the archive hold what the features name, Karaf's components, and no more")
    void holdsNoMore() throws IOException {
        Set<String> files = new TreeSet<>();
        for (Path file : jars(REPOSITORY)) {
            if (!COMPONENTS.contains(name(file.getFileName().toString()))) {
                files.add(REPOSITORY.relativize(file).toString());
            }
        }
        assertEquals(sorted(bundles().stream().map(Bundle::path)), files);

        Set<String> archived;
        try (ZipFile archive = new ZipFile(TARGET.resolve("qubesd.kar").toFile())) {
            archived =
                    sorted(
                            archive.stream()
                                    .map(ZipEntry::getName)
                                    .filter(it -> it.endsWith(".jar"))
                                    .map(it -> it.replaceFirst("^repository/", "")));
        }
        Set<String> all =
                sorted(jars(REPOSITORY).stream().map(it -> REPOSITORY.relativize(it).toString()));
        assertEquals(all, archived);
    }

    private static Set<Bundle> bundles() throws IOException {
        return found("<bundle[^>]*>mvn:([^/]+)/([^/]+)/([^<]+)</bundle>", xml())
                .map(it -> new Bundle(it.group(1), it.group(2), it.group(3)))
                .collect(Collectors.toSet());
    }

    private static String xml() throws IOException {
        return Files.readString(TARGET.resolve("features.xml"));
    }

    private static Stream<MatchResult> found(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results();
    }

    private static List<Path> jars(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(it -> it.toString().endsWith(".jar")).toList();
        }
    }

    /** Of a file NAME-VERSION.jar. */
    private static String name(String file) {
        return file.replaceFirst("-\\d.*", "");
    }

    private static Set<String> sorted(Stream<String> names) {
        return names.collect(Collectors.toCollection(TreeSet::new));
    }
}
