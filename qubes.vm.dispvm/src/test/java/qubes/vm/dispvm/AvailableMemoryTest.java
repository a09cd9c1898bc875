package qubes.vm.dispvm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AvailableMemoryTest {
    private static final int MIB = 1 << 20;

    @TempDir Path folder;

    @ParameterizedTest(name = "{0} MiB free, {1} to keep, {2} each, {3} wanted: {4}")
    @CsvSource({
        "1000,    0, 400, 5, 2",
        "1200,    0, 400, 5, 3",
        "1200,    1, 400, 5, 2",
        "10000,   0, 400, 5, 5",
        "399,     0, 400, 5, 0",
        "500,  1000, 400, 5, 0",
        "500,     0,   0, 5, 5",
    })
    @DisplayName("as many as there is memory for beyond what must stay free")
    void enough(long free, int threshold, int memory, int wanted, int expected) throws IOException {
        Path file = Files.writeString(folder.resolve("avail-mem"), free * MIB + "\n");
        assertEquals(expected, new AvailableMemory(file).enoughFor(wanted, memory, threshold));
    }

    @Test
    @DisplayName("where nobody says what is free, or says it badly, memory is no limit")
    void unknown() throws IOException {
        Path file = folder.resolve("avail-mem");
        assertEquals(5, new AvailableMemory(file).enoughFor(5, 400, 0));
        Files.writeString(file, "plenty");
        assertEquals(5, new AvailableMemory(file).enoughFor(5, 400, 0));
    }
}
