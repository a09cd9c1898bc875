package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.state.DomainRecord;
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

    @TempDir private Path home;

    @ParameterizedTest(name = "{0} with {1}: {2}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    private  | vid=a                      | ORIGIN rw 2147483648
                    private  | vid=a size=1234            | ORIGIN rw 1234
                    private  | vid=a save_on_stop=        | VOLATILE rw 2147483648
                    private  | vid=a save_on_stop=False   | VOLATILE rw 2147483648
                    private  | vid=a save_on_stop=1       | ORIGIN rw 2147483648
                    private  | vid=a rw=False             | ORIGIN ro 2147483648
                    root     | vid=a source=b             | SNAPSHOT rw 0
                    root     | vid=a source=b size=99     | SNAPSHOT rw 99
                    root     | vid=a snap_on_start=False  | VOLATILE rw 0
                    volatile | vid=a                      | VOLATILE rw 10737418240
                    kernel   | vid=a                      | VOLATILE ro 0
                    another  | vid=a                      | VOLATILE ro 0
                    another  | vid=a save_on_stop=True    | ORIGIN ro 0
                    """)
    @DisplayName("what the store does not say of a volume is as the klass has it")
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
        QubesSystem system = TestSystem.of(EmptyStore.under(home).withAdded(domain), home);
        try {
            system.addFactory(STORING);
            QubesVM vm = (QubesVM) system.domain(new DomainName("work"));
            VolumeSpec spec = vm.storage().spec(volume);
            assertEquals(
                    expected, spec.kind() + (spec.writable() ? " rw " : " ro ") + spec.sizeBytes());
            assertEquals(record, vm.volumes().get(volume), "the store stays as it is");
        } finally {
            system.close();
        }
    }
}
