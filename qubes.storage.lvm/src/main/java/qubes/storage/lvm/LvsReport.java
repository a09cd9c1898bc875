package qubes.storage.lvm;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import qubes.core.error.StoragePoolException;

/** Reads what {@code lvs} reports. */
final class LvsReport {
    static final List<String> COMMAND =
            List.of(
                    "lvs",
                    "--quiet",
                    "--quiet",
                    "--noheadings",
                    "-o",
                    "vg_name,pool_lv,name,lv_size,data_percent,lv_attr,origin,lv_metadata_size,metadata_percent",
                    "--units",
                    "b",
                    "--reportformat=json");

    private static final JsonFactory JSON = new JsonFactory();

    private LvsReport() {}

    /** Full name to volume, sorted by name. */
    static Map<String, LogicalVolume> parse(String report) {
        Map<String, LogicalVolume> found = new TreeMap<>();
        try (JsonParser json = JSON.createParser(report)) {
            Map<String, String> fields =
                    new HashMap<>(); // of the object that is read at the moment
            String field = "";
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                switch (token) {
                    case START_OBJECT -> fields.clear();
                    case FIELD_NAME -> field = json.currentName();
                    case VALUE_STRING -> fields.put(field, json.getText());
                    case END_OBJECT -> {
                        if (fields.containsKey("lv_name")) {
                            LogicalVolume volume = volume(fields);
                            found.put(volume.fullName(), volume);
                        }
                        fields.clear();
                    }
                    default -> {
                        // arrays only group what is read above
                    }
                }
            }
        } catch (IOException | NumberFormatException e) {
            throw new StoragePoolException("What LVM lists cannot be understood", e);
        }
        return found;
    }

    private static LogicalVolume volume(Map<String, String> fields) {
        long size = bytes(text(fields, "lv_size"));
        long metadata = bytes(text(fields, "lv_metadata_size"));
        return new LogicalVolume(
                text(fields, "vg_name"),
                text(fields, "pool_lv"),
                text(fields, "lv_name"),
                size,
                share(size, text(fields, "data_percent")),
                text(fields, "lv_attr"),
                text(fields, "origin"),
                metadata,
                share(metadata, text(fields, "metadata_percent")));
    }

    private static String text(Map<String, String> fields, String name) {
        return fields.getOrDefault(name, "");
    }

    private static long bytes(String text) {
        return text.isEmpty()
                ? 0
                : Long.parseLong(text.endsWith("B") ? text.substring(0, text.length() - 1) : text);
    }

    /** That many percent of {@code size}, truncated to whole bytes. */
    private static long share(long size, String percent) {
        if (percent.isEmpty()) {
            return 0;
        }
        return new BigDecimal(percent)
                .multiply(BigDecimal.valueOf(size))
                .divide(BigDecimal.valueOf(100), RoundingMode.DOWN)
                .longValue();
    }
}
