package qubes.bench;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import qubes.core.internal.store.PropertyOrder;
import qubes.core.internal.store.StoreFile;
import qubes.core.internal.store.StoreReader;
import qubes.core.internal.store.StoreWriter;
import qubes.core.state.DomainRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;
import qubes.core.value.DomainName;

/**
 * What it costs to read a store, to serialise it again after one domain changed, and to do so and
 * have it on disk; what is written is printed.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class StoreBenchmark {
    private static final DomainName LAST = new DomainName("work-0000");

    @Param({"100", "1000", "10000"})
    private int domains;

    private byte[] text = {};
    private @Nullable Path folder;
    private @Nullable StoreFile file;
    private SystemState state = SystemState.EMPTY;
    private StoreWriter writer = new StoreWriter(PropertyOrder.AS_STORED);
    private boolean debug;

    /** Reads the store once and serialises it once, so that what is unchanged is known. */
    @Setup(Level.Trial)
    public void prepare() throws IOException {
        text = SampleStore.of(domains, "/var/lib/qubes").getBytes(StandardCharsets.UTF_8);
        state = load();
        writer = new StoreWriter(PropertyOrder.AS_STORED);
        Path made = Files.createTempDirectory("store-benchmark");
        folder = made;
        file = StoreFile.create(made.resolve("qubes.xml"), writer.write(state));
        System.out.printf("%n%d domains are %d bytes on disk%n", domains, written(made));
    }

    private static long written(Path folder) throws IOException {
        return Files.size(folder.resolve("qubes.xml"));
    }

    @TearDown(Level.Trial)
    public void cleanUp() throws IOException {
        if (file != null && folder != null) {
            file.close();
            Files.delete(folder.resolve("qubes.xml"));
            Files.delete(folder);
        }
    }

    /** Reads all of the store. */
    @Benchmark
    public SystemState load() throws IOException {
        try (InputStream in = new ByteArrayInputStream(text)) {
            return new StoreReader().read(in, "qubes.xml");
        }
    }

    /** Changes one domain and serialises the store. */
    @Benchmark
    public List<byte[]> changeOneAndSerialise() {
        DomainRecord record = state.domain(LAST);
        if (record == null) {
            throw new IllegalStateException("the sample has no domain " + LAST);
        }
        debug = !debug;
        state =
                state.withChanged(
                        record.withProperty(
                                "debug",
                                Optional.of(StoredValue.ofText(debug ? "True" : "False"))));
        return writer.write(state);
    }

    /** Changes one domain, serialises the store and has it on disk. */
    @Benchmark
    public void changeOneAndSave() {
        if (file != null) {
            file.save(changeOneAndSerialise());
        }
    }
}
