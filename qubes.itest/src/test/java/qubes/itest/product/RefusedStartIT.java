package qubes.itest.product;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a daemon cannot work with: it says so in one line, ends, and leaves everything as it was.
 */
class RefusedStartIT {
    private static final int TEN_MEGABYTES = 10 << 20;

    private static BuiltClone clone;

    /** One home for all: that a start failed must not harm the next. */
    private static Path home;

    @BeforeAll
    static void makeClone() throws IOException {
        clone = BuiltClone.make();
        home = clone.room().resolve("home");
    }

    @AfterAll
    static void removeClone() throws IOException {
        clone.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badStores")
    @DisplayName("a store that cannot be read is named with what is wrong, and not touched")
    void refusesBadStore(String what, String text, String complaint) throws Exception {
        Path folder = Files.createDirectory(clone.room().resolve(what.replace(' ', '-')));
        Path store = folder.resolve("qubes.xml");
        byte[] bytes = text.getBytes(UTF_8);
        Files.write(store, bytes);
        String line = refused(clone.start(BuiltClone.options(home, store)));
        assertTrue(line.startsWith("qubesd: qubes.xml"), line);
        assertTrue(line.contains(complaint), line);
        assertArrayEquals(bytes, Files.readAllBytes(store));
        assertEquals(Set.of("qubes.xml"), names(folder));
        assertFalse(Files.exists(home.resolve("run/qubesd.sock")));
    }

    static Stream<Arguments> badStores() {
        String whole = Texts.store(Texts.domain(1, "AppVM", "work", ""));
        String big = "x".repeat(TEN_MEGABYTES);
        return Stream.of(
                arguments("empty", "", "EOF"),
                arguments("no XML", "hello", "'h'"),
                arguments("zeros", "\0".repeat(4096), "NULL"),
                arguments("cut in a tag", whole.substring(0, 120), "line 4"),
                arguments(
                        "entity",
                        "<!DOCTYPE qubes [<!ENTITY a \"b\">]><qubes>&a;</qubes>",
                        "document type declaration"),
                arguments("entities of entities", laughs(), "document type declaration"),
                arguments(
                        "file as entity",
                        "<!DOCTYPE qubes [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><qubes>&a;</qubes>",
                        "document type declaration"),
                arguments(
                        "attribute of ten megabytes",
                        Texts.storeWith("<pools><pool name=\"" + big + "\" driver=\"d\"/></pools>"),
                        "ttribute"),
                arguments(
                        "text of ten megabytes",
                        Texts.storeWith(
                                "<properties>" + Texts.property("a", big) + "</properties>"),
                        "ext"),
                arguments(
                        "hundred megabytes of nothing",
                        Texts.storeWith(" ".repeat(10 * TEN_MEGABYTES)),
                        "size limit"),
                arguments(
                        "deep nesting",
                        "<qubes>" + "<a>".repeat(100_000) + "</a>".repeat(100_000) + "</qubes>",
                        "epth"),
                arguments(
                        "name of two lines",
                        Texts.store(Texts.domain(1, "AppVM", "a\nb class=AppVM", "")),
                        "the name of a domain is one word without slashes, not 'a\\nb class=AppVM'"),
                arguments(
                        "same qid twice",
                        Texts.store(
                                Texts.domain(1, "AppVM", "work", ""),
                                Texts.domain(1, "AppVM", "home", 2, "")),
                        "'work' and 'home' have the same qid, 1"),
                arguments(
                        "same name twice",
                        Texts.store(
                                Texts.domain(1, "AppVM", "work", ""),
                                Texts.domain(2, "AppVM", "work", "")),
                        "two domains are named 'work'"),
                arguments(
                        "same uuid twice",
                        Texts.store(
                                Texts.domain(1, "AppVM", "work", ""),
                                Texts.domain(2, "AppVM", "home", 1, "")),
                        "'work' and 'home' have the same uuid"));
    }

    @Test
    @DisplayName("a store that is not there is not made where one was named")
    void refusesAbsentStore() throws Exception {
        Path store = clone.room().resolve("nowhere.xml");
        String line = refused(clone.start(BuiltClone.options(home, store)));
        assertTrue(line.startsWith("qubesd: nowhere.xml is not there"), line);
        assertFalse(Files.exists(store));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--bogus",
                "extra",
                "--store",
                "--store=x",
                "--profile nothing",
                "--home",
                "--hypervisor",
                "--socket-dir",
            })
    @DisplayName("wrong flags are told in one line, exit code 2")
    void refusesWrongFlags(String flags) throws Exception {
        Product product = clone.start(List.of(flags.split(" ")));
        assertEquals(2, product.awaitEnd());
        assertEquals(List.of(), product.output());
        assertEquals(1, product.errors().size(), product::toString);
        assertTrue(product.errors().get(0).endsWith("(see ./qubesd --help)"), product::toString);
        assertFalse(Files.exists(clone.folder().resolve("run")));
    }

    /** It ends with exit code 1 and one line on standard error, which this returns. */
    private static String refused(Product product) throws Exception {
        assertEquals(1, product.awaitEnd(), product::toString);
        assertEquals(1, product.errors().size(), product::toString);
        return product.errors().get(0);
    }

    private static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            Set<String> names = new TreeSet<>();
            files.forEach(file -> names.add(file.getFileName().toString()));
            return names;
        }
    }

    private static String laughs() {
        StringBuilder text = new StringBuilder("<!DOCTYPE qubes [<!ENTITY a \"ha\">");
        for (char name = 'b'; name <= 'j'; name++) {
            String former = "&" + (char) (name - 1) + ";";
            text.append("<!ENTITY ").append(name).append(" \"").append(former.repeat(10));
            text.append("\">");
        }
        return text.append("]><qubes>&j;</qubes>").toString();
    }
}
