package qubes.admin.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenFilesTest {
    @ParameterizedTest
    @CsvSource({
        "4096, 20000, 4096",
        "4096,  1024,  768",
        "4096,   260,  100",
        " 100,   260,  100",
        "4096,    64,   16",
        "4096, 9223372036854775807, 4096"
    })
    @DisplayName("of the files a process may have open, connections take what the rest leaves")
    void within(int wanted, long files, int expected) {
        assertEquals(expected, OpenFiles.within(wanted, files));
    }

    @Test
    @DisplayName("the kernel's own table is read, and one without a limit")
    void limit() {
        assertEquals(
                1024,
                OpenFiles.limit(
                        List.of(
                                "Limit                     Soft Limit           Hard Limit           Units",
                                "Max open files            1024                 4096                 files")));
        assertEquals(
                Long.MAX_VALUE,
                OpenFiles.limit(
                        List.of(
                                "Max open files            unlimited            unlimited            files")));
    }
}
