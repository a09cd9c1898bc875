package qubes.itest.product;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import qubes.testkit.exam.QubesHome;

/**
 * Equinox with the jars of the shipped set and a {@code config.ini} as in docs/deploy/equinox.md;
 * plugins are taken out of the watched folder and put back.
 */
final class EquinoxFramework implements Framework {
    private static final Path DIST = BuiltClone.workspace("qubes.dist/target/dist");
    private static final Path JAR =
            BuiltClone.workspace("qubes.karaf/target/runtimes/org.eclipse.osgi.jar");

    private final QubesHome home = QubesHome.create();
    private final Path configuration = home.path().resolve("equinox");
    private Program program;

    EquinoxFramework() throws IOException {
        Files.createDirectory(configuration);
        List<String> bundles = new ArrayList<>();
        try (Stream<Path> jars = Files.list(DIST.resolve("bundle"))) {
            for (Path jar : jars.filter(it -> it.toString().endsWith(".jar")).sorted().toList()) {
                String name = jar.getFileName().toString();
                if (name.matches("qubes\\.(vm|storage|hypervisor)\\..*")) {
                    Files.copy(jar, home.plugins().resolve(name));
                } else {
                    bundles.add("reference\\:file\\:" + jar + "@" + level(name) + "\\:start");
                }
            }
        }
        Path settings = home.path().resolve("etc");
        Files.write(
                configuration.resolve("config.ini"),
                List.of(
                        "osgi.bundles=" + String.join(",", bundles),
                        "osgi.startLevel=4",
                        "eclipse.ignoreApp=true",
                        "osgi.noShutdown=true",
                        "felix.fileinstall.dir=" + settings + "," + home.plugins(),
                        "felix.fileinstall.tmpdir=" + home.path().resolve("cache/fileinstall"),
                        "felix.fileinstall.noInitialDelay=true",
                        "felix.fileinstall.poll=500",
                        "felix.fileinstall.enableConfigSave=false",
                        "felix.fileinstall.start.level=1",
                        "felix.fileinstall.subdir.mode=skip",
                        "org.ops4j.pax.logging.DefaultServiceLog.level=WARN",
                        "org.ops4j.pax.logging.StaticLogbackFile="
                                + DIST.resolve("conf/logback.xml")));
    }

    /** Services, components, the core, what faces the outside. */
    private static int level(String name) {
        if (name.startsWith("org.apache.felix.scr-")) {
            return 2;
        }
        if (name.startsWith("qubes.core-")) {
            return 3;
        }
        return name.startsWith("qubes.") ? 4 : 1;
    }

    @Override
    public void start() throws IOException {
        List<String> command =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-Dqubes.home=" + home.path(),
                        "-jar",
                        JAR.toString(),
                        "-configuration",
                        configuration.toString());
        program = new Program(command, Map.of(), home.path().resolve("said"));
    }

    @Override
    public Path socket() {
        return home.socket();
    }

    @Override
    public void stop(String bundle) throws IOException {
        Path jar = jar(home.plugins(), bundle);
        Files.move(jar, home.path().resolve(jar.getFileName()));
    }

    @Override
    public void resume(String bundle) throws IOException {
        Path jar = jar(home.path(), bundle);
        Files.move(jar, home.plugins().resolve(jar.getFileName()));
    }

    private static Path jar(Path folder, String bundle) throws IOException {
        try (Stream<Path> jars = Files.list(folder)) {
            return jars.filter(it -> it.getFileName().toString().startsWith(bundle + "-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Override
    public void end() throws Exception {
        program.terminate();
    }

    @Override
    public String seen() {
        Path log = home.path().resolve("log/qubesd.log");
        try {
            return program.said() + (Files.exists(log) ? Files.readString(log) : "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        program.kill();
    }
}
