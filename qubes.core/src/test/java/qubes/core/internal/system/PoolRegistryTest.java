package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.error.QubesException;
import qubes.core.error.QubesNotImplementedError;
import qubes.core.error.QubesPoolInUseError;
import qubes.core.error.StoragePoolException;
import qubes.core.event.EventPattern;
import qubes.core.event.Membership;
import qubes.core.plugin.PluginReport;
import qubes.core.property.Property;
import qubes.core.property.PropertyTable;
import qubes.core.state.PoolRecord;
import qubes.core.state.VolumeRecord;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolConfig;
import qubes.core.storage.PoolDriver;
import qubes.core.storage.PoolOptions;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Globals;
import qubes.core.vm.Pools;

/** Spec domain-model.md §5.2, events.md §2.2. */
class PoolRegistryTest {
    @TempDir private Path home;

    private final List<String> done = new ArrayList<>();
    private QubesSystem system;
    private Pools pools;

    @BeforeEach
    void open() {
        system = TestSystem.empty(home);
        TestSystem.addDriver(system, new Driver());
        pools = system.pools();
    }

    @AfterEach
    void close() {
        system.close();
    }

    @Test
    @DisplayName("add_pool | driver's setup, registered, pool-add")
    void add() throws Exception {
        assertEquals(
                List.of("pool-add"),
                TestSystem.heard(system, () -> pools.add(pool("fast", "noted"))));
        assertEquals(List.of("setup"), done);
        assertEquals(Optional.of("noted"), pools.find("fast").map(PoolRecord::driver));
        assertEquals("[varlibqubes, linux-kernel, fast]", names());
    }

    @Test
    @DisplayName("add_pool of an existing name | QubesPoolInUseError, nothing set up")
    void addTwice() throws Exception {
        pools.add(pool("fast", "noted"));
        done.clear();
        assertEquals(
                List.of(),
                TestSystem.heard(
                        system,
                        () ->
                                assertThrows(
                                        QubesPoolInUseError.class,
                                        () -> pools.add(pool("fast", "noted")))));
        assertEquals(List.of(), done);
    }

    @Test
    @DisplayName("construct: no name, unknown driver | QubesException, not registered")
    void addBroken() {
        assertThrows(QubesException.class, () -> pools.add(pool("", "noted")));
        assertThrows(QubesException.class, () -> pools.add(pool("fast", "nobody's")));
        assertThrows(QubesException.class, () -> pools.add(pool("fast", "")));
        assertThrows(StoragePoolException.class, () -> pools.add(pool("broken", "noted")));
        assertEquals("[varlibqubes, linux-kernel]", names());
    }

    @Test
    @DisplayName("get_pool of an unknown name | QubesException")
    void unknown() {
        assertEquals(Optional.empty(), pools.find("nowhere"));
        assertThrows(QubesException.class, () -> pools.open("nowhere"));
    }

    @Test
    @DisplayName("an option is set | stored; the open pool takes it over and stays open")
    void set() {
        TestSystem.addDriver(system, new Tunable());
        pools.add(pool("fast", "tunable"));
        Pool open = pools.open("fast");
        pools.set("fast", PoolOptions.REVISIONS_TO_KEEP, 5);
        assertEquals("5", pools.find("fast").orElseThrow().attributes().get("revisions_to_keep"));
        assertSame(open, pools.open("fast"));
        assertEquals(List.of("reconfigured to 5"), done);
    }

    @Test
    @DisplayName("an option is set that the driver does not have, or refuses | nothing changes")
    void setRefused() {
        TestSystem.addDriver(system, new Tunable());
        pools.add(pool("fast", "tunable"));
        PoolRecord before = pools.find("fast").orElseThrow();
        assertThrows(
                StoragePoolException.class,
                () -> pools.set("fast", PoolOptions.EPHEMERAL_VOLATILE, true));
        assertThrows(
                QubesNotImplementedError.class,
                () -> pools.set("fast", PoolOptions.REVISIONS_TO_KEEP, 9));
        assertThrows(
                QubesException.class, () -> pools.set("nowhere", PoolOptions.REVISIONS_TO_KEEP, 1));
        assertEquals(before, pools.find("fast").orElseThrow());
    }

    @Test
    @DisplayName("remove_pool | pool-pre-delete, unregistered, pool-delete")
    void remove() throws Exception {
        pools.add(pool("fast", "noted"));
        List<String> there = new ArrayList<>();
        system.handle(
                system,
                EventPattern.of(Membership.PoolPreDelete.class),
                event -> there.add("before: " + names()));
        system.handle(
                system,
                EventPattern.of(Membership.PoolDelete.class),
                event -> there.add("after: " + names()));
        assertEquals(
                List.of("pool-pre-delete", "pool-delete"),
                TestSystem.heard(system, () -> pools.remove("fast")));
        assertEquals(
                List.of(
                        "before: [varlibqubes, linux-kernel, fast]",
                        "after: [varlibqubes, linux-kernel]"),
                there);
    }

    @Test
    @DisplayName("remove_pool of an unknown name | silently nothing")
    void removeUnknown() throws Exception {
        assertEquals(List.of(), TestSystem.heard(system, () -> pools.remove("nowhere")));
    }

    @Test
    @DisplayName("pool-pre-delete refused | the pool stays")
    void removeRefused() {
        pools.add(pool("fast", "noted"));
        system.handle(
                system,
                EventPattern.of(Membership.PoolPreDelete.class),
                event -> {
                    throw new QubesException("keep it");
                });
        assertThrows(QubesException.class, () -> pools.remove("fast"));
        assertEquals("[varlibqubes, linux-kernel, fast]", names());
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "default_pool",
                "default_pool_kernel",
                "default_pool_private",
                "default_pool_root",
                "default_pool_volatile"
            })
    @DisplayName("a pool that is a default, explicit or not, is in use and nobody is asked")
    void defaultIsInUse(String name) throws Exception {
        assertInUse("varlibqubes", "Storage pool is in use: set as default_pool");
        pools.add(pool("fast", "noted"));
        system.set(global(name), "fast");
        assertInUse("fast", "Storage pool is in use: set as " + name);
        system.reset(global(name));
        pools.remove("fast");
    }

    @SuppressWarnings("unchecked")
    private static Property<String> global(String name) {
        return (Property<String>) Globals.TABLE.find(name).orElseThrow();
    }

    private void assertInUse(String pool, String message) throws Exception {
        List<String> heard =
                TestSystem.heard(
                        system,
                        () -> {
                            QubesPoolInUseError error =
                                    assertThrows(
                                            QubesPoolInUseError.class, () -> pools.remove(pool));
                            assertEquals(message, error.getMessage());
                        });
        assertEquals(List.of(), heard);
    }

    @Test
    @DisplayName("a pool with a volume of any domain is in use, also while the klass is away")
    void volumeIsInUse() throws Exception {
        pools.add(pool("fast", "noted"));
        BaseVM work = TestSystem.plain(system, "work");
        VolumeRecord volume = new VolumeRecord(Map.of("name", "root", "pool", "fast"));
        TestSystem.keep(
                system,
                state -> state.withChanged(work.record().withVolumes(Map.of("root", volume))));
        assertInUse("fast", "Storage pool is in use: 'fast'");
        system.unbindFactory(TestSystem.PLAIN);
        assertInUse("fast", "Storage pool is in use: 'fast'");
    }

    static Stream<Arguments> failures() {
        return Stream.<Throwable>of(
                        new NoClassDefFoundError("a/Missing"),
                        new StackOverflowError(),
                        new AssertionError("never"),
                        new IllegalStateException("a bug"))
                .map(error -> Arguments.of(error.getClass().getSimpleName(), error));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    @DisplayName("a driver whose pools fail to close leaves all the same, with all of them closed:")
    void driverThatFailsToClose(String name, Throwable error) {
        Leaky leaky = new Leaky(error);
        TestSystem.addDriver(system, leaky);
        for (String pool : List.of("one", "two", "three")) {
            pools.add(pool(pool, "leaky"));
            pools.open(pool);
        }
        done.clear();
        system.unbindDriver(leaky);
        assertEquals(Set.of("one", "two", "three"), Set.copyOf(done));
        assertThrows(QubesException.class, () -> pools.open("one"));
        assertEquals(3, system.plugins().reports().stream().mapToLong(PluginReport::faults).sum());
        TestSystem.addDriver(system, new Leaky(error));
        pools.open("one");
        done.clear();
        pools.remove("one");
        assertEquals(List.of("one"), done);
        assertEquals("[varlibqubes, linux-kernel, two, three]", names());
    }

    private String names() {
        return pools.list().stream().map(PoolRecord::name).toList().toString();
    }

    private static PoolRecord pool(String name, String driver) {
        return new PoolRecord(Map.of("name", name, "driver", driver));
    }

    /** Notes when a pool is set up; one named broken cannot be. */
    private final class Driver implements PoolDriver {
        @Override
        public String driverName() {
            return "noted";
        }

        @Override
        public PropertyTable config() {
            return PropertyTable.of();
        }

        @Override
        public Pool open(PoolConfig config) {
            return (Pool)
                    Proxy.newProxyInstance(
                            PoolRegistryTest.class.getClassLoader(),
                            new Class<?>[] {Pool.class},
                            (proxy, method, arguments) -> {
                                if (method.getName().equals("setup")) {
                                    setUp(config.poolName());
                                }
                                return null;
                            });
        }
    }

    /** Its pools fail to close once they were opened for use; notes each that was asked to. */
    private final class Leaky implements PoolDriver {
        private final Throwable error;

        Leaky(Throwable error) {
            this.error = error;
        }

        @Override
        public String driverName() {
            return "leaky";
        }

        @Override
        public PropertyTable config() {
            return PropertyTable.of();
        }

        @Override
        public Pool open(PoolConfig config) {
            boolean[] beingSetUp = new boolean[1];
            return (Pool)
                    Proxy.newProxyInstance(
                            PoolRegistryTest.class.getClassLoader(),
                            new Class<?>[] {Pool.class},
                            (proxy, method, arguments) -> {
                                beingSetUp[0] |= method.getName().equals("setup");
                                if (method.getName().equals("close") && !beingSetUp[0]) {
                                    done.add(config.poolName());
                                    throw error;
                                }
                                return null;
                            });
        }
    }

    /** Has one option, which can change while the pool is open; nine revisions are too many. */
    private final class Tunable implements PoolDriver {
        @Override
        public String driverName() {
            return "tunable";
        }

        @Override
        public PropertyTable config() {
            return PropertyTable.of(PoolOptions.REVISIONS_TO_KEEP);
        }

        @Override
        public Pool open(PoolConfig config) {
            if (PoolOptions.revisionsToKeep(config) == 9) {
                throw new QubesNotImplementedError("so many revisions are not kept");
            }
            return (Pool)
                    Proxy.newProxyInstance(
                            PoolRegistryTest.class.getClassLoader(),
                            new Class<?>[] {Pool.class},
                            (proxy, method, arguments) ->
                                    method.getName().equals("reconfigure")
                                            ? done.add(
                                                    "reconfigured to "
                                                            + PoolOptions.revisionsToKeep(
                                                                    (PoolConfig) arguments[0]))
                                            : null);
        }
    }

    private void setUp(String pool) {
        if (pool.equals("broken")) {
            throw new StoragePoolException("it cannot be set up");
        }
        done.add("setup");
    }
}
