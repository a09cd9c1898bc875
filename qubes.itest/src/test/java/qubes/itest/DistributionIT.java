package qubes.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import qubes.testkit.Await;
import qubes.testkit.exam.AdminClient;
import qubes.testkit.exam.QubesHome;

/**
 * The distribution as a process of its own, on every JVM that is here: the build's, and newer ones.
 */
class DistributionIT {
    private static final Path DIST =
            Path.of(System.getProperty("qubes.root"), "qubes.dist", "target", "dist").normalize();

    private static final long PATIENCE_SECONDS = 30;

    /**
     * This JVM's home, and those of JDK 25 where the packages of Debian and of Adoptium put them.
     */
    static Stream<Path> jvms() throws IOException {
        List<Path> jvms = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"))));
        Path installed = Path.of("/usr/lib/jvm");
        if (Files.isDirectory(installed)) {
            try (Stream<Path> found = Files.list(installed)) {
                found.filter(jvm -> jvm.getFileName().toString().matches("(temurin|java)-25.*"))
                        .filter(jvm -> Files.isExecutable(java(jvm)))
                        .sorted()
                        .forEach(jvms::add);
            }
        }
        return jvms.stream();
    }

    @ParameterizedTest
    @MethodSource("jvms")
    @DisplayName(
            "it says when it is ready, answers, names a plugin that it cannot use, and ends when told, without an error")
    void startsAnswersAndEnds(Path jvm) throws Exception {
        QubesHome home = QubesHome.create();
        AdminClient socket = new AdminClient(home.socket());
        Path output = home.path().resolve("output");
        Process process =
                new ProcessBuilder(command(jvm, home.path()))
                        .redirectErrorStream(true)
                        .redirectOutput(Redirect.to(output.toFile()))
                        .start();
        try {
            Await.until("it is ready", () -> !process.isAlive() || read(output).contains("ready"));
            assertTrue(process.isAlive(), () -> "It ended: " + read(output));
            assertTrue(socket.call("admin.vm.List", "dom0").startsWith("0|dom0 class=AdminVM "));
            assertEquals(
                    "0|AdminVM\nAppVM\nDispVM\nNetVM\nRemoteVM\nStandaloneVM\nTemplateVM\n",
                    socket.call("admin.vmclass.List", "dom0"));
            assertEquals(
                    "0|",
                    socket.call("admin.vm.Create.StandaloneVM", "dom0", "name=work label=red"));

            Path jar =
                    BuiltBundle.named("needy")
                            .with("Import-Package", "nobody.exports.me")
                            .in(home.path().resolve("cache"));
            Files.move(jar, home.plugins().resolve("needy.jar"));
            Path log = home.path().resolve("log").resolve("qubesd.log");
            Await.until("the log names it", () -> read(log).contains("nobody.exports.me"));
        } finally {
            process.destroy();
            assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "it does not end");
        }
        assertTrue(read(home.store()).contains(">work<"));
        assertFalse(Files.exists(home.socket()));
        assertEquals("", read(output).replaceAll("qubesd: .*\\n", ""));
    }

    private static List<String> command(Path jvm, Path home) throws IOException {
        List<String> command = new ArrayList<>(List.of(java(jvm).toString()));
        if (Files.readString(jvm.resolve("release")).contains("JAVA_VERSION=\"25")) {
            command.add("--enable-native-access=ALL-UNNAMED");
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.addAll(
                List.of(
                        "-Xmx160m",
                        "-Dqubes.dist=" + DIST,
                        "-Dqubes.home=" + home,
                        "-jar",
                        DIST.resolve("bin").resolve("felix.jar").toString()));
        return command;
    }

    private static Path java(Path jvm) {
        return jvm.resolve("bin").resolve("java");
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            return e.toString();
        }
    }
}
