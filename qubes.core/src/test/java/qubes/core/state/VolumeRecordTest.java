package qubes.core.state;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attributes of volumes in the store (spec qubes-xml.md §1). */
class VolumeRecordTest {
    @Test
    @DisplayName("a new volume has them in the original's order, what nobody understands last")
    void newVolume() {
        assertEquals(
                "name pool vid revisions_to_keep rw save_on_stop snap_on_start ephemeral size source"
                        + " hue",
                names(
                        VolumeRecord.ordered(
                                attributes(
                                        "hue source size ephemeral snap_on_start save_on_stop rw"
                                                + " revisions_to_keep vid pool name"))));
    }

    @ParameterizedTest(name = "{0} to {1}")
    @CsvSource({
        "size,      name pool rw,           name pool rw size",
        "ephemeral, name pool rw size,      name pool rw ephemeral size",
        "pool,      name rw size hue,       name pool rw size hue",
        "rw,        size rw name,           size rw name",
        "hue,       name pool size,         name pool size hue"
    })
    @DisplayName("a new attribute comes to its place, a changed one stays where it is")
    void withAttribute(String attribute, String before, String after) {
        VolumeRecord changed =
                new VolumeRecord(attributes(before)).with(attribute, Optional.of("new"));
        assertEquals(after, names(changed));
        assertEquals(Optional.of("new"), changed.text(attribute));
    }

    @Test
    @DisplayName("one that is removed moves no other")
    void withoutAttribute() {
        VolumeRecord volume = new VolumeRecord(attributes("size rw name"));
        assertEquals("size name", names(volume.with("rw", Optional.empty())));
        assertEquals("size rw name", names(volume.with("hue", Optional.empty())));
    }

    private static Map<String, String> attributes(String names) {
        Map<String, String> attributes = new LinkedHashMap<>();
        List.of(names.split(" ")).forEach(name -> attributes.put(name, "of " + name));
        return attributes;
    }

    private static String names(VolumeRecord volume) {
        return String.join(" ", volume.attributes().keySet());
    }
}
