package qubes.itest.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qubes.testkit.Domains.create;
import static qubes.testkit.Domains.named;
import static qubes.testkit.Domains.value;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import org.osgi.framework.Bundle;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.Untrusted;
import qubes.core.error.PermissionDenied;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.error.QubesVMNotHaltedError;
import qubes.core.error.QubesValueError;
import qubes.core.hypervisor.Hypervisor;
import qubes.core.state.PoolRecord;
import qubes.core.vm.BaseVM;
import qubes.core.vm.GuestDatabase;
import qubes.core.vm.PreloadedGuest;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.testkit.Domains;
import qubes.testkit.QubesFixture;

/** The examples of {@code docs/extending}, each in the real core, as the page says. */
class ExtendingIT {
    private static final Path PAGES =
            Path.of(System.getProperty("qubes.root")).normalize().resolve("docs/extending");

    @TempDir private Path folder;

    /** What is tried with a page's bundle once it is installed. */
    private interface Trial {
        void run(QubesFixture system, Bundle example) throws Exception;
    }

    /** An example: its pages, the first of which names it, and what the page says of it. */
    private record Row(List<String> pages, Trial trial) {
        static Row of(Trial trial, String... pages) {
            return new Row(List.of(pages), trial);
        }

        ExampleProject project(Path folder) throws Exception {
            List<Page> read = new ArrayList<>();
            for (String page : pages) {
                read.add(Page.read(PAGES.resolve(page + ".md")));
            }
            return new ExampleProject(read, folder);
        }

        @Override
        public String toString() {
            return pages.get(0);
        }
    }

    static Stream<Row> examples() {
        return Stream.of(
                Row.of(ExtendingIT::domainClass, "domain-class"),
                Row.of(ExtendingIT::extension, "extension"),
                Row.of(ExtendingIT::capability, "capability"),
                Row.of(ExtendingIT::adminMethod, "admin-method"),
                Row.of(ExtendingIT::permissions, "permissions"),
                Row.of(ExtendingIT::listening, "listening"),
                Row.of(ExtendingIT::storageDriver, "storage-driver", "storage-volume"),
                Row.of(ExtendingIT::deviceClass, "device-class", "device-class-test"),
                Row.of(ExtendingIT::hypervisor, "hypervisor", "hypervisor-test"),
                Row.of(ExtendingIT::guestDatabase, "guest-database"),
                Row.of(ExtendingIT::disposables, "disposables"));
    }

    @ParameterizedTest
    @MethodSource("examples")
    @DisplayName("the page's example compiles, passes the page's test, and does what the page says")
    void exampleWorks(Row row) throws Exception {
        ExampleProject project = row.project(folder);
        Path jar = project.bundle();
        assertPasses(project.tests());
        try (QubesFixture system =
                QubesFixture.with("qubes.vm.standalonevm", "qubes.vm.templatevm")) {
            row.trial().run(system, system.felix().install(jar));
        }
    }

    @Test
    @DisplayName("no page with an example is left out")
    void everyPageIsTried() throws Exception {
        TreeSet<String> withExamples = new TreeSet<>();
        for (Page page : Page.below(PAGES)) {
            if (!page.examples().isEmpty()) {
                withExamples.add(page.file().getFileName().toString().replace(".md", ""));
            }
        }
        TreeSet<String> tried = new TreeSet<>();
        examples().forEach(row -> tried.addAll(row.pages()));
        assertEquals(withExamples, tried);
    }

    private static void assertPasses(TestExecutionSummary summary) {
        StringWriter failures = new StringWriter();
        summary.printFailuresTo(new PrintWriter(failures, true));
        assertEquals(0, summary.getTotalFailureCount(), failures::toString);
        assertTrue(summary.getTestsSucceededCount() > 0, "the page's test has no tests");
        assertEquals(summary.getTestsFoundCount(), summary.getTestsSucceededCount());
    }

    private static void domainClass(QubesFixture system, Bundle example) throws Exception {
        Qubes qubes = system.qubes();
        QubesVM lobby = (QubesVM) create(qubes, "KioskVM", "lobby", "label=blue", "kernel=");
        assertEquals("https://www.qubes-os.org/", value(lobby, "page"));
        assertThrows(
                QubesPropertyValueError.class,
                () -> Domains.set(lobby, "page=http://example.org/"));
        Domains.set(lobby, "page=https://example.org/");
        lobby.start();
        assertThrows(
                QubesVMNotHaltedError.class, () -> Domains.set(lobby, "page=https://other.org/"));
        example.stop();
        assertFalse(named(qubes, "lobby").available());
        example.start();
        assertEquals("https://example.org/", value(named(qubes, "lobby"), "page"));
    }

    private static void extension(QubesFixture system, Bundle example) throws Exception {
        BaseVM work = create(system.qubes(), "StandaloneVM", "work", "label=green");
        work.set(QubesVM.AUTOSTART, true);
        work.set(BaseVM.LABEL, "red");
        assertFalse(work.get(QubesVM.AUTOSTART));
        assertThrows(QubesValueError.class, () -> work.set(QubesVM.AUTOSTART, true));
        example.stop();
        work.set(QubesVM.AUTOSTART, true);
        example.start();
        assertFalse(work.get(QubesVM.AUTOSTART), "what changed meanwhile is put right");
    }

    private static void capability(QubesFixture system, Bundle example) {
        BaseVM archive = create(system.qubes(), "ArchiveVM", "archive");
        assertTrue(archive.isA("RetentionMixin"));
        assertEquals("7", value(archive, "keep_days"));
        system.qubes().admin().features().set("keep-days", "30");
        assertEquals("30", value(archive, "keep_days"));
        archive.features().set("legal-hold", "1");
        assertThrows(QubesValueError.class, () -> archive.features().remove("legal-hold"));
    }

    private static void adminMethod(QubesFixture system, Bundle example) {
        create(system.qubes(), "StandaloneVM", "work").tags().add("mine");
        BaseVM admin = system.qubes().admin();
        AdminMethod method = system.felix().service(AdminMethod.class, "(name=acme.domain.Tagged)");
        assertEquals("work\n", method.call(call("acme.domain.Tagged", "mine", admin)).text());
    }

    private static void permissions(QubesFixture system, Bundle example) throws Exception {
        BaseVM precious = create(system.qubes(), "StandaloneVM", "vault");
        precious.tags().add("precious");
        AdminCall kill = call("admin.vm.Kill", "", precious);
        assertThrows(PermissionDenied.class, kill::permit);
        example.stop();
        kill.permit();
    }

    private static void listening(QubesFixture system, Bundle example) throws Exception {
        AdminMethod method = system.felix().service(AdminMethod.class, "(name=acme.guest.Events)");
        AdminCall call = call("acme.guest.Events", "", system.qubes().admin());
        HeardBySink sink = new HeardBySink();
        try (AutoCloseable open = method.call(call).stream().orElseThrow().open(sink)) {
            ((QubesVM) create(system.qubes(), "StandaloneVM", "work", "kernel=")).start();
            sink.await("domain-start");
        }
        assertEquals(List.of("domain-start"), sink.heard());
    }

    private static void storageDriver(QubesFixture system, Bundle example) throws Exception {
        Path shelf = Files.createDirectory(system.home().resolve("shelf"));
        Files.writeString(shelf.resolve("debian.iso"), "an image");
        Qubes qubes = system.qubes();
        qubes.pools()
                .add(
                        new PoolRecord(
                                Map.of(
                                        "name", "images",
                                        "driver", "iso-library",
                                        "dir_path", shelf.toString())));
        assertEquals(List.of("debian.iso"), qubes.pools().open("images").list());
        example.stop();
        assertTrue(qubes.pools().find("images").isPresent());
        assertThrows(RuntimeException.class, () -> qubes.pools().open("images"));
        example.start();
        assertEquals(List.of("debian.iso"), qubes.pools().open("images").list());
    }

    private static void deviceClass(QubesFixture system, Bundle example) throws Exception {
        Qubes qubes = system.qubes();
        assertTrue(qubes.deviceClasses().names().contains("input"));
        assertEquals(List.of(), qubes.deviceClasses().get("input").attached(qubes.admin()));
        example.stop();
        assertFalse(qubes.deviceClasses().names().contains("input"));
    }

    private static void hypervisor(QubesFixture system, Bundle example) {
        system.hypervisorPresent(false);
        assertEquals("rehearsal", system.qubes().hypervisor().kind());
        QubesVM work = (QubesVM) create(system.qubes(), "StandaloneVM", "work", "kernel=");
        work.start();
        Hypervisor rehearsal = system.felix().service(Hypervisor.class);
        assertTrue(rehearsal.state(work.uuid()).active());
        work.kill();
        assertTrue(work.isHalted());
    }

    private static void guestDatabase(QubesFixture system, Bundle example) {
        GuestDatabase database = system.felix().service(GuestDatabase.class);
        assertEquals(Optional.empty(), database.read(system.qubes().admin(), "/none"));
    }

    private static void disposables(QubesFixture system, Bundle example) {
        system.felix().service(PreloadedGuest.class, "(service.ranking=1)");
    }

    private static AdminCall call(String method, String argument, BaseVM destination) {
        byte[] bytes = argument.getBytes(StandardCharsets.US_ASCII);
        return new AdminCall(
                method,
                "",
                destination.qubes().admin(),
                destination,
                Untrusted.copyOf(bytes, 0, bytes.length),
                Untrusted.EMPTY);
    }
}
