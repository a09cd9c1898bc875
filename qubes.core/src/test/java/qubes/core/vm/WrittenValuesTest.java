package qubes.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.error.QubesValueError;
import qubes.core.internal.system.Scene;

/** What a store may hold that no setter wrote: spec domain-model §3.3. */
class WrittenValuesTest {
    @TempDir private Path home;

    private Scene scene;
    private QubesVM vm;

    @BeforeEach
    void open() {
        scene = Scene.open(home);
        vm = scene.plain("work");
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @ParameterizedTest(name = "{0} = \"{1}\" reads {2}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    virt_mode       | PVH                  | pvh
                    virt_mode       | Hvm                  | hvm
                    mac             | 00:16:3E:5E:6C:AA    | 00:16:3e:5e:6c:aa
                    devices_denied  | u03****b******       | b******u03****
                    devices_denied  | b******b******       | b******
                    devices_denied  | ''                   | ''
                    memory          | ' 500 '              | 500
                    debug           | YES                  | True
                    debug           | ''                   | False
                    include_in_backups | ''                | False
                    kernel          | ''                   | ''
                    bootmode        | ''                   | None
                    netvm           | ''                   | ''
                    ip6             | FD00:0:0:0:0:0:0:1   | fd00::1
                    """)
    @DisplayName("reads as if a setter had seen it, and stays in the store as it is")
    void readAsIfSet(String property, String written, String read) {
        scene.written(vm, property + "=" + written);
        assertEquals(read, Scene.value(vm, property));
        assertEquals(written, Scene.stored(vm, property));
    }

    @Test
    @DisplayName("what cannot be read is no old value: it can be set anew, or reset")
    void mended() throws Exception {
        scene.written(vm, "memory=many");
        assertThrows(QubesValueError.class, () -> Scene.value(vm, "memory"));
        assertEquals(
                List.of("work property-pre-set:memory", "work property-set:memory"),
                scene.heard(() -> Scene.set(vm, "memory=500")));
        assertEquals("500", Scene.value(vm, "memory"));
        scene.written(vm, "debug=perhaps");
        Scene.reset(vm, "debug");
        assertEquals("False", Scene.value(vm, "debug"));
    }
}
