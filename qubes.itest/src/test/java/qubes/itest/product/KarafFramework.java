package qubes.itest.product;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * Karaf as it is released, with the features repository of this build and no other repository
 * beside its own; told by its own client what to do, as in docs/deploy/karaf.md.
 */
final class KarafFramework implements Framework {
    private static final Path ARCHIVE =
            BuiltClone.workspace("qubes.karaf/target/runtimes/apache-karaf.tar.gz");
    private static final Path REPOSITORY = BuiltClone.workspace("qubes.karaf/target/repository");
    private static final String USER = "tester";

    private final Path folder;
    private final int port;
    private Program program;
    private boolean installed;

    KarafFramework() throws IOException {
        folder = Files.createTempDirectory("qkaraf");
        Ran unpacked =
                Ran.of(
                        Path.of("/bin/tar"),
                        "xzf",
                        ARCHIVE.toString(),
                        "-C",
                        folder.toString(),
                        "--strip-components=1");
        if (unpacked.code() != 0) {
            throw new IOException(unpacked.toString());
        }
        port = freePort();
        Path etc = folder.resolve("etc");
        Files.writeString(
                etc.resolve("users.properties"),
                USER + " = secret,_g_:admingroup\n_g_\\:admingroup = group,admin,manager,ssh\n",
                StandardOpenOption.APPEND);
        set(etc.resolve("org.apache.karaf.shell.cfg"), "sshPort", "" + port);
        set(etc.resolve("org.apache.karaf.shell.cfg"), "sshHost", "127.0.0.1");
        set(etc.resolve("org.apache.karaf.management.cfg"), "rmiRegistryPort", "" + freePort());
        set(etc.resolve("org.apache.karaf.management.cfg"), "rmiServerPort", "" + freePort());
        Path maven = etc.resolve("org.ops4j.pax.url.mvn.cfg");
        set(maven, "org.ops4j.pax.url.mvn.repositories", "");
        set(
                maven,
                "org.ops4j.pax.url.mvn.defaultRepositories",
                "${karaf.home.uri}system@id=system@snapshots,"
                        + REPOSITORY.toUri()
                        + "@id=qubes@snapshots");
        Files.writeString(
                etc.resolve("qubes.hypervisor.libvirt.cfg"), "uri=" + BuiltClone.NO_GUESTS + "\n");
    }

    private static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0)) {
            return any.getLocalPort();
        }
    }

    private static void set(Path file, String key, String value) throws IOException {
        Properties settings = new Properties();
        try (var in = Files.newBufferedReader(file)) {
            settings.load(in);
        }
        settings.setProperty(key, value);
        try (var out = Files.newBufferedWriter(file)) {
            settings.store(out, null);
        }
    }

    @Override
    public void start() throws Exception {
        program = run("karaf", "server");
        if (!installed) {
            client(
                    "feature:repo-add mvn:org.qubes/qubes.karaf/%s/xml/features; feature:install qubesd"
                            .formatted(version()));
            installed = true;
        }
    }

    /** That of the one release of ours in the repository. */
    private static String version() throws IOException {
        try (var versions = Files.list(REPOSITORY.resolve("org/qubes/qubes.karaf"))) {
            return versions.findFirst().orElseThrow().getFileName().toString();
        }
    }

    /**
     * Has Karaf's client give commands, once Karaf listens; it may do so before it knows its users.
     */
    private void client(String command) throws Exception {
        Await.until("Karaf listens", this::listens, this::seen);
        Await.until(
                command,
                () -> {
                    Program client =
                            run(
                                    "client",
                                    "-h",
                                    "127.0.0.1",
                                    "-a",
                                    "" + port,
                                    "-u",
                                    USER,
                                    "-p",
                                    "secret",
                                    command);
                    return client.await() == 0 && !client.said().contains("Error");
                },
                this::seen);
    }

    private boolean listens() {
        try (Socket connection = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return connection.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private Program run(String script, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(folder.resolve("bin").resolve(script).toString());
        command.addAll(List.of(arguments));
        return new Program(
                command,
                Map.of("JAVA_HOME", System.getProperty("java.home")),
                folder.resolve(script + ".said"));
    }

    @Override
    public Path socket() {
        return folder.resolve("data/qubes/run/qubesd.sock");
    }

    @Override
    public void stop(String bundle) throws Exception {
        client("bundle:stop " + bundle);
    }

    @Override
    public void resume(String bundle) throws Exception {
        client("bundle:start " + bundle);
    }

    @Override
    public void end() throws Exception {
        Ran.of(folder.resolve("bin/stop"));
        program.await();
    }

    @Override
    public String seen() {
        Path log = folder.resolve("data/log/karaf.log");
        Path client = folder.resolve("client.said");
        try {
            return (Files.exists(client) ? Files.readString(client) : "")
                    + (Files.exists(log) ? Files.readString(log) : "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        program.kill();
        try {
            program.await();
            Ran.of(Path.of("/bin/rm"), "-r", folder.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
