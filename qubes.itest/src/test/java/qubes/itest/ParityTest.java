package qubes.itest;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The table of features, held against the tests that it names. */
class ParityTest {
    private static final Pattern ROW =
            Pattern.compile(
                    "\\| ([A-Z]\\d{3}) \\| (.*) \\| (yes|partial|no|n\\.a\\.) \\| ?(.*) ?\\|");
    private static final Pattern NAMED =
            Pattern.compile("`([A-Z]\\w*(?:Test|IT)|first-hour|strangers)`");
    private static final Pattern COUNTS =
            Pattern.compile(
                    "Of (\\d+) rows: (\\d+) yes, (\\d+) partial, (\\d+) no, (\\d+) n\\.a\\.");

    private static String text = "";
    private static List<Feature> features = List.of();
    private static Set<String> tests = Set.of();

    private record Feature(String id, String status, String shownBy) {
        List<String> tests() {
            return NAMED.matcher(shownBy).results().map(named -> named.group(1)).toList();
        }
    }

    @BeforeAll
    static void read() throws IOException {
        text = Files.readString(Modules.root().resolve("docs/parity.md"));
        features =
                ROW.matcher(text)
                        .results()
                        .map(row -> new Feature(row.group(1), row.group(3), row.group(4)))
                        .toList();
        tests = testClasses();
        tests.addAll(List.of("first-hour", "strangers"));
    }

    private static Set<String> testClasses() throws IOException {
        Set<String> names = new HashSet<>();
        try (Stream<Path> modules = Files.list(Modules.root())) {
            for (Path sources : modules.map(m -> m.resolve("src/test/java")).toList()) {
                if (Files.isDirectory(sources)) {
                    try (Stream<Path> files = Files.walk(sources)) {
                        files.map(file -> file.getFileName().toString())
                                .filter(file -> file.endsWith(".java"))
                                .forEach(file -> names.add(file.replace(".java", "")));
                    }
                }
            }
        }
        return names;
    }

    @Test
    @DisplayName("every row has an ID of its own and a status that is one of the four")
    void rowsAreWellFormed() {
        List<String> wrong = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        text.lines()
                .filter(line -> line.matches("\\| [A-Z]\\d+ .*"))
                .filter(line -> !ROW.matcher(line).matches())
                .forEach(wrong::add);
        features.stream().map(Feature::id).filter(id -> !ids.add(id)).forEach(wrong::add);
        assertEquals(List.of(), wrong);
    }

    @Test
    @DisplayName("a yes names the test that shows it")
    void everyYesNamesATest() {
        assertEquals(
                List.of(),
                features.stream()
                        .filter(f -> f.status().equals("yes") && f.tests().isEmpty())
                        .toList());
    }

    @Test
    @DisplayName("every test that is named is there")
    void namedTestsAreThere() {
        assertEquals(
                List.of(),
                features.stream()
                        .flatMap(
                                f ->
                                        f.tests().stream()
                                                .filter(t -> !tests.contains(t))
                                                .map(t -> f.id() + ": " + t))
                        .toList());
    }

    @Test
    @DisplayName("the counts above the table are those of the table")
    void countsAreTrue() {
        Map<String, Long> counted =
                features.stream().collect(groupingBy(Feature::status, counting()));
        Matcher said = COUNTS.matcher(text);
        assertTrue(said.find(), "no line of counts");
        assertEquals(
                List.of(
                        (long) features.size(),
                        counted.getOrDefault("yes", 0L),
                        counted.getOrDefault("partial", 0L),
                        counted.getOrDefault("no", 0L),
                        counted.getOrDefault("n.a.", 0L)),
                Stream.of(1, 2, 3, 4, 5).map(said::group).map(Long::valueOf).toList());
    }
}
