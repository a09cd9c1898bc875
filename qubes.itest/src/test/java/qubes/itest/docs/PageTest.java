package qubes.itest.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** All pages of the workspace, and how they are read. */
class PageTest {
    private static final Path ROOT = Path.of(System.getProperty("qubes.root")).normalize();

    @TempDir private Path folder;

    static Stream<Page> pages() throws Exception {
        return Page.below(ROOT).stream();
    }

    static Stream<Path> extendingPages() throws Exception {
        return Files.list(ROOT.resolve("docs/extending")).sorted();
    }

    @Test
    @DisplayName("the pages of the workspace are found")
    void findsPages() throws Exception {
        List<String> names = pages().map(page -> ROOT.relativize(page.file()).toString()).toList();
        assertTrue(
                names.containsAll(
                        List.of("README.md", "docs/architecture.md", "docs/extending/README.md")),
                names::toString);
        assertFalse(names.stream().anyMatch(name -> name.contains("target/")), names::toString);
    }

    @ParameterizedTest
    @MethodSource("pages")
    @DisplayName("every link leads to a file, and to a heading that is there")
    void linksLeadSomewhere(Page page) throws Exception {
        List<String> broken = new ArrayList<>();
        for (Page.Link link : page.links()) {
            page.broken(link).ifPresent(broken::add);
        }
        assertEquals(List.of(), broken);
    }

    @ParameterizedTest
    @MethodSource("extendingPages")
    @DisplayName("every page on extending is short, and reached from the map")
    void pageIsOnTheMap(Path file) throws Exception {
        Page map = Page.read(ROOT.resolve("docs/extending/README.md"));
        String name = file.getFileName().toString();
        assertTrue(
                name.equals("README.md")
                        || map.links().stream().anyMatch(link -> link.target().startsWith(name)),
                () -> "the map does not lead to " + name);
        assertTrue(Files.readAllLines(file).size() <= 230, () -> name + " is long");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "[a](page.md#what-it-is), leads",
        "[a](page.md), leads",
        "[a](#a-heading-with-code), leads",
        "[a](https://example.org/), leads",
        "`[a](nowhere.md)`, leads",
        "[a](nowhere.md), there is no nowhere.md",
        "[a](page.md#nothing), no heading of page.md is #nothing",
    })
    @DisplayName("a link that leads nowhere is named with page and line")
    void namesBrokenLink(String text, String says) throws Exception {
        Files.writeString(folder.resolve("page.md"), "# What it is\n");
        Path file = Files.writeString(folder.resolve("a.md"), "# A heading, with `code`\n" + text);
        Page page = Page.read(file);
        List<String> broken = new ArrayList<>();
        for (Page.Link link : page.links()) {
            page.broken(link).ifPresent(broken::add);
        }
        assertEquals(says.equals("leads") ? List.of() : List.of(file + ":2: " + says), broken);
    }

    @Test
    @DisplayName("headings of one name are told apart, and code has none")
    void readsAnchors() {
        Page page = new Page(folder, List.of("# One", "## One", "```sh", "# two", "```"));
        assertEquals(Set.of("one", "one-1"), page.anchors());
    }

    @Test
    @DisplayName("a block is an example if its first line names its file")
    void findsExamples() {
        Page page =
                new Page(
                        folder,
                        List.of(
                                "```java",
                                "int i;",
                                "```",
                                "",
                                "```java",
                                "// src/main/java/A.java",
                                "class A {}",
                                "```"));
        assertEquals(
                List.of(
                        new Page.Example(
                                folder,
                                6,
                                "src/main/java/A.java",
                                "// src/main/java/A.java\nclass A {}\n")),
                page.examples());
    }

    @Test
    @DisplayName("an example that does not compile fails with its page and line")
    void namesBrokenExample() throws Exception {
        Path file =
                Files.writeString(
                        folder.resolve("broken.md"),
                        "# Broken\n\n```java\n// src/main/java/a/A.java\npackage a;\n\nclass A extends B {}\n```\n");
        AssertionError error =
                assertThrows(
                        AssertionError.class,
                        () -> new ExampleProject(List.of(Page.read(file)), folder).bundle());
        assertTrue(
                error.getMessage().contains("broken.md:7: cannot find symbol"), error.getMessage());
    }
}
