package qubes.core.internal.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import qubes.core.state.DomainRecord;
import qubes.core.state.PoolRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;
import qubes.core.value.DomainName;
import qubes.core.value.Label;

/** The system that a new store begins with (spec domain-model §4): labels, two pools, dom0. */
final class EmptyStore {
    private static final List<Label> LABELS =
            List.of(
                    new Label(1, "0xcc0000", "red"),
                    new Label(2, "0xf57900", "orange"),
                    new Label(3, "0xedd400", "yellow"),
                    new Label(4, "0x73d216", "green"),
                    new Label(5, "0x555555", "gray"),
                    new Label(6, "0x3465a4", "blue"),
                    new Label(7, "0x75507b", "purple"),
                    new Label(8, "0x000000", "black"));

    private EmptyStore() {}

    /** The state of a new system whose domains live under {@code base}. Tries what it can hold. */
    static SystemState under(Path base) {
        return under(base, EmptyStore::reflinks);
    }

    /**
     * As {@link #under(Path)}.
     *
     * @param reflinks whether files in a folder can share their blocks
     */
    static SystemState under(Path base, Predicate<Path> reflinks) {
        PoolRecord images =
                new PoolRecord(
                        reflinks.test(base)
                                ? ordered("varlibqubes", base, "file-reflink")
                                : ordered("varlibqubes", base, "file"));
        PoolRecord kernels =
                new PoolRecord(ordered("linux-kernel", base.resolve("vm-kernels"), "linux-kernel"));
        DomainRecord dom0 =
                DomainRecord.create(
                                0, DomainName.DOM0, DomainRecord.NIL_UUID, DomainRecord.ADMIN_KLASS)
                        .withProperty("label", Optional.of(StoredValue.ofText("black")));
        return SystemState.of(
                LABELS,
                List.of(images, kernels),
                Map.of("default_pool_kernel", StoredValue.ofText("linux-kernel")),
                List.of(),
                List.of(dom0));
    }

    private static Map<String, String> ordered(String name, Path directory, String driver) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("name", name);
        attributes.put("dir_path", directory.toString());
        attributes.put("driver", driver);
        return attributes;
    }

    /**
     * True if files under {@code directory} can share their blocks, tried with a real file; false
     * if it cannot be tried.
     */
    static boolean reflinks(Path directory) {
        try {
            Path from = Files.createTempFile(directory, "reflink", ".probe");
            Path to = from.resolveSibling(from.getFileName() + "~");
            try {
                Files.write(from, new byte[4096]);
                Process copy =
                        new ProcessBuilder(
                                        "cp",
                                        "--reflink=always",
                                        "--",
                                        from.toString(),
                                        to.toString())
                                .redirectErrorStream(true)
                                .start();
                copy.getInputStream().readAllBytes();
                return copy.waitFor(10, TimeUnit.SECONDS) && copy.exitValue() == 0;
            } finally {
                Files.deleteIfExists(to);
                Files.deleteIfExists(from);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (IOException e) {
            return false;
        }
    }
}
