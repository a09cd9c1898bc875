package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.error.StoragePoolException;
import qubes.core.state.PoolRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;
import qubes.core.storage.HostCommands;
import qubes.core.vm.Globals;

/** Spec domain-model.md §5.1. */
class DefaultPoolTest {
    private static final Path BASE = Path.of("/home/of/qubes");

    @TempDir private Path host;

    /** Pools are written as {@code name driver attribute=value …}, with commas between. */
    @ParameterizedTest(name = "{0} | DEFAULT_LVM_POOL={1} | root in {2} | {3}")
    @CsvSource(
            delimiter = '|',
            value = {
                "default lvm_thin, x file dir_path=/var/lib/qubes | tp | vg/tp | default",
                "a lvm_thin volume_group=vg thin_pool=tp, x file dir_path=/var/lib/qubes | tp | | a",
                "a lvm_thin volume_group=vg thin_pool=tp, b lvm_thin volume_group=o thin_pool=t2 | t2 | vg/tp | b",
                "a lvm_thin volume_group=vg thin_pool=tp, x file dir_path=/var/lib/qubes | other | | x",
                "a callback thin_pool=tp, x file dir_path=/var/lib/qubes | tp | | x",
                "a lvm_thin volume_group=vg thin_pool=tp, x file dir_path=/var/lib/qubes | | vg/tp | a",
                "a lvm_thin volume_group=vg thin_pool=tp, x file dir_path=/var/lib/qubes | | v2/tp | x",
                "a lvm_thin volume_group=vg thin_pool=tp, x file dir_path=/var/lib/qubes | | vg/t2 | x",
                "a lvm_thin volume_group=vg thin_pool=tp, x file dir_path=/var/lib/qubes | | | x",
                "x file-reflink dir_path=/var/lib/qubes | | | x",
                "x file-reflink dir_path=/home/of/qubes | | | x",
                "x file dir_path=/elsewhere | | | ",
                "x linux-kernel dir_path=/var/lib/qubes | | | ",
                "x file-of-another-kind dir_path=/var/lib/qubes | | | ",
            })
    @DisplayName("The default of default_pool is the first of five that is there")
    void firstOfFive(String pools, String asked, String root, String expected) {
        DefaultPool natural =
                new DefaultPool(
                        Optional.ofNullable(asked),
                        Optional.ofNullable(root)
                                .map(text -> text.split("/", 2))
                                .map(parts -> new ThinPool(parts[0], parts[1])),
                        BASE);
        assertEquals(Optional.ofNullable(expected), natural.among(pools(pools)));
    }

    private static List<PoolRecord> pools(String text) {
        List<PoolRecord> pools = new ArrayList<>();
        for (String pool : text.split(", ", -1)) {
            String[] words = pool.split(" ", -1);
            Map<String, String> attributes = new LinkedHashMap<>();
            attributes.put("name", words[0]);
            attributes.put("driver", words[1]);
            for (int i = 2; i < words.length; i++) {
                String[] parts = words[i].split("=", 2);
                attributes.put(parts[0], parts[1]);
            }
            pools.add(new PoolRecord(attributes));
        }
        return pools;
    }

    @Test
    @DisplayName("no such pool: default_pool and those for volumes have no value")
    void noPool() {
        SystemState empty = EmptyStore.under(host, folder -> false);
        QubesSystem system =
                TestSystem.of(empty.withPools(pools("x file dir_path=/elsewhere")), host);
        try {
            assertEquals(Optional.empty(), system.find(Globals.DEFAULT_POOL));
            assertEquals(Optional.empty(), system.find(Globals.DEFAULT_POOL_PRIVATE));
            assertThrows(IllegalStateException.class, () -> system.get(Globals.DEFAULT_POOL));
            assertThrows(
                    QubesPropertyValueError.class,
                    () -> system.set(Globals.DEFAULT_POOL, "nowhere"));
            system.set(Globals.DEFAULT_POOL, "x");
            assertEquals("x", system.get(Globals.DEFAULT_POOL_PRIVATE));
            assertEquals("x", system.get(Globals.DEFAULT_POOL_ROOT));
            assertEquals("x", system.get(Globals.DEFAULT_POOL_VOLATILE));
            assertEquals(
                    StoredValue.ofText("linux-kernel"),
                    system.state().globals().get("default_pool_kernel"));
        } finally {
            system.close();
        }
    }

    private static final String ON_LVM =
            """
            20 1 0:5 / /proc rw - proc proc rw
            21 1 8:1 / / rw - ext4 /dev/sda1 rw
            22 1 253:7 / / rw,relatime shared:1 - ext4 /dev/mapper/vg--1-root rw
            """;

    @ParameterizedTest(name = "uuid {0}, lvs says {1} | {2}")
    @CsvSource({
        "LVM-abc, '  vg-1/pool00', vg-1/pool00",
        "LVM-abc, '  vg-1/', ''",
        "LVM-abc, '', ''",
        "LVM-abc, <fails>, ''",
        "CRYPT-LUKS2-abc, 'never asked', ''",
        "<none>, 'never asked', ''",
    })
    @DisplayName("The thin pool of the root file system is what LVM says of its volume")
    void rootOnLvm(String uuid, String answer, String expected) throws IOException {
        Path mapped = host.resolve("sys/dev/block/253:7/dm");
        write(host.resolve("proc/self/mountinfo"), ON_LVM);
        if (!uuid.equals("<none>")) {
            write(mapped.resolve("uuid"), uuid + "\n");
            write(mapped.resolve("name"), "vg--1-root\n");
        }
        HostCommands lvm =
                (limit, command) -> {
                    assertEquals("/dev/mapper/vg--1-root", command.get(command.size() - 1));
                    assertEquals(true, uuid.startsWith("LVM-"));
                    if (answer.equals("<fails>")) {
                        throw new StoragePoolException("lvs cannot be started");
                    }
                    return new HostCommands.Outcome(0, answer + "\n", "");
                };
        assertEquals(
                expected,
                ThinPool.ofRoot(host.resolve("proc"), host.resolve("sys"), lvm)
                        .map(pool -> pool.group() + "/" + pool.name())
                        .orElse(""));
    }

    @Test
    @DisplayName("a host that tells nothing has no thin pool of the root file system")
    void silentHost() {
        HostCommands none =
                (limit, command) -> {
                    throw new AssertionError("nobody is asked");
                };
        assertEquals(
                Optional.empty(), ThinPool.ofRoot(host.resolve("proc"), host.resolve("sys"), none));
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
