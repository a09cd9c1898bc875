package qubes.device.pci;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The names of makers and products in the host's {@code pci.ids}, as far as there is one.
 * Immutable; only reading the file blocks.
 */
final class PciNames {
    private static final Logger log = LoggerFactory.getLogger(PciNames.class);
    private static final Pattern LINE = Pattern.compile("(\t?)([0-9a-f]{4})\\s+(.*)");
    private static final Pattern UNSAFE = Pattern.compile("[^ -~]");

    private final Map<String, String> names; // maker's number, or with the product's, to name

    private PciNames(Map<String, String> names) {
        this.names = Map.copyOf(names);
    }

    /** Reads the first of the files that can be read. */
    static PciNames read(List<Path> files) {
        for (Path file : files) {
            try {
                return new PciNames(parse(Files.readAllLines(file, StandardCharsets.ISO_8859_1)));
            } catch (IOException e) {
                log.debug("No names of PCI devices in {}", file, e);
            }
        }
        return new PciNames(Map.of());
    }

    private static Map<String, String> parse(List<String> lines) {
        Map<String, String> names = new HashMap<>();
        String vendor = "";
        for (String line : lines) {
            if (line.startsWith("C ")) {
                break; // classes follow, of which the core knows
            }
            Matcher entry = LINE.matcher(line);
            if (!entry.matches()) {
                continue;
            }
            String name = UNSAFE.matcher(entry.group(3).strip()).replaceAll("_");
            if (entry.group(1).isEmpty()) {
                vendor = entry.group(2);
                names.put(vendor, name);
            } else {
                names.put(vendor + ":" + entry.group(2), name);
            }
        }
        return names;
    }

    /** The maker's name. */
    Optional<String> vendor(String vendor) {
        return Optional.ofNullable(names.get(digits(vendor)));
    }

    /** The product's name. */
    Optional<String> product(String vendor, String product) {
        return Optional.ofNullable(names.get(digits(vendor) + ":" + digits(product)));
    }

    private static String digits(String number) {
        return number.startsWith("0x") ? number.substring(2) : number;
    }
}
