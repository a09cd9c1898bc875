package qubes.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.storage.Volume;
import qubes.core.vm.QubesVM;
import qubes.testkit.Await;
import qubes.testkit.Domains;
import qubes.testkit.QubesFixture;
import qubes.testkit.exam.AdminClient;
import qubes.testkit.storage.DiskContent;
import qubes.testkit.storage.ScratchFilesystem;

/**
 * Volumes of real pools changed by callers of the Admin API, and by the programs that stand for
 * admin.vm.volume.Import and ImportWithSize: pool {@code plain} of driver file, and {@code shared}
 * of driver file-reflink on a file system that shares blocks.
 */
class StorageApiIT {
    private static final Path PROGRAMS =
            Path.of(System.getProperty("qubes.root"), "qubes.dist/target/dist/bin")
                    .toAbsolutePath()
                    .normalize();
    private static final long MIB = 1 << 20;

    private static ScratchFilesystem xfs;
    private static QubesFixture system;
    private static AdminClient admin;
    private static int made;

    private QubesVM vm;

    /** How a program ended, and what it said; each zero byte as {@code |}. */
    private record Ended(int code, String reply) {}

    @BeforeAll
    static void start() throws Exception {
        xfs = ScratchFilesystem.xfs();
        system = QubesFixture.with("qubes.vm.templatevm", "qubes.vm.appvm");
        Path sockets = Files.createDirectory(system.home().resolve("s"));
        system.felix().configure("qubes.admin", Map.of("socket.dir", sockets.toString()));
        system.felix().start("qubes.admin");
        Path socket = sockets.resolve("qubesd.sock");
        Await.until(
                "the sockets are there",
                () -> Files.exists(sockets.resolve("qubesd.internal.sock")));
        admin = new AdminClient(socket);
        assertEquals(
                "0|",
                admin.call(
                        "admin.pool.Add+file",
                        "dom0",
                        "name=plain\ndir_path=" + system.home().resolve("plain") + "\n"));
        assertEquals(
                "0|",
                admin.call(
                        "admin.pool.Add+file-reflink",
                        "dom0",
                        "name=shared\ndir_path=" + xfs.root().resolve("shared") + "\n"));
        Domains.create(system.qubes(), "TemplateVM", "tiny", "kernel=");
    }

    @AfterAll
    static void stop() throws IOException {
        system.close();
        xfs.close();
    }

    @AfterEach
    void halt() {
        if (vm != null && vm.isRunning()) {
            vm.kill();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "shared"})
    @DisplayName(
            "a file comes into a volume byte for byte, holes stay holes, and the size is the file's")
    void imports(String pool) throws Exception {
        vm = qube(pool);
        Path data = dataWithHole(40 * MIB + 777);
        assertEquals(new Ended(0, "0|"), importWithSize(vm, Files.size(data), data));
        assertHolds(vm, data);
        assertTrue(
                committed(vm).usageBytes() < 10 * MIB, () -> committed(vm).usageBytes() + " bytes");
        assertTrue(info(vm).contains("\nsize=" + Files.size(data) + "\n"), info(vm));
        vm.start();
        assertEquals("the end", DiskContent.of(committed(vm)).read(40 * MIB + 770, 7));
        vm.kill();
        assertHolds(vm, data);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "shared"})
    @DisplayName("without a size exactly the volume's size is waited for")
    void importsWithoutSize(String pool) throws Exception {
        vm = qube(pool);
        assertEquals(
                "0|", admin.call("admin.vm.volume.Resize+private", vm.subjectName(), "1000000"));
        Path data = dataWithHole(1_000_000);
        assertEquals(new Ended(0, "0|"), importing("admin.vm.volume.Import", vm, "private", data));
        assertHolds(vm, data);
    }

    @ParameterizedTest(name = "{0}: {1} bytes for a size of {2}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    plain  | 999999  | 1000000  | not enough data (copied 999999 bytes, expected 1000000 bytes)
                    shared | 0       | 1        | not enough data (copied 0 bytes, expected 1 bytes)
                    plain  | 1000001 | 1000000  | too much data (expected 1000000 bytes)
                    shared | 1000001 | 1000000  | too much data (expected 1000000 bytes)
                    shared | 1       | 0        | too much data (expected 0 bytes)
                    """)
    @DisplayName("another number of bytes than was said leaves the volume as it was")
    void wrongAmount(String pool, int bytes, long size, String error) throws Exception {
        vm = qube(pool);
        Path before = dataWithHole(2 * MIB);
        assertEquals(new Ended(0, "0|"), importWithSize(vm, 2 * MIB, before));
        Path data = Files.write(system.home().resolve("wrong"), new byte[bytes]);
        Ended ended = importWithSize(vm, size, data);
        assertEquals("2|QubesException||Data import failed: " + error + "|", ended.reply());
        assertHolds(vm, before);
        assertFalse(committed(vm).dirty());
        assertEquals(List.of(), leftovers(pool, vm));
    }

    @ParameterizedTest(name = "{0} {1} {2}: {3}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    work    | none    | 5                     | 2;ProtocolError;;Argument not in work volumes;
                    nobody  | private | 5                     | 2;QubesVMNotFoundError;;No such domain: 'nobody';
                    work    | private | 12x                   | 2;ProtocolError;;Size of new data contains non ASCII digits;
                    work    | private | -5                    | 2;ProtocolError;;Size of new data contains non ASCII digits;
                    work    | private | 05                    | 2;ProtocolError;;Size of new data contains spurious leading zeros;
                    work    | private | 123456789012345678901 | 2;ProtocolError;;Size of new data is bigger than 19 decimal digits;
                    work    | kernel  | 5                     | ''
                    dom0    | private | 5                     | 2;ProtocolError;;Argument not in dom0 volumes;
                    """)
    @DisplayName("what cannot begin is refused in the daemon's own words, and ends with 1")
    void refused(String qube, String volume, String size, String reply) throws Exception {
        if (system.qubes().domains().stream().noneMatch(d -> d.subjectName().equals("work"))) {
            Domains.create(system.qubes(), "AppVM", "work", "template=tiny", "kernel=");
        }
        Ended ended =
                run(
                        "admin.vm.volume.ImportWithSize",
                        qube,
                        volume,
                        (size + "\nxxxxx").getBytes(StandardCharsets.UTF_8));
        assertEquals(new Ended(1, reply.replace(';', '|')), ended);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "shared"})
    @DisplayName("nothing is imported while the qube runs")
    void refusedWhileRunning(String pool) throws Exception {
        vm = qube(pool);
        vm.start();
        assertEquals(
                new Ended(1, "2|QubesVMNotHaltedError||Domain is not powered off: '" + vm + "'|"),
                importWithSize(vm, MIB, dataWithHole(MIB)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "shared"})
    @DisplayName("an import that died leaves the data, and the next import and a start go well")
    void deadClient(String pool) throws Exception {
        vm = qube(pool);
        Path before = dataWithHole(MIB);
        assertEquals(new Ended(0, "0|"), importWithSize(vm, MIB, before));
        ProcessBuilder builder =
                program("admin.vm.volume.ImportWithSize", vm.subjectName(), "private");
        Process process = builder.start();
        OutputStream in = process.getOutputStream();
        in.write("3000000\nsome of the data, not all".getBytes(StandardCharsets.UTF_8));
        in.flush();
        Await.until("the import has begun", () -> !leftovers(pool, vm).isEmpty());
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
        assertHolds(vm, before);
        vm.start();
        vm.kill();
        assertHolds(vm, before);
        Path after = dataWithHole(2 * MIB);
        assertEquals(new Ended(0, "0|"), importWithSize(vm, 2 * MIB, after));
        assertHolds(vm, after);
        assertEquals(List.of(), leftovers(pool, vm));
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "shared"})
    @DisplayName("a second import to a volume is refused while the first one writes")
    void twoAtOnce(String pool) throws Exception {
        vm = qube(pool);
        Process first =
                program("admin.vm.volume.ImportWithSize", vm.subjectName(), "private").start();
        try (OutputStream in = first.getOutputStream()) {
            in.write("1000\n".getBytes(StandardCharsets.UTF_8));
            in.write(new byte[600]);
            in.flush();
            Await.until("the import has begun", () -> !leftovers(pool, vm).isEmpty());
            Ended second = importWithSize(vm, MIB, dataWithHole(MIB));
            assertEquals(1, second.code());
            assertTrue(
                    second.reply().startsWith("2|QubesException||Another import "),
                    second::toString);
            in.write(new byte[400]);
        }
        assertEquals(new Ended(0, "0|"), ended(first));
        assertHolds(vm, Files.write(system.home().resolve("thousand"), new byte[1000]));
        assertEquals(new Ended(0, "0|"), importWithSize(vm, MIB, dataWithHole(MIB)));
        try (Stream<Path> beside = Files.list(system.home().resolve("s"))) {
            assertEquals(List.of(), beside.filter(f -> f.toString().endsWith(".lock")).toList());
        }
    }

    @ParameterizedTest(name = "from {0} to {1}")
    @CsvSource({"plain, shared", "shared, plain", "plain, plain", "shared, shared"})
    @DisplayName("a copy between pools is the same byte for byte, and its own")
    void copies(String from, String to) throws Exception {
        QubesVM source = qube(from);
        Path data = dataWithHole(3 * MIB + 5);
        assertEquals(new Ended(0, "0|"), importWithSize(source, 3 * MIB + 5, data));
        vm = qube(to);
        String token =
                admin.call("admin.vm.volume.CloneFrom+private", source.subjectName()).substring(2);
        assertEquals("0|", admin.call("admin.vm.volume.CloneTo+private", vm.subjectName(), token));
        assertHolds(vm, data);
        assertTrue(info(vm).contains("\nsize=" + (3 * MIB + 5) + "\n"), info(vm));
        vm.start();
        DiskContent.of(committed(vm)).write(0, "my own");
        vm.kill();
        assertEquals("my own", DiskContent.raw(committed(vm).export()).read(0, 6));
        committed(vm).exportEnd(committed(vm).path().orElseThrow());
        assertHolds(source, data);
    }

    @Test
    @DisplayName("a running qube is copied as it was before it was started")
    void copiesCommittedState() throws Exception {
        QubesVM source = qube("shared");
        Path data = dataWithHole(MIB);
        assertEquals(new Ended(0, "0|"), importWithSize(source, MIB, data));
        source.start();
        DiskContent.of(committed(source)).write(0, "written since");
        vm = qube("shared");
        String token =
                admin.call("admin.vm.volume.CloneFrom+private", source.subjectName()).substring(2);
        assertEquals("0|", admin.call("admin.vm.volume.CloneTo+private", vm.subjectName(), token));
        source.kill();
        assertHolds(vm, data);
    }

    @Test
    @DisplayName(
            "a revert brings back what was there before the last shutdown; driver file has none")
    void reverts() throws Exception {
        vm = qube("shared");
        Path before = dataWithHole(MIB);
        assertEquals(new Ended(0, "0|"), importWithSize(vm, MIB, before));
        vm.start();
        DiskContent.of(committed(vm)).write(0, "a mistake");
        String running = lastRevision(vm);
        assertTrue(
                admin.call("admin.vm.volume.Revert+private", vm.subjectName(), running)
                        .startsWith("2|StoragePoolException||Cannot revert: "));
        vm.kill();
        assertEquals("", admin.call("admin.vm.volume.Revert+private", vm.subjectName(), "12345"));
        assertEquals(
                "0|",
                admin.call("admin.vm.volume.Revert+private", vm.subjectName(), lastRevision(vm)));
        assertHolds(vm, before);
        assertEquals(
                "",
                admin.call("admin.vm.volume.Revert+private", qube("plain").subjectName(), "old"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "shared"})
    @DisplayName("a volume grows, also of a running qube, which is told of; the data stays")
    void resizes(String pool) throws Exception {
        vm = qube(pool);
        assertEquals(new Ended(0, "0|"), importWithSize(vm, MIB, dataWithHole(MIB)));
        assertEquals(
                "0|", admin.call("admin.vm.volume.Resize+private", vm.subjectName(), "" + 2 * MIB));
        assertEquals(2 * MIB, Files.size(exported(vm)));
        assertEquals("the end", DiskContent.raw(exported(vm)).read(MIB - 7, 7));
        vm.start();
        String answer =
                admin.call("admin.vm.volume.Resize+private", vm.subjectName(), "" + 3 * MIB);
        assertTrue(answer.startsWith("2|StoragePoolException||Online resize of volume "), answer);
        assertTrue(info(vm).contains("\nsize=" + 3 * MIB + "\n"), info(vm));
        vm.kill();
        assertEquals(3 * MIB, Files.size(exported(vm)));
        assertTrue(Files.readString(system.store()).contains("size=\"" + 3 * MIB + "\""));
        assertEquals("the end", DiskContent.raw(exported(vm)).read(MIB - 7, 7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "shared"})
    @DisplayName("a volume that is cleared has its size and nothing but zeroes")
    void clears(String pool) throws Exception {
        vm = qube(pool);
        assertEquals(new Ended(0, "0|"), importWithSize(vm, MIB, dataWithHole(MIB)));
        assertEquals("0|", admin.call("admin.vm.volume.Clear+private", vm.subjectName()));
        assertHolds(vm, Files.write(system.home().resolve("zeroes"), new byte[(int) MIB]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "shared"})
    @DisplayName(
            "without snapshots a guest writes to the volume itself, until they are turned on again")
    void snapshotsOff(String pool) throws Exception {
        vm = qube(pool);
        assertEquals(
                "0|",
                admin.call(
                        "admin.vm.volume.Set.revisions_to_keep+private", vm.subjectName(), "-1"));
        vm.start();
        DiskContent.of(committed(vm)).write(0, "kept");
        QubesVM other = qube("shared");
        String token =
                admin.call("admin.vm.volume.CloneFrom+private", vm.subjectName()).substring(2);
        assertTrue(
                admin.call("admin.vm.volume.CloneTo+private", other.subjectName(), token)
                        .contains(" must be stopped before importing its data"));
        vm.kill();
        assertEquals(
                "0|",
                admin.call("admin.vm.volume.Set.revisions_to_keep+private", vm.subjectName(), "1"));
        assertEquals("kept", DiskContent.raw(exported(vm)).read(0, 4));
    }

    @Test
    @DisplayName("a pool lists its volumes, tells what new volumes keep, and goes when it is empty")
    void pools() throws Exception {
        String add =
                "name=third\ndir_path=" + xfs.root().resolve("third") + "\nrevisions_to_keep=3\n";
        assertEquals("0|", admin.call("admin.pool.Add+file-reflink", "dom0", add));
        assertEquals(
                "2|QubesPoolInUseError||Storage pool is in use: 'third'|",
                admin.call("admin.pool.Add+file-reflink", "dom0", add));
        assertEquals("0|", admin.call("admin.pool.Set.revisions_to_keep+third", "dom0", "5"));
        assertEquals("0|", admin.call("admin.pool.Set.ephemeral_volatile+third", "dom0", "True"));
        vm = qube("third");
        assertTrue(info(vm).contains("\nrevisions_to_keep=5\n"), info(vm));
        assertEquals(
                "0|appvms/" + vm + "/private\n",
                admin.call("admin.pool.volume.List+third", "dom0"));
        assertTrue(
                admin.call("admin.pool.Remove+third", "dom0").startsWith("2|QubesPoolInUseError|"));
        assertEquals("0|", admin.call("admin.vm.Remove", vm.subjectName()));
        vm = null;
        assertEquals("0|", admin.call("admin.pool.Remove+third", "dom0"));
        assertEquals(
                "", admin.call("admin.pool.Set.revisions_to_keep+plain", "dom0", "2"), "at most 1");
        assertEquals("0|", admin.call("admin.pool.Set.revisions_to_keep+plain", "dom0", "0"));
        assertEquals("0|", admin.call("admin.pool.Set.revisions_to_keep+plain", "dom0", "1"));
    }

    private static QubesVM qube(String pool) throws IOException {
        String name = "q" + ++made;
        assertEquals(
                "0|",
                admin.call(
                        "admin.vm.CreateInPool.AppVM+tiny",
                        "dom0",
                        "name=" + name + " label=red pool:private=" + pool));
        assertEquals("0|", admin.call("admin.vm.property.Set+kernel", name));
        return (QubesVM) Domains.named(system.qubes(), name);
    }

    private static Volume committed(QubesVM vm) {
        return vm.storage().volume("private");
    }

    /** The image with the committed data. */
    private static Path exported(QubesVM vm) {
        Path image = committed(vm).export();
        committed(vm).exportEnd(image);
        return image;
    }

    private static void assertHolds(QubesVM vm, Path data) throws IOException {
        assertEquals(-1, Files.mismatch(data, exported(vm)));
    }

    private static String info(QubesVM vm) {
        try {
            return admin.call("admin.vm.volume.Info+private", vm.subjectName());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String lastRevision(QubesVM vm) throws IOException {
        List<String> revisions =
                admin.call("admin.vm.volume.ListSnapshots+private", vm.subjectName())
                        .substring(2)
                        .lines()
                        .toList();
        return revisions.get(revisions.size() - 1);
    }

    /** Random bytes, a hole, and seven bytes at the end. */
    private static Path dataWithHole(long size) throws IOException {
        Path file = Files.createTempFile(system.home(), "data", ".img");
        try (RandomAccessFile data = new RandomAccessFile(file.toFile(), "rw")) {
            byte[] begin = new byte[100_000];
            new Random(size).nextBytes(begin);
            data.write(begin);
            data.setLength(size);
            data.seek(size - 7);
            data.write("the end".getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }

    private static List<Path> leftovers(String pool, QubesVM vm) throws IOException {
        Path root = pool.equals("plain") ? system.home() : xfs.root();
        try (Stream<Path> files = Files.list(root.resolve(pool).resolve("appvms/" + vm))) {
            return files.filter(file -> file.toString().contains("import")).toList();
        }
    }

    private static Ended importWithSize(QubesVM vm, long size, Path data) throws Exception {
        Path input = Files.createTempFile(system.home(), "input", "");
        try (OutputStream all = Files.newOutputStream(input)) {
            all.write((size + "\n").getBytes(StandardCharsets.UTF_8));
            Files.copy(data, all);
        }
        return importing("admin.vm.volume.ImportWithSize", vm, "private", input);
    }

    private static Ended importing(String program, QubesVM vm, String volume, Path input)
            throws Exception {
        return ended(
                program(program, vm.subjectName(), volume).redirectInput(input.toFile()).start());
    }

    private static Ended run(String program, String qube, String volume, byte[] input)
            throws Exception {
        Process process = program(program, qube, volume).start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(input);
        }
        return ended(process);
    }

    private static Ended ended(Process process) throws Exception {
        byte[] reply = process.getInputStream().readAllBytes();
        return new Ended(
                process.waitFor(), new String(reply, StandardCharsets.UTF_8).replace('\0', '|'));
    }

    private static ProcessBuilder program(String program, String qube, String volume) {
        ProcessBuilder builder = new ProcessBuilder(PROGRAMS.resolve(program).toString(), volume);
        builder.environment().put("QREXEC_REMOTE_DOMAIN", "dom0");
        builder.environment().put("QREXEC_REQUESTED_TARGET", qube);
        builder.environment()
                .put("QUBESD_SOCKET", system.home().resolve("s/qubesd.sock").toString());
        builder.environment().put("QUBES_JAVA", System.getProperty("java.home") + "/bin/java");
        return builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    }
}
