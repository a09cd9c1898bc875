package qubes.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code volume} and {@code pool} send where they change something. */
class StorageCommandsTest {
    @TempDir Path programs;
    private ScriptedDaemon daemon;

    @BeforeEach
    void start() throws IOException {
        daemon = new ScriptedDaemon(programs);
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    volume config work:private rw False              | admin.vm.volume.Set.rw+private work False
                    volume set work:private revisions-to-keep -- -1  | admin.vm.volume.Set.revisions_to_keep+private work -1
                    volume c work:volatile ephemeral 1               | admin.vm.volume.Set.ephemeral+volatile work 1
                    volume revert work:private 12                    | admin.vm.volume.Revert+private work 12
                    volume clear work:private                        | admin.vm.volume.Clear+private work
                    pool add p file                                  | admin.pool.Add+file dom0 name=p⏎
                    pool a p file -o dir_path=/x=y,a=1 -o a=2        | admin.pool.Add+file dom0 name=p⏎a=2⏎dir_path=/x=y⏎
                    pool set p -o revisions_to_keep=2                | admin.pool.Set.revisions_to_keep+p dom0 2
                    pool s p --option=ephemeral_volatile=yes         | admin.pool.Set.ephemeral_volatile+p dom0 yes
                    pool remove p                                    | admin.pool.Remove+p dom0
                    pool volumes p                                   | admin.pool.volume.List+p dom0
                    """)
    @DisplayName("one request says it all")
    void oneRequest(String command, String request) {
        String sent = request.replace('⏎', '\n');
        daemon.on(sent, "");
        assertEquals(0, daemon.run(command.split(" ")), daemon::err);
        assertEquals(List.of(sent), daemon.requests());
        assertEquals("", daemon.out());
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "volume config work:private rw",
                "volume config work:private size 5",
                "volume config work rw True",
                "volume resize work:private",
                "volume resize work:private 5X",
                "volume resize work:private 9999999TiB",
                "volume revert",
                "volume revert work:private 1 2",
                "volume import work:private",
                "volume import work:private /no/such/file",
                "volume import --size 5 --no-resize work:private -",
                "volume clone work:private",
                "volume clone work:private other",
                "volume clear work:",
                "volume burn work:private",
                "pool add p",
                "pool add p file x",
                "pool add p file -o dir_path",
                "pool set p",
                "pool set p -o dir_path=/x",
                "pool remove",
                "pool volumes",
                "pool burn p"
            })
    @DisplayName("a wrong command line sends nothing")
    void wrongUsage(String command) {
        assertEquals(2, daemon.run(command.split(" ")));
        assertTrue(daemon.err().startsWith("usage: qvm "), daemon.err());
        assertEquals(List.of(), daemon.requests());
    }

    @Test
    @DisplayName("pools are removed one after the other")
    void removesPools() {
        daemon.on("admin.pool.Remove+p dom0", "")
                .refuse(
                        "admin.pool.Remove+q dom0",
                        "QubesPoolInUseError",
                        "Storage pool is in use: 'q'");
        assertEquals(1, daemon.run("pool", "rm", "p", "q", "r"));
        assertEquals("Storage pool is in use: 'q'\n", daemon.err());
        assertEquals(
                List.of("admin.pool.Remove+p dom0", "admin.pool.Remove+q dom0"), daemon.requests());
    }

    @Test
    @DisplayName("resize asks for the size first, and shrinks only by force")
    void resize() {
        daemon.on("admin.vm.volume.Info+private work", "pool=p\nsize=2147483648\n")
                .on("admin.vm.volume.Resize+private work 3221225472", "")
                .on("admin.vm.volume.Resize+private work 2000000000", "");
        assertEquals(0, daemon.run("volume", "resize", "work:private", "3GiB"));
        assertEquals(2, daemon.run("volume", "resize", "work:private", "2G"));
        assertTrue(daemon.err().contains("--force"), daemon.err());
        assertEquals(0, daemon.run("volume", "resize", "-f", "work:private", "2G"));
        assertEquals(
                List.of(
                        "admin.vm.volume.Info+private work",
                        "admin.vm.volume.Resize+private work 3221225472",
                        "admin.vm.volume.Info+private work",
                        "admin.vm.volume.Info+private work",
                        "admin.vm.volume.Resize+private work 2000000000"),
                daemon.requests());
    }

    @Test
    @DisplayName("revert goes back to the last revision, if there is one")
    void revert() {
        daemon.on("admin.vm.volume.ListSnapshots+private work", "1\n2\n")
                .on("admin.vm.volume.Revert+private work 2", "")
                .on("admin.vm.volume.ListSnapshots+root work", "");
        assertEquals(0, daemon.run("volume", "revert", "work:private"));
        assertEquals(1, daemon.run("volume", "revert", "work:root"));
        assertEquals("work:root has no revision to go back to\n", daemon.err());
    }

    @Test
    @DisplayName("clone looks at both volumes, takes a token and uses it")
    void cloneVolume() {
        daemon.on("admin.vm.volume.Info+private a", "save_on_stop=True\n")
                .on("admin.vm.volume.Info+private b", "save_on_stop=True\n")
                .on("admin.vm.volume.Info+root b", "save_on_stop=False\n")
                .on("admin.vm.volume.CloneFrom+private a", "TOKEN")
                .on("admin.vm.volume.CloneTo+private b TOKEN", "");
        assertEquals(0, daemon.run("volume", "clone", "a:private", "b:private"), daemon::err);
        assertEquals(
                List.of(
                        "admin.vm.volume.Info+private a",
                        "admin.vm.volume.Info+private b",
                        "admin.vm.volume.CloneFrom+private a",
                        "admin.vm.volume.CloneTo+private b TOKEN"),
                daemon.requests());
        assertEquals(1, daemon.run("volume", "clone", "a:private", "b:root"));
        assertEquals("b:root does not keep its data: it cannot be cloned\n", daemon.err());
    }

    @Test
    @DisplayName("import hands a file to the program, with its size, and tells of its reply")
    void importFile() throws IOException {
        program("admin.vm.volume.ImportWithSize", "cat; printf '0\\0'");
        Path file = Files.writeString(programs.resolve("data"), "root data");
        assertEquals(
                0, daemon.run("volume", "import", "new-vm:root", file.toString()), daemon::err);
        assertEquals("root dom0 new-vm " + daemon.socket() + " 9\nroot data", seen());
        program(
                "admin.vm.volume.ImportWithSize",
                "printf '2\\0QubesException\\0\\0too %%%% big\\0'");
        assertEquals(
                1,
                daemon.run("volume", "import", "--size", "1KiB", "new-vm:root", file.toString()));
        assertEquals("too % big\n", daemon.err());
    }

    @Test
    @DisplayName("import of standard input, or without resizing, leaves the size as it is")
    void importStandardInput() throws IOException {
        program("admin.vm.volume.Import", "cat; printf '0\\0'");
        assertEquals(0, daemon.runWithInput("piped", "volume", "import", "new-vm:root", "-"));
        assertEquals("root dom0 new-vm " + daemon.socket() + " piped", seen());
        Path file = Files.writeString(programs.resolve("data"), "root data");
        assertEquals(
                0, daemon.run("volume", "import", "--no-resize", "new-vm:root", file.toString()));
        assertEquals("root dom0 new-vm " + daemon.socket() + " root data", seen());
        assertEquals(1, daemon.run("volume", "import", "new-vm:root", file.toString()));
        assertEquals(
                programs.resolve("admin.vm.volume.ImportWithSize") + " not found\n", daemon.err());
    }

    /** A program that writes down how it was called, and what the commands write before a reply. */
    private void program(String name, String commands) throws IOException {
        String[] both = commands.split("; ");
        String script =
                "#!/bin/sh\n{ printf '%s %s %s %s ' \"$1\" \"$QREXEC_REMOTE_DOMAIN\""
                        + " \"$QREXEC_REQUESTED_TARGET\" \"$QUBESD_SOCKET\"\n"
                        + (both.length > 1 ? both[0] : "true")
                        + "\n} >'"
                        + programs.resolve("seen")
                        + "'\n"
                        + both[both.length - 1]
                        + "\n";
        Path file = Files.writeString(programs.resolve(name), script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private String seen() throws IOException {
        return Files.readString(programs.resolve("seen"));
    }
}
