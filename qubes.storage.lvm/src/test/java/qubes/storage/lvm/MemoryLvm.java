package qubes.storage.lvm;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import qubes.core.storage.HostCommands;

/**
 * LVM as far as the driver's commands go, in memory: one volume group with one thin pool. Remembers
 * the commands that change something, and follows the identity of volumes through renames.
 */
final class MemoryLvm implements HostCommands {
    /** One logical volume; {@code origin} is the identity of what it was taken from. */
    record Volume(int uuid, long size, int origin) {}

    static final String GROUP = "vg";
    static final String POOL = "pool";

    private final Map<String, Volume> volumes = new TreeMap<>(); // name without the group to volume
    private final List<String> ran = new ArrayList<>();
    private int lastUuid;
    private String complaint = "";
    private String refused = "";

    /** Has a volume there from the beginning. */
    MemoryLvm with(String name) {
        volumes.put(name, new Volume(++lastUuid, 1 << 30, 0));
        return this;
    }

    /** Says {@code words} on standard error at every command. */
    MemoryLvm complaining(String words) {
        this.complaint = words;
        return this;
    }

    /** Fails at commands that begin with {@code command}. */
    void refuse(String command) {
        this.refused = command;
    }

    /** Names of all volumes, without the group. */
    List<String> names() {
        return List.copyOf(volumes.keySet());
    }

    int uuid(String name) {
        return volumes.get(name).uuid();
    }

    long size(String name) {
        return volumes.get(name).size();
    }

    /** Name of the volume that this one was taken from. */
    String origin(String name) {
        int origin = volumes.get(name).origin();
        return volumes.entrySet().stream()
                .filter(volume -> volume.getValue().uuid() == origin)
                .map(Map.Entry::getKey)
                .collect(Collectors.joining());
    }

    /** What was run since the last call, listings apart. */
    List<String> ran() {
        List<String> since = List.copyOf(ran);
        ran.clear();
        return since;
    }

    @Override
    public Outcome run(Duration limit, List<String> command) {
        List<String> plain =
                command.get(0).equals("sudo") ? command.subList(2, command.size()) : command;
        String line = String.join(" ", plain);
        if (!refused.isEmpty() && line.startsWith(refused)) {
            return new Outcome(5, "", "  100% refused\n");
        }
        if (plain.get(0).equals("lvm") && plain.get(1).equals("lvs")) {
            return new Outcome(0, report(), complaint);
        }
        ran.add(line);
        if (plain.get(0).equals("lvm")) {
            change(plain.subList(1, plain.size()));
        }
        return new Outcome(0, "", complaint);
    }

    private void change(List<String> command) {
        String last = name(command.get(command.size() - 1));
        switch (command.get(0)) {
            case "lvcreate" -> {
                boolean snapshot = command.contains("--snapshot");
                Volume source = snapshot ? existing(last) : new Volume(0, size(command), 0);
                String name = name(option(command, "--name="));
                if (volumes.put(name, new Volume(++lastUuid, source.size(), source.uuid()))
                        != null) {
                    throw new AssertionError(name + " exists");
                }
            }
            case "lvremove" -> {
                existing(last);
                volumes.remove(last);
            }
            case "lvrename" -> {
                String from = name(command.get(command.size() - 2));
                Volume moved = existing(from);
                volumes.remove(from);
                if (volumes.put(last, moved) != null) {
                    throw new AssertionError(last + " exists");
                }
            }
            case "lvresize" -> {
                Volume old = existing(last);
                volumes.put(last, new Volume(old.uuid(), size(command), old.origin()));
            }
            case "lvchange" -> existing(last);
            default -> throw new AssertionError("no such command: " + command);
        }
    }

    private Volume existing(String name) {
        if (!volumes.containsKey(name)) {
            throw new AssertionError(name + " is not there");
        }
        return volumes.get(name);
    }

    private static long size(List<String> command) {
        String size =
                option(command, command.get(0).equals("lvresize") ? "--size=" : "--virtualsize=");
        return Long.parseLong(size.substring(0, size.length() - 1));
    }

    private static String option(List<String> command, String prefix) {
        return command.stream()
                .filter(argument -> argument.startsWith(prefix))
                .findFirst()
                .orElseThrow()
                .substring(prefix.length());
    }

    private static String name(String full) {
        return full.substring(full.indexOf('/') + 1);
    }

    private String report() {
        List<String> lines = new ArrayList<>();
        lines.add(line("", POOL, 1000, "12.3456", "twi-aotz--", "", "101B", "33.33"));
        volumes.forEach(
                (name, volume) ->
                        lines.add(
                                line(
                                        POOL,
                                        name,
                                        volume.size(),
                                        "50.00",
                                        "Vwi-a-tz--",
                                        origin(name),
                                        "",
                                        "")));
        return "{\"report\":[{\"lv\":[" + String.join(",", lines) + "]}]}";
    }

    private static String line(
            String pool,
            String name,
            long size,
            String used,
            String attr,
            String origin,
            String meta,
            String usedMeta) {
        return ("{'vg_name':'"
                        + GROUP
                        + "','pool_lv':'"
                        + pool
                        + "','lv_name':'"
                        + name
                        + "','lv_size':'"
                        + size
                        + "B','data_percent':'"
                        + used
                        + "','lv_attr':'"
                        + attr
                        + "','origin':'"
                        + origin
                        + "','lv_metadata_size':'"
                        + meta
                        + "','metadata_percent':'"
                        + usedMeta
                        + "'}")
                .replace('\'', '"');
    }
}
