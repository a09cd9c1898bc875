package qubes.bench;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
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
import qubes.core.event.PropertyReset;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Network;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.core.vm.Templates;
import qubes.testkit.QubesFixture;

/**
 * What single steps of the model cost, in a whole system of real bundles: reads of properties,
 * look-ups, an event that nobody listens to, and who uses what.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class ModelBenchmark {
    private static final DomainName BASE = new DomainName("base");
    private static final DomainName LAST = new DomainName("work-0000");

    @Param("10000")
    private int domains;

    private @Nullable QubesFixture system;
    private Qubes qubes = unset();
    private BaseVM base = unset();
    private BaseVM work = unset();
    private UUID uuid = new UUID(0, 0);
    private PropertyReset event = unset();

    /** Loads the sample store into a system with the bundles of its klasses. */
    @Setup(Level.Trial)
    public void start() {
        byte[] store = SampleStore.of(domains, "/var/lib/qubes").getBytes(StandardCharsets.UTF_8);
        QubesFixture made =
                QubesFixture.load(
                        new ByteArrayInputStream(store), "qubes.vm.templatevm", "qubes.vm.appvm");
        system = made;
        qubes = made.qubes();
        base = qubes.domain(BASE);
        work = qubes.domain(LAST);
        uuid = work.uuid();
        base.set(QubesVM.VCPUS, 3);
        work.set(QubesVM.DEBUG, true);
        event = new PropertyReset(work, QubesVM.VCPUS, Optional.empty());
    }

    @TearDown(Level.Trial)
    public void stop() {
        if (system != null) {
            system.close();
        }
    }

    @Benchmark
    public boolean readExplicit() {
        return work.get(QubesVM.DEBUG);
    }

    @Benchmark
    public int readDefaultSetOnTemplate() {
        return work.get(QubesVM.VCPUS);
    }

    @Benchmark
    public int readDefaultOfTemplateChain() {
        return work.get(QubesVM.MEMORY);
    }

    @Benchmark
    public Optional<DomainName> readDefaultOfSystem() {
        return work.get(Network.NETVM);
    }

    @Benchmark
    public Optional<BaseVM> findByName() {
        return qubes.find(LAST);
    }

    @Benchmark
    public Optional<BaseVM> findByUuid() {
        return qubes.find(uuid);
    }

    /** Its allocations are in the line {@code gc.alloc.rate.norm} of {@code -prof gc}. */
    @Benchmark
    public void fireUnheard() {
        work.fire(event);
    }

    /** Nobody: the answer must not cost a look at every domain. */
    @Benchmark
    public List<BaseVM> whoIsConnectedToNobody() {
        return base.find(Network.class).map(Network::connected).orElse(List.of());
    }

    /** All but two: the answer is long. */
    @Benchmark
    public List<BaseVM> whoIsBasedOnTheOnlyTemplate() {
        return Templates.basedOn(base);
    }

    /** Set before anything is measured. */
    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T unset() {
        return null;
    }
}
