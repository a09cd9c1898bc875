package qubes.storage.lvm;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.HostCommands;
import qubes.core.storage.HostCommands.Outcome;

/**
 * One thin pool of LVM and the commands that change its volumes. What LVM lists takes a tenth of a
 * second to ask for, so it is kept until a command here changes something.
 */
final class ThinPool {
    private static final Logger log = LoggerFactory.getLogger(ThinPool.class);
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final Duration COPY_LIMIT = Duration.ofHours(4);
    private static final Duration USAGE_STAYS_FRESH = Duration.ofSeconds(30);

    private final String group;
    private final String name;
    private final HostCommands commands;
    private final InstantSource clock;
    private final ReentrantLock lock =
            new ReentrantLock(); // for the listing; LVM has its own locks
    private volatile @Nullable Listing listing;

    /** What LVM listed at a time: full name to volume. */
    private record Listing(Map<String, LogicalVolume> volumes, Instant at) {}

    ThinPool(String group, String name, HostCommands commands, InstantSource clock) {
        this.group = group;
        this.name = name;
        this.commands = commands;
        this.clock = clock;
    }

    String group() {
        return group;
    }

    /** Group, slash, name. */
    String fullName() {
        return group + "/" + name;
    }

    /** Now, in whole seconds since 1970. */
    long now() {
        return clock.instant().getEpochSecond();
    }

    /** The pool itself. */
    Optional<LogicalVolume> itself() {
        return find(fullName());
    }

    /** A volume of that full name, of this pool or not. */
    Optional<LogicalVolume> find(String volume) {
        return Optional.ofNullable(volumes().get(volume));
    }

    boolean has(String volume) {
        return find(volume).isPresent();
    }

    /** The volumes of this pool, by name. */
    List<LogicalVolume> thinVolumes() {
        return volumes().values().stream()
                .filter(volume -> volume.group().equals(group) && volume.thinPool().equals(name))
                .toList();
    }

    /** Asks LVM again if what it said is too old to tell how much space is taken. */
    void refreshUsage() {
        Listing last = listing;
        if (last != null && last.at().plus(USAGE_STAYS_FRESH).isBefore(clock.instant())) {
            listing = null;
        }
    }

    /** Asks LVM again at the next question. */
    void refresh() {
        listing = null;
    }

    /** Makes an empty volume. */
    void create(String volume, long bytes) {
        change(
                "lvcreate",
                "--thin",
                "--setactivationskip=n",
                "--activate=y",
                "--name=" + volume.substring(volume.indexOf('/') + 1),
                "--virtualsize=" + bytes + "B",
                "--",
                fullName());
    }

    /**
     * Makes a volume with the data that another has now. Without {@code --type=thin}: LVM 2.03.16
     * refuses the two together.
     */
    void snapshot(String source, String volume) {
        change(
                "lvcreate",
                "--setactivationskip=n",
                "--activate=y",
                "--snapshot",
                "--name=" + volume,
                "--",
                source);
    }

    /** Deletes a volume that may not be there. */
    void remove(String volume) {
        if (!has(volume)) {
            return;
        }
        // Gives the space back piece by piece; LVM alone would hold up all of the pool's volumes
        // meanwhile.
        commands.run(
                LIMIT, HostCommands.asRoot(List.of("blkdiscard", "-p", "1G", "/dev/" + volume)));
        change("lvremove", "--force", "--", volume);
    }

    void rename(String volume, String to) {
        change("lvrename", "--", volume, to);
    }

    /** Changes the size; it is for LVM to accept or refuse a smaller one. */
    void resize(String volume, long bytes) {
        change("lvresize", "--size=" + bytes + "B", "--", volume);
    }

    void activate(String volume) {
        change("lvchange", "--activate=y", "--", volume);
    }

    /** Copies a file or device to a new, empty volume. */
    void copy(Path source, String volume) {
        Outcome outcome =
                commands.run(
                        COPY_LIMIT,
                        HostCommands.asRoot(
                                List.of(
                                        "dd",
                                        "if=" + source,
                                        "of=/dev/" + volume,
                                        "conv=sparse,nocreat,fsync",
                                        "status=none",
                                        "bs=128K")));
        if (!outcome.succeeded()) {
            throw new StoragePoolException(
                    "Copying data to volume " + volume + ": " + outcome.reason());
        }
    }

    private Map<String, LogicalVolume> volumes() {
        Listing known = listing;
        if (known == null) {
            lock.lock();
            try {
                known = listing;
                if (known == null) {
                    Instant at = clock.instant();
                    known = new Listing(LvsReport.parse(lvm(LvsReport.COMMAND)), at);
                    listing = known;
                }
            } finally {
                lock.unlock();
            }
        }
        return known.volumes();
    }

    private void change(String... command) {
        try {
            lvm(List.of(command));
        } finally {
            refresh();
        }
    }

    private String lvm(List<String> arguments) {
        List<String> command = new ArrayList<>(arguments);
        command.add(0, "lvm");
        Outcome outcome = commands.run(LIMIT, HostCommands.asRoot(command));
        String complaint =
                outcome.errors()
                        .lines()
                        .filter(line -> !line.contains("exceeds the size of thin pool"))
                        .collect(Collectors.joining("\n"))
                        .strip();
        if (!outcome.succeeded()) {
            throw new StoragePoolException(complaint.replace("%", "%%"));
        }
        if (!complaint.isEmpty()) {
            log.warn("Thin pool {}: {}", fullName(), complaint);
        }
        return outcome.output();
    }
}
