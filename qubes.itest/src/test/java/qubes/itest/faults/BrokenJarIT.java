package qubes.itest.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import qubes.itest.BuiltBundle;
import qubes.testkit.Await;
import qubes.testkit.exam.AdminClient;
import qubes.testkit.exam.PaxExam;
import qubes.testkit.exam.QubesExam;
import qubes.testkit.exam.QubesHome;

/** Files dropped into the plugins folder that cannot work: each is named, with the reason. */
@ExtendWith(PaxExam.class)
class BrokenJarIT {
    private QubesHome home;

    @Configuration
    static Option[] system() throws Exception {
        QubesHome home = QubesHome.create();
        Path offer = Files.createDirectory(home.path().resolve("offer"));
        greeter("newer")
                .with(
                        "Import-Package",
                        "qubes.core.vm;version='[2.0,3)',!org.jspecify.annotations,*")
                .in(offer);
        greeter("stranger").with("Import-Package", "acme.lib;version=1.2,*").in(offer);
        greeter("java99")
                .with("Require-Capability", "osgi.ee;filter:='(&(osgi.ee=JavaSE)(version=99))'")
                .in(offer);
        greeter("nothing").with("-dsannotations", "!*").in(offer);
        greeter("lost")
                .with("-dsannotations", "!*")
                .with("Service-Component", "OSGI-INF/lost.xml")
                .in(offer);
        offers("first").in(offer);
        offers("second").in(offer);
        clash("hiding", "HidingFactory").in(offer);
        clash("twice", "TwiceFactory").in(offer);
        BuiltBundle.named("leaver").with("Private-Package", "qubes.itest.leaver").in(offer);
        BuiltBundle.named("forgetful").with("Private-Package", "qubes.itest.forgetful").in(offer);
        byte[] whole = Files.readAllBytes(offer.resolve("first.jar"));
        Files.write(offer.resolve("half.jar"), Arrays.copyOf(whole, whole.length / 2));
        Files.writeString(offer.resolve("text.jar"), "hello");
        Files.createFile(offer.resolve("empty.jar"));
        manifest(offer.resolve("nameless.jar"), "Bundle-ManifestVersion: 2");
        manifest(
                offer.resolve("odd.jar"),
                "Bundle-ManifestVersion: 2\nBundle-SymbolicName: odd\nBundle-Version: one");
        manifest(
                offer.resolve("missing.jar"),
                "Bundle-ManifestVersion: 2\nBundle-SymbolicName: missing\nService-Component: OSGI-INF/a.xml",
                "OSGI-INF/a.xml",
                "<scr:component xmlns:scr='http://www.osgi.org/xmlns/scr/v1.3.0' name='a'><implementation class='acme.Missing'/></scr:component>");
        return options(QubesExam.options(home));
    }

    private static BuiltBundle greeter(String name) {
        return BuiltBundle.named(name).with("Private-Package", "qubes.itest.greeter");
    }

    /** One of each kind of what is offered under a name of its own. */
    private static BuiltBundle offers(String name) {
        return Faulty.named(name, Faulty.ALL)
                .with("Private-Package", "qubes.itest.greeter, qubes.itest.faulty");
    }

    private static BuiltBundle clash(String name, String component) {
        return BuiltBundle.named(name)
                .with("Private-Package", "qubes.itest.clash")
                .with("-dsannotations", "qubes.itest.clash." + component);
    }

    private static void manifest(Path file, String lines, String... more) throws IOException {
        try (OutputStream to = Files.newOutputStream(file);
                ZipOutputStream out = new ZipOutputStream(to)) {
            out.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
            out.write(("Manifest-Version: 1.0\n" + lines + "\n").getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < more.length; i += 2) {
                out.putNextEntry(new ZipEntry(more[i]));
                out.write(more[i + 1].getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    @BeforeEach
    void findSystem(BundleContext context) throws Exception {
        home = QubesHome.of(context);
        Await.until("the Admin API is served", () -> Files.exists(home.socket()));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "newer        | needs package qubes.core.vm 2.0 or later; this system has 1.",
                "stranger     | needs package acme.lib 1.2 or later; nothing in this system provides it",
                "java99       | needs Java 99; this system runs on Java ",
                "nothing      | adds nothing: its manifest has no Service-Component",
                "lost         | adds nothing: its manifest names OSGI-INF/lost.xml, which is not in the jar",
                "missing      | OSGI-INF/a.xml names class acme.Missing, which is not in the jar",
                "half.jar     | it is damaged, or was not copied in full",
                "text.jar     | it is no jar: it does not begin as a zip file does",
                "empty.jar    | it is empty",
                "nameless.jar | its manifest has no Bundle-SymbolicName, so it is no bundle",
                "odd.jar      | its Bundle-Version is none: 'one'",
                "hiding       | arrival of a klass in qubes.itest.clash.HidingFactory: java.lang.IllegalArgumentException: property label is declared already",
                "twice        | arrival of a klass in qubes.itest.clash.TwiceFactory: java.lang.IllegalArgumentException: property wish is declared already",
            })
    @DisplayName("a file that cannot work is told with its reason until it is gone:")
    void brokenFile(String name, String reason, BundleContext context) throws Exception {
        String file = name.endsWith(".jar") ? name : name + ".jar";
        drop(file);
        Await.until(name + " is told", () -> Shell.plugin(context, name).contains(reason));
        assertTrue(call("admin.vm.feature.Set+x", "dom0", "1").equals("0|"), "the rest works");
        Files.delete(home.plugins().resolve(file));
        Await.until(name + " is forgotten", () -> !Shell.plugin(context, name).contains(reason));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "klass GreeterVM",
        "driver faulty",
        "device class faulty",
        "method greeter.Greet",
        "method faulty.Call.*",
    })
    @DisplayName("who comes second with the same waits, and is told who serves:")
    void clash(String what, BundleContext context) throws Exception {
        drop("first.jar");
        Await.until(
                "the first serves", () -> !call("greeter.Greet", "dom0", "").contains("no such"));
        drop("second.jar");
        String reason = what + " waits: first provides it";
        Await.until("the second waits", () -> Shell.plugin(context, "second").contains(reason));
        assertEquals(
                "-", Shell.plugin(context, "first").replaceFirst(".* ", ""), "nothing is wrong");
        Files.delete(home.plugins().resolve("first.jar"));
        Await.until(
                "nobody waits any more", () -> !Shell.plugin(context, "second").contains("waits"));
        Files.delete(home.plugins().resolve("second.jar"));
        Await.until("the second is gone", () -> Shell.plugin(context, "second").isEmpty());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource("left 1 threads running when it stopped: leaver-thread")
    @DisplayName("threads that a bundle leaves behind are told:")
    void leftThreads(String reason, BundleContext context) throws Exception {
        drop("leaver.jar");
        Await.until(
                "it runs",
                () ->
                        Arrays.stream(context.getBundles())
                                .anyMatch(
                                        it ->
                                                "leaver".equals(it.getSymbolicName())
                                                        && it.getState() == it.ACTIVE
                                                        && it.getRegisteredServices() != null));
        Files.delete(home.plugins().resolve("leaver.jar"));
        Await.until("it is told", () -> Shell.plugin(context, "leaver").contains(reason));
    }

    @Test
    @DisplayName("listeners and handlers that a bundle leaves behind are closed, and told")
    void leftRegistrations(BundleContext context) throws Exception {
        String set = "admin.vm.feature.Set+forgotten";
        drop("forgetful.jar");
        Await.until("it refuses", () -> call(set, "dom0", "1").contains("refused, after "));
        Files.delete(home.plugins().resolve("forgetful.jar"));
        Await.until("it refuses no more", () -> call(set, "dom0", "1").equals("0|"));
        drop("forgetful.jar");
        Await.until("it refuses again", () -> call(set, "dom0", "1").contains("refused, after "));
        stop(context, "forgetful");
        assertEquals("0|", call(set, "dom0", "1"));
        String reason = "left 2 listeners or handlers when it stopped, which were closed";
        assertTrue(Shell.plugin(context, "forgetful").contains(reason));
        Files.delete(home.plugins().resolve("forgetful.jar"));
        Await.until("it is gone", () -> Shell.plugin(context, "forgetful").isEmpty());
    }

    private static void stop(BundleContext context, String name) throws Exception {
        for (Bundle bundle : context.getBundles()) {
            if (name.equals(bundle.getSymbolicName())) {
                bundle.stop();
            }
        }
    }

    private String call(String method, String destination, String payload) throws IOException {
        return new AdminClient(home.socket()).call(method, destination, payload);
    }

    /** As a package manager does: under its name the file is there as a whole. */
    private void drop(String name) throws IOException {
        Path copy =
                Files.copy(
                        home.path().resolve("offer").resolve(name),
                        home.path().resolve("cache").resolve(name),
                        StandardCopyOption.REPLACE_EXISTING);
        Files.move(copy, home.plugins().resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
}
