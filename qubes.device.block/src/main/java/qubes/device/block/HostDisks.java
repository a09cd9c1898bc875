package qubes.device.block;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The block devices of the host that may be offered to qubes: those that are there with some size,
 * and that neither the host uses itself, mounted, as swap or below another device, nor hold a
 * volume of a qube. Everything blocks on the kernel's files.
 */
final class HostDisks {
    private static final Logger log = LoggerFactory.getLogger(HostDisks.class);
    private static final Pattern ID = Pattern.compile("[a-z0-9-]{1,12}");
    private static final Pattern MEMORY = Pattern.compile("z?ram[0-9]+");
    private static final int SECTOR = 512;
    private static final int TEXT = 256;

    private final Path block;
    private final Path proc;

    /**
     * @param sysfs where the kernel tells of devices, {@code /sys}
     * @param proc where it tells of mounts, {@code /proc}
     */
    HostDisks(Path sysfs, Path proc) {
        this.block = sysfs.resolve("class/block");
        this.proc = proc;
    }

    /**
     * The devices, by name.
     *
     * @param volumes the folder that loop devices of qubes' volumes lie in
     */
    List<HostDisk> offered(Path volumes) {
        Map<String, HostDisk> found = new TreeMap<>();
        for (String name : names()) {
            if (!ID.matcher(name).matches()) {
                log.warn("Block device {} is not offered: its name is too odd", name);
            } else if (!MEMORY.matcher(name).matches()) {
                read(name).filter(disk -> disk.bytes() > 0).ifPresent(d -> found.put(name, d));
            }
        }
        Set<String> used = used(volumes);
        found.values()
                .removeIf(
                        disk ->
                                used.contains(disk.id())
                                        || disk.parent()
                                                .map(HostDisk::id)
                                                .map(used::contains)
                                                .orElse(false)
                                        || hasUsedPart(disk, found, used));
        return List.copyOf(found.values());
    }

    /** The device of that name, whether or not it may be offered. */
    Optional<HostDisk> find(String name) {
        return ID.matcher(name).matches() ? read(name) : Optional.empty();
    }

    /** What changes when a device comes, goes, or gets another size. */
    List<String> fingerprint() {
        return names().stream().map(name -> name + text(name, "size").orElse("")).toList();
    }

    private static boolean hasUsedPart(HostDisk disk, Map<String, HostDisk> all, Set<String> used) {
        return all.values().stream()
                .filter(part -> part.parent().map(HostDisk::id).equals(Optional.of(disk.id())))
                .anyMatch(part -> used.contains(part.id()));
    }

    private List<String> names() {
        try (Stream<Path> entries = Files.list(block)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            log.debug("No block devices: {} cannot be read", block, e);
            return List.of();
        }
    }

    private Optional<HostDisk> read(String name) {
        if (!Files.isDirectory(block.resolve(name))) {
            return Optional.empty();
        }
        return Optional.of(
                new HostDisk(
                        name,
                        text(name, "size").map(HostDisks::sectors).orElse(0L) * SECTOR,
                        text(name, "ro").equals(Optional.of("1")),
                        description(name),
                        whole(name).flatMap(this::read)));
    }

    /** The disk that a partition is of. */
    private Optional<String> whole(String name) {
        Path device = block.resolve(name);
        if (!Files.exists(device.resolve("partition"))) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(device.toRealPath().getParent())
                    .map(parent -> parent.getFileName().toString());
        } catch (IOException e) {
            log.debug("{} is gone", device, e);
            return Optional.empty();
        }
    }

    /** The file behind a loop device, the name of a mapped one, or the model of a disk. */
    private String description(String name) {
        return text(name, "loop/backing_file")
                .or(() -> text(name, "dm/name"))
                .or(() -> text(name, "device/model"))
                .map(text -> text.replace(' ', '_'))
                .orElse("");
    }

    private Set<String> used(Path volumes) {
        Set<String> used = new HashSet<>();
        Set<String> busy = busyNumbers();
        Set<String> nodes = busyNodes();
        for (String name : names()) {
            boolean mine =
                    text(name, "loop/backing_file")
                                    .filter(file -> Path.of(file).startsWith(volumes))
                                    .isPresent()
                            || text(name, "dm/uuid").orElse("").startsWith("LVM-");
            if (mine
                    || text(name, "dev").filter(busy::contains).isPresent()
                    || nodes.contains("/dev/" + name)
                    || hasHolders(name)) {
                used.add(name);
            }
        }
        return used;
    }

    private boolean hasHolders(String name) {
        try (Stream<Path> holders = Files.list(block.resolve(name).resolve("holders"))) {
            return holders.findAny().isPresent();
        } catch (IOException e) {
            return false; // partitions of old kernels have no such folder
        }
    }

    /** Major and minor numbers of what is mounted. */
    private Set<String> busyNumbers() {
        Set<String> numbers = new HashSet<>();
        for (String line : lines(proc.resolve("self/mountinfo"))) {
            String[] fields = line.split(" ", 4);
            if (fields.length > 2) {
                numbers.add(fields[2]);
            }
        }
        return numbers;
    }

    /** Nodes that file systems of several devices, or swaps, name. */
    private Set<String> busyNodes() {
        Set<String> nodes = new HashSet<>();
        for (String line : lines(proc.resolve("self/mountinfo"))) {
            int options = line.indexOf(" - ");
            String[] fields = line.substring(options < 0 ? 0 : options + 3).split(" ");
            if (fields.length > 1) {
                nodes.add(fields[1]);
            }
        }
        for (String line : lines(proc.resolve("swaps"))) {
            nodes.add(line.split("\\s", 2)[0]);
        }
        return nodes;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            log.debug("{} cannot be read", file, e);
            return new ArrayList<>();
        }
    }

    private Optional<String> text(String name, String file) {
        try {
            byte[] bytes = Files.readAllBytes(block.resolve(name).resolve(file));
            String text = new String(bytes, StandardCharsets.ISO_8859_1).strip();
            return Optional.of(text.substring(0, Math.min(TEXT, text.length())))
                    .filter(some -> !some.isEmpty());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            log.debug("{} of {} cannot be read", file, name, e);
            return Optional.empty();
        }
    }

    private static long sectors(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            log.warn("A block device says its size is {}", digits);
            return 0;
        }
    }
}
