package qubes.itest.product;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Volumes and pools as a user changes them, with {@code ./qvm} and a daemon started as usual. */
class VolumesIT {
    private static BuiltClone clone;
    private static List<String> options;
    private static Product product;
    private static Path pool;
    private static Path data;

    @BeforeAll
    static void start() throws Exception {
        clone = BuiltClone.make();
        Path store =
                Files.writeString(
                        clone.room().resolve("qubes.xml"), Texts.storeWith(system(clone.room())));
        options = BuiltClone.options(clone.room().resolve("home"), store);
        product = clone.start(options).awaitReady();
        pool = clone.room().resolve("pool");
        byte[] random = new byte[300_001];
        new Random(1).nextBytes(random);
        data = Files.write(clone.room().resolve("data"), random);
        qvm("pool", "add", "p", "file", "-o", "dir_path=" + pool);
    }

    @AfterAll
    static void stop() throws IOException {
        clone.close();
    }

    @Test
    @DisplayName("a file is imported, copied, made longer and cleared, and the pool goes at last")
    void wayOfAVolume() throws Exception {
        create("one");
        create("two");
        qvm("volume", "import", "one:private", data.toString());
        assertEquals(-1, Files.mismatch(data, image("one")));
        qvm("volume", "clone", "one:private", "two:private");
        assertEquals(-1, Files.mismatch(data, image("two")));
        assertEquals("300001\n", qvm("volume", "info", "two:private", "size"));
        qvm("volume", "resize", "two:private", "1MiB");
        assertEquals(1 << 20, Files.size(image("two")));
        qvm("volume", "config", "two:private", "rw", "no");
        assertEquals("False\n", qvm("volume", "info", "two:private", "rw"));
        qvm("volume", "clear", "two:private");
        assertEquals(
                -1,
                Files.mismatch(
                        image("two"), Files.write(data.resolveSibling("zero"), new byte[1 << 20])));
        Ran refused = run("pool", "remove", "p");
        assertEquals(1, refused.code(), refused::toString);
        assertEquals("Storage pool is in use: 'p'\n", refused.output());
        qvm("remove", "--force", "one", "two");
        qvm("pool", "set", "p", "-o", "revisions_to_keep=0");
        qvm("pool", "remove", "p");
        assertTrue(!Files.readString(clone.room().resolve("qubes.xml")).contains("name=\"p\""));
        qvm("pool", "add", "p", "file", "-o", "dir_path=" + pool);
    }

    @Test
    @DisplayName("a daemon killed in the middle of an import has the old data, and takes the next")
    void killedInTheMiddle() throws Exception {
        create("three");
        qvm("volume", "import", "three:private", data.toString());
        AdminSocket internal =
                new AdminSocket(product.admin().path().resolveSibling("qubesd.internal.sock"));
        String begun = internal.call("internal.vm.volume.ImportBegin", "private", "three", "5");
        assertEquals("5 " + pool.resolve("appvms/three/private-import.img"), begun);
        Files.write(Path.of(begun.substring(2)), "12345".getBytes(UTF_8));
        product.kill();
        product = clone.start(options).awaitReady();
        assertEquals(-1, Files.mismatch(data, image("three")));
        Path other = Files.writeString(clone.room().resolve("other"), "other data");
        qvm("volume", "import", "three:private", other.toString());
        assertEquals("other data", Files.readString(image("three")));
        qvm("remove", "--force", "three");
    }

    /** A label, and pools for what is not in the pool of the test. */
    private static String system(Path folder) {
        return """
                <labels><label id="label-1" color="0xcc0000">red</label></labels>
                <pools>
                  <pool name="here" driver="file" dir_path="%s"/>
                  <pool name="linux-kernel" driver="linux-kernel" dir_path="%s"/>
                </pools>
                <properties>
                  %s
                  %s
                </properties>
                """
                .formatted(
                        folder.resolve("here"),
                        folder.resolve("kernels"),
                        Texts.property("default_pool", "here"),
                        Texts.property("default_pool_kernel", "linux-kernel"));
    }

    private static void create(String name) throws IOException {
        qvm("create", name, "--class", "StandaloneVM", "--label", "red", "-P", "p");
    }

    private static Path image(String name) {
        return pool.resolve("appvms/" + name + "/private.img");
    }

    private static String qvm(String... arguments) throws IOException {
        Ran ran = run(arguments);
        assertEquals(0, ran.code(), () -> ran + "\n" + product);
        return ran.output();
    }

    private static Ran run(String... arguments) throws IOException {
        List<String> words = new ArrayList<>();
        words.addAll(List.of("--socket", product.admin().path().toString()));
        words.addAll(Arrays.asList(arguments));
        return clone.qvm(words.toArray(String[]::new));
    }
}
