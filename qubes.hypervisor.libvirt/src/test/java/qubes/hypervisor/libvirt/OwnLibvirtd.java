package qubes.hypervisor.libvirt;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A libvirtd for tests, with all its files under one folder, so that it meets no other libvirtd of
 * the machine. As root it sees that folder in the place of the system's, in a mount namespace of
 * its own; as an ordinary user it is a session daemon.
 */
final class OwnLibvirtd implements AutoCloseable {
    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));
    // where the system's daemon has its files, and where ours has them
    private static final String AS_ROOT =
            """
            set -e
            # where the host has both kinds of cgroups, LXC wants to see only the older
            umount /sys/fs/cgroup/unified 2>/dev/null || true
            for d in run/libvirt var/lib/libvirt var/cache/libvirt var/log/libvirt etc/libvirt; do
              mkdir -p "/$d" "$0/$d"
              mount --bind "$0/$d" "/$d"
            done
            exec libvirtd
            """;
    private static final String SETTINGS_AS_ROOT =
            """
            user = "root"
            group = "root"
            security_driver = "none"
            namespaces = []
            """;

    private final Path home;
    private final Path socket;
    private @Nullable Process process;

    OwnLibvirtd(Path folder) throws IOException {
        home = Files.createTempDirectory(folder, "libvirtd");
        Path settings = home.resolve(ROOT ? "etc/libvirt" : "config/libvirt");
        Files.createDirectories(settings);
        Files.createDirectories(home.resolve("run"));
        socket = home.resolve("run/libvirt/libvirt-sock");
        Files.writeString(
                settings.resolve("qemu.conf"),
                "stdio_handler = \"file\"\n" + (ROOT ? SETTINGS_AS_ROOT : ""));
    }

    /**
     * The connection URI.
     *
     * @param driver libvirt's, as {@code qemu}; LXC needs the rights of root
     */
    String uri(String driver) {
        return driver + "+unix:///" + (ROOT ? "system" : "session") + "?socket=" + socket;
    }

    /** Starts it and waits until it answers. */
    void start() throws Exception {
        ProcessBuilder builder =
                ROOT
                        ? new ProcessBuilder(
                                "unshare",
                                "-m",
                                "--propagation",
                                "private",
                                "sh",
                                "-c",
                                AS_ROOT,
                                home.toString())
                        : new ProcessBuilder("libvirtd", "--timeout", "600");
        builder.environment().put("LIBVIRT_LOG_OUTPUTS", "3:file:" + home.resolve("libvirtd.log"));
        if (!ROOT) {
            builder.environment().put("XDG_RUNTIME_DIR", home.resolve("run").toString());
            builder.environment().put("XDG_CONFIG_HOME", home.resolve("config").toString());
            builder.environment().put("XDG_CACHE_HOME", home.resolve("cache").toString());
        }
        builder.redirectErrorStream(true).redirectOutput(home.resolve("output").toFile());
        Process started = builder.start();
        process = started;
        for (int tries = 0; tries < 600; tries++) {
            if (answers()) {
                return;
            }
            if (started.waitFor(50, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        throw new AssertionError(
                "libvirtd does not answer: " + Files.readString(home.resolve("output")));
    }

    private boolean answers() {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false;
        }
    }

    /** Ends it as a crash would. */
    void kill() throws InterruptedException {
        Process running = process;
        if (running != null) {
            running.destroyForcibly().waitFor();
        }
    }

    /** Ends the QEMU process of a guest while nobody watches. */
    void killGuest(String name) throws Exception {
        try (var files = Files.walk(home)) {
            Path pid =
                    files.filter(file -> file.getFileName().toString().equals(name + ".pid"))
                            .findFirst()
                            .orElseThrow();
            ProcessHandle qemu =
                    ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
            qemu.destroyForcibly();
        }
    }

    /**
     * While it does not run: changes what it keeps of a running container's init.
     *
     * @param pid the init's; empty if it is not known
     */
    void keepInit(String name, OptionalLong pid) throws IOException {
        Path kept = home.resolve("run/libvirt/lxc/" + name + ".xml");
        String without = Files.readString(kept).replaceFirst("<init pid='\\d+'/>", "");
        String init = pid.isPresent() ? "<init pid='" + pid.getAsLong() + "'/>" : "";
        Files.writeString(kept, without.replaceFirst("<domain ", init + "$0"));
    }

    /** Ends the daemon, and the guests that a failed test left. */
    @Override
    public void close() throws Exception {
        kill();
        try (var files = Files.walk(home)) {
            for (Path pid :
                    files.filter(f -> f.toString().matches(".*/qemu/[^/]+\\.pid")).toList()) {
                if (!pid.endsWith("driver.pid")) {
                    ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
                            .filter(process -> process.info().command().orElse("").contains("qemu"))
                            .ifPresent(ProcessHandle::destroyForcibly);
                }
            }
        }
    }
}
