package qubes.core.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.error.StoragePoolException;
import qubes.core.property.Property;
import qubes.core.property.PropertyTable;
import qubes.core.property.PropertyType;
import qubes.core.state.PoolRecord;

class PoolConfigTest {
    private static final Property<String> PLACE =
            Property.named("place", PropertyType.STR).define();
    private static final PoolDriver DRIVER =
            new PoolDriver() {
                @Override
                public String driverName() {
                    return "sample";
                }

                @Override
                public PropertyTable config() {
                    return PropertyTable.inOrder(
                            PoolOptions.REVISIONS_TO_KEEP, PLACE, PoolOptions.EPHEMERAL_VOLATILE);
                }

                @Override
                public Pool open(PoolConfig config) {
                    throw new UnsupportedOperationException();
                }
            };

    private static PoolConfig config(String option, String value) {
        return new PoolConfig(
                new PoolRecord(Map.of("name", "fast", "driver", "sample", option, value)),
                DRIVER.config());
    }

    @Test
    @DisplayName("options are listed as the driver declares them")
    void listsOptionsInOrder() {
        List<String> names = new ArrayList<>();
        DRIVER.config().forEach(option -> names.add(option.name()));
        assertEquals(List.of("revisions_to_keep", "place", "ephemeral_volatile"), names);
    }

    @Test
    @DisplayName("the store keeps every option, defaults included")
    void storesDefaultsToo() {
        assertEquals(
                List.of(
                        "name=fast",
                        "revisions_to_keep=1",
                        "place=here",
                        "ephemeral_volatile=False",
                        "driver=sample"),
                DRIVER.stored(config("place", "here")).entrySet().stream()
                        .map(Object::toString)
                        .toList());
    }

    @ParameterizedTest
    @DisplayName("ephemeral_volatile reads the usual spellings, and empty as False")
    @CsvSource({
        "True,true",
        "1,true",
        "on,true",
        "False,false",
        "0,false",
        "off,false",
        "'',false"
    })
    void readsFlags(String text, boolean value) {
        assertEquals(value, config("ephemeral_volatile", text).get(PoolOptions.EPHEMERAL_VOLATILE));
    }

    @Test
    @DisplayName("a missing option is named")
    void namesAMissingOption() {
        StoragePoolException refusal =
                assertThrows(
                        StoragePoolException.class,
                        () -> PoolOptions.required(config("revisions_to_keep", "2"), PLACE));
        assertEquals("Pool fast has no place: its driver needs that option", refusal.getMessage());
    }

    @Test
    @DisplayName("revisions_to_keep is -1 at least")
    void refusesTooFewRevisions() {
        assertEquals(-1, PoolOptions.revisionsToKeep(config("revisions_to_keep", "-1")));
        assertThrows(
                StoragePoolException.class,
                () -> PoolOptions.revisionsToKeep(config("revisions_to_keep", "-2")));
    }
}
