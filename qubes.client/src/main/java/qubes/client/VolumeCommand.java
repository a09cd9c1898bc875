package qubes.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Volumes, as {@code qvm-volume}. */
final class VolumeCommand implements Command {
    private static final Set<String> SETTINGS = Set.of("rw", "revisions_to_keep", "ephemeral");

    @Override
    public String usage() {
        return """
                volume list [-p POOL] [VM ...]
                volume info VM:VOLUME [PROPERTY]
                volume config VM:VOLUME rw|revisions_to_keep|ephemeral VALUE
                volume resize [-f] VM:VOLUME SIZE
                volume revert VM:VOLUME [REVISION]
                volume import [--size SIZE] [--no-resize] VM:VOLUME FILE
                volume clone VM:VOLUME VM:VOLUME
                volume clear VM:VOLUME""";
    }

    @Override
    public String help() {
        return """
                List volumes of qubes, show one, or change its settings, size or data. Clone copies the first volume's data to
                the second one, import that of a file (- is standard input), clear leaves zeroes; all of them replace what
                was there. Revert goes back to the newest revision unless told which.
                  -p, --pool POOL    only those in that pool
                  -f, --force        resize: also to less, which cuts data off
                      --size SIZE    import: the size of the volume from then on; else that of a plain FILE
                      --no-resize    import: leave the volume's size; FILE must have as many bytes
                SIZE is in bytes, or with a unit: K, M, G and T are powers of 1000, KiB, MiB, GiB and TiB of 1024.
                """;
    }

    @Override
    public int run(Session session, List<String> arguments) {
        Options options =
                new Options()
                        .value("-p", "--pool")
                        .flag("-f", "--force")
                        .value("--size")
                        .flag("--no-resize")
                        .parse(arguments);
        List<String> words = options.positional();
        String action = words.isEmpty() ? "list" : words.get(0);
        List<String> rest = words.isEmpty() ? words : words.subList(1, words.size());
        switch (action) {
            case "list", "ls", "l" -> list(session, rest, options.get("-p"));
            case "info", "i" -> {
                return info(session, rest);
            }
            case "config", "c", "set", "s" ->
                    config(session, exactly(3, rest, "VM:VOLUME PROPERTY VALUE"));
            case "resize", "extend" ->
                    resize(session, exactly(2, rest, "VM:VOLUME SIZE"), options.has("-f"));
            case "revert", "rv", "r" -> revert(session, rest);
            case "import" -> importFile(session, exactly(2, rest, "VM:VOLUME FILE"), options);
            case "clone" -> copy(session, exactly(2, rest, "two volumes, VM:VOLUME each"));
            case "clear" ->
                    VolumeName.of(exactly(1, rest, "VM:VOLUME").get(0)).call(session, "Clear", "");
            default ->
                    throw new UsageError(
                            "list, info, config, resize, revert, import, clone or clear, not "
                                    + Text.quote(action));
        }
        return 0;
    }

    private static void list(Session session, List<String> names, @Nullable String pool) {
        Table table = new Table().row("POOL:VOLUME", "VMNAME", "VOLUME_NAME", "REVERT_POSSIBLE");
        for (String vm : names.isEmpty() ? new ArrayList<>(session.domains().keySet()) : names) {
            for (String volume :
                    Session.lines(session.daemon().call("admin.vm.volume.List", "", vm))) {
                Map<String, String> info = volume(session, vm, volume);
                if (pool == null || pool.equals(info.get("pool"))) {
                    String place =
                            info.getOrDefault("pool", "") + ":" + info.getOrDefault("vid", "");
                    table.row(
                            place,
                            vm,
                            volume,
                            revisions(session, vm, volume).isEmpty() ? "No" : "Yes");
                }
            }
        }
        table.print(session.out());
    }

    private static int info(Session session, List<String> words) {
        if (words.isEmpty() || words.size() > 2) {
            throw new UsageError("info needs VM:VOLUME, and perhaps a property");
        }
        VolumeName name = VolumeName.of(words.get(0));
        String vm = name.vm();
        String volume = name.volume();
        Map<String, String> info = volume(session, vm, volume);
        if (words.size() == 2) {
            String value = info.get(words.get(1));
            if (value == null) {
                throw new UsageError("no such property: " + Text.quote(words.get(1)));
            }
            session.out().println(value);
            return 0;
        }
        Table table = new Table();
        for (Map.Entry<String, String> property : info.entrySet()) {
            table.row(property.getKey(), property.getValue());
        }
        table.print(session.out());
        List<String> revisions = revisions(session, vm, volume);
        session.out()
                .println(
                        "List of available revisions (for revert):"
                                + (revisions.isEmpty() ? " none" : ""));
        for (String revision : revisions) {
            session.out().println("  " + revision);
        }
        return 0;
    }

    private static List<String> exactly(int count, List<String> words, String what) {
        if (words.size() != count) {
            throw new UsageError("needed: " + what);
        }
        return words;
    }

    private static void config(Session session, List<String> words) {
        String property = words.get(1).replace('-', '_');
        if (!SETTINGS.contains(property)) {
            throw new UsageError(
                    "rw, revisions_to_keep or ephemeral, not " + Text.quote(words.get(1)));
        }
        VolumeName.of(words.get(0)).call(session, "Set." + property, words.get(2));
    }

    private static void resize(Session session, List<String> words, boolean force) {
        VolumeName name = VolumeName.of(words.get(0));
        long size = Size.bytes(words.get(1));
        long now =
                Long.parseLong(volume(session, name.vm(), name.volume()).getOrDefault("size", "0"));
        if (size < now && !force) {
            throw new UsageError(
                    "for your own safety, shrinking of "
                            + name
                            + " from "
                            + now
                            + " to "
                            + size
                            + " bytes is disabled; --force does it, and cuts data off");
        }
        name.call(session, "Resize", Long.toString(size));
    }

    private static void revert(Session session, List<String> words) {
        if (words.isEmpty() || words.size() > 2) {
            throw new UsageError("needed: VM:VOLUME, and perhaps a revision");
        }
        VolumeName name = VolumeName.of(words.get(0));
        String revision;
        if (words.size() == 2) {
            revision = words.get(1);
        } else {
            List<String> revisions = revisions(session, name.vm(), name.volume());
            if (revisions.isEmpty()) {
                throw new DaemonError("QubesException", name + " has no revision to go back to");
            }
            revision = revisions.get(revisions.size() - 1);
        }
        name.call(session, "Revert", revision);
    }

    private static void importFile(Session session, List<String> words, Options options) {
        @Nullable String size = options.get("--size");
        if (size != null && options.has("--no-resize")) {
            throw new UsageError("--size and --no-resize exclude each other");
        }
        String file = words.get(1);
        OptionalLong bytes = OptionalLong.empty();
        if (size != null) {
            bytes = OptionalLong.of(Size.bytes(size));
        } else if (!options.has("--no-resize")) {
            bytes = VolumeImport.sizeOf(file);
        }
        VolumeImport.run(session, VolumeName.of(words.get(0)), file, bytes);
    }

    /** Both must keep their data, or the copy would be of no use, or of nothing. */
    private static void copy(Session session, List<String> words) {
        VolumeName from = VolumeName.of(words.get(0));
        VolumeName to = VolumeName.of(words.get(1));
        for (VolumeName name : List.of(from, to)) {
            if (!"True".equals(volume(session, name.vm(), name.volume()).get("save_on_stop"))) {
                throw new DaemonError(
                        "QubesException", name + " does not keep its data: it cannot be cloned");
            }
        }
        to.call(session, "CloneTo", from.call(session, "CloneFrom", ""));
    }

    private static Map<String, String> volume(Session session, String vm, String volume) {
        return Session.pairLines(session.daemon().call("admin.vm.volume.Info", volume, vm));
    }

    private static List<String> revisions(Session session, String vm, String volume) {
        return Session.lines(session.daemon().call("admin.vm.volume.ListSnapshots", volume, vm));
    }
}
