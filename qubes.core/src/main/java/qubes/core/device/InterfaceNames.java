package qubes.core.device;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The words that the host has for interfaces of USB and PCI devices, from the files of hwdata (spec
 * devices.md §3). Immutable; only reading them blocks.
 */
public final class InterfaceNames {
    private static final Logger log = LoggerFactory.getLogger(InterfaceNames.class);

    /** Where hosts keep the files. */
    public static final Path HWDATA = Path.of("/usr/share/hwdata");

    /** No words at all. */
    public static final InterfaceNames NONE = new InterfaceNames(Map.of());

    private static final Pattern CLASS = Pattern.compile("C ([0-9a-f]{2})\\s+(.*)");
    private static final Pattern BELOW = Pattern.compile("(\t{1,2})([0-9a-f]{2})\\s+(.*)");
    private static final Set<String> PLACEHOLDERS =
            Set.of("none", "(none)", "no subclass", "unused", "undefined");

    private final Map<String, String>
            names; // letter of the class and two, four or six digits, to name

    private InterfaceNames(Map<String, String> names) {
        this.names = Map.copyOf(names);
    }

    /**
     * Reads {@code usb.ids} and {@code pci.ids} in a folder. What is not there, or cannot be read,
     * gives no names. Blocks.
     *
     * @param folder where the system has the lists
     * @return the names
     */
    public static InterfaceNames read(Path folder) {
        Map<String, String> names = new HashMap<>();
        readFile(folder.resolve("usb.ids"), 'u', names);
        readFile(folder.resolve("pci.ids"), 'p', names);
        return new InterfaceNames(names);
    }

    private static void readFile(Path file, char letter, Map<String, String> names) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            log.debug("No names of interfaces: {} is not there", file);
            return;
        } catch (IOException e) {
            log.warn("No names of interfaces: {} cannot be read", file, e);
            return;
        }
        String[] path = {"", ""}; // codes of the class and the subclass that the line is below
        for (String line : lines) {
            Matcher top = CLASS.matcher(line);
            Matcher below = BELOW.matcher(line);
            if (top.matches()) {
                path[0] = letter + top.group(1);
                path[1] = "";
                put(names, path[0], top.group(2));
            } else if (below.matches() && !path[0].isEmpty()) {
                boolean subclass = below.group(1).length() == 1;
                String code = (subclass ? path[0] : path[1]) + below.group(2);
                if (subclass) {
                    path[1] = code;
                }
                put(names, code, below.group(3));
            } else if (!line.isEmpty() && line.charAt(0) != '#' && line.charAt(0) != '\t') {
                path[0] = "";
            }
        }
    }

    private static void put(Map<String, String> names, String code, String name) {
        String lower = name.strip().toLowerCase(Locale.ROOT);
        if (!PLACEHOLDERS.contains(lower) && !lower.startsWith("vendor specific")) {
            names.put(code, name.strip());
        }
    }

    /** The closest name: of the programming interface, else the subclass, else the class. */
    Optional<String> find(DeviceInterface sought) {
        String code = sought.code().toLowerCase(Locale.ROOT);
        for (int length : new int[] {7, 5, 3}) {
            String name = names.get(code.substring(0, length));
            if (name != null) {
                return Optional.of(name);
            }
        }
        return Optional.empty();
    }
}
