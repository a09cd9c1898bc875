package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.state.DomainRecord;
import qubes.core.state.PoolRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;
import qubes.core.state.VolumeRecord;
import qubes.core.storage.VolumeSpec;
import qubes.core.value.DomainName;
import qubes.core.vm.QubesVM;
import qubes.core.vm.VolumeLayout;

/** Attributes of volumes that a store leaves out, or words otherwise: spec vm-classes §8. */
class StoredVolumesTest {
    private static final TestSystem.Klass STORING =
            new TestSystem.Klass(
                    QubesVM.TRAITS
                            .extend("StoringVM")
                            .volumes(
                                    VolumeLayout.NONE
                                            .snapshot("root")
                                            .persistent("private", 2)
                                            .scratch("volatile", 10)
                                            .kernel())
                            .define());

    /** Of a template of its own kind, or of one of {@link #STORING}. */
    private static final TestSystem.Klass COPYING =
            new TestSystem.Klass(
                    QubesVM.TRAITS
                            .extend("CopyingVM")
                            .declare(TestSystem.TEMPLATE)
                            .volumes(VolumeLayout.NONE.snapshot("private"))
                            .define());

    @TempDir private Path home;

    @ParameterizedTest(name = "{0} of {1}")
    @CsvSource({
        "copy,   base, SNAPSHOT of base-private",
        "second, copy, SNAPSHOT of base-private",
        "copy,   copy, VOLATILE of nothing",
        "copy,   none, VOLATILE of nothing",
    })
    @DisplayName("a copy whose source the store leaves out is one of the last template's volume")
    void sourceIsLeftOut(String leaf, String template, String expected) {
        SystemState state =
                EmptyStore.under(home)
                        .withAdded(domain(1, "base", "StoringVM", "none"))
                        .withAdded(
                                domain(
                                        2,
                                        "copy",
                                        "CopyingVM",
                                        leaf.equals("copy") ? template : "base"))
                        .withAdded(domain(3, "second", "CopyingVM", "copy"));
        QubesSystem system = TestSystem.of(state, home);
        try {
            TestSystem.addFactory(system, STORING);
            TestSystem.addFactory(system, COPYING);
            QubesVM vm = (QubesVM) system.domain(new DomainName(leaf));
            VolumeSpec spec = vm.storage().spec("private");
            assertEquals(expected, spec.kind() + " of " + spec.source().orElse("nothing"));
        } finally {
            system.close();
        }
    }

    private static DomainRecord domain(int qid, String name, String klass, String template) {
        Map<String, String> volume =
                Map.of("name", "private", "pool", "three", "vid", name + "-private");
        return DomainRecord.create(qid, new DomainName(name), new UUID(0, qid), klass)
                .withProperty("template", Optional.of(StoredValue.ofText(template)))
                .withVolumes(Map.of("private", new VolumeRecord(volume)));
    }

    @ParameterizedTest(name = "{0} with {1}: {2}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    private  | vid=a                      | ORIGIN rw 2147483648 keeps 1
                    private  | vid=a pool=three           | ORIGIN rw 2147483648 keeps 3
                    private  | vid=a revisions_to_keep=-1 | ORIGIN rw 2147483648 keeps -1
                    private  | vid=a size=1234            | ORIGIN rw 1234 keeps 1
                    private  | vid=a save_on_stop=        | VOLATILE rw 2147483648 keeps 0
                    private  | vid=a save_on_stop=False   | VOLATILE rw 2147483648 keeps 0
                    private  | vid=a save_on_stop=1       | ORIGIN rw 2147483648 keeps 1
                    private  | vid=a rw=False             | ORIGIN ro 2147483648 keeps 1
                    root     | vid=a                      | VOLATILE rw 0 keeps 0
                    root     | vid=a source=b             | SNAPSHOT rw 0 keeps 0
                    root     | vid=a source=b size=99     | SNAPSHOT rw 99 keeps 0
                    root     | vid=a snap_on_start=False  | VOLATILE rw 0 keeps 0
                    volatile | vid=a                      | VOLATILE rw 10737418240 keeps 0
                    kernel   | vid=a                      | VOLATILE ro 0 keeps 0
                    another  | vid=a                      | VOLATILE ro 0 keeps 0
                    another  | vid=a save_on_stop=True    | ORIGIN ro 0 keeps 1
                    """)
    @DisplayName("what the store does not say of a volume is as the klass, or the pool, has it")
    void completed(String volume, String attributes, String expected) {
        Map<String, String> stored = new LinkedHashMap<>();
        stored.put("name", volume);
        stored.put("pool", "somewhere");
        for (String attribute : attributes.split(" ")) {
            String[] parts = attribute.split("=", 2);
            stored.put(parts[0], parts[1]);
        }
        VolumeRecord record = new VolumeRecord(stored);
        DomainRecord domain =
                DomainRecord.create(
                                3,
                                new DomainName("work"),
                                UUID.fromString("5b1d0b0e-2f0b-4e7e-9d0e-4a8b7d2f9c11"),
                                "StoringVM")
                        .withVolumes(Map.of(volume, record));
        PoolRecord pool =
                new PoolRecord(Map.of("name", "three", "driver", "none", "revisions_to_keep", "3"));
        QubesSystem system =
                TestSystem.of(
                        EmptyStore.under(home).withAdded(domain).withPools(List.of(pool)), home);
        try {
            TestSystem.addFactory(system, STORING);
            QubesVM vm = (QubesVM) system.domain(new DomainName("work"));
            VolumeSpec spec = vm.storage().spec(volume);
            assertEquals(
                    expected,
                    spec.kind()
                            + (spec.writable() ? " rw " : " ro ")
                            + spec.sizeBytes()
                            + " keeps "
                            + spec.revisionsToKeep());
            assertEquals(record, vm.volumes().get(volume), "the store stays as it is");
        } finally {
            system.close();
        }
    }
}
