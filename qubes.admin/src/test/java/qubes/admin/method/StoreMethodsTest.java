package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StoreMethodsTest {
    private static final String EXPORT = "qubesd.store.Export";

    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = Daemon.start();
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    @Test
    @DisplayName("the store as it is comes after an empty line, as a save writes it")
    void exportsAsItIs() throws IOException {
        daemon.vm("test-vm1").features().set("of-a-test", "1");
        daemon.qubes().awaitDurable();
        assertEquals("0\0\n" + daemon.stored(), daemon.client().call(EXPORT, "", "dom0", ""));
    }

    @Test
    @DisplayName("for the original, what was changed comes first, and the system stays as it is")
    void exportsForTheOriginal() throws IOException {
        String before = daemon.stored();
        String[] reply = daemon.client().call(EXPORT, "compatible", "dom0", "").split("\n\n", 2);
        assertTrue(
                reply[0].contains("\ntest-foo: left out, the original has no class 'FooVM'"),
                reply[0]);
        assertTrue(reply[1].startsWith("<qubes>\n"), reply[1]);
        assertFalse(reply[1].contains("FooVM"), reply[1]);
        assertTrue(daemon.qubes().find(3).isPresent());
        assertEquals(before, daemon.stored());
    }

    @Test
    @DisplayName("other forms are refused, and other callers than dom0")
    void refuses() throws IOException {
        assertEquals(
                "2\0ProtocolError\0\0the argument is compatible or none, not 'pretty'\0",
                daemon.client().call(EXPORT, "pretty", "dom0", ""));
        assertEquals(
                "2\0PermissionDenied\0\0the store is shown to dom0 only\0",
                daemon.client().exchange(EXPORT + "+ test-vm1 name dom0\0"));
    }
}
