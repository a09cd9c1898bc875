package qubes.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code volume list} and {@code volume info}, as {@code qvm-volume}. */
final class VolumeCommand implements Command {
    @Override
    public String usage() {
        return "volume list [-p POOL] [VM ...]\nvolume info VM:VOLUME [PROPERTY]";
    }

    @Override
    public String help() {
        return """
                List volumes of qubes, or show one.
                  -p, --pool POOL    only those in that pool
                """;
    }

    @Override
    public int run(Session session, List<String> arguments) {
        Options options = new Options().value("-p", "--pool").parse(arguments);
        List<String> words = options.positional();
        String action = words.isEmpty() ? "list" : words.get(0);
        List<String> rest = words.isEmpty() ? words : words.subList(1, words.size());
        switch (action) {
            case "list", "ls", "l" -> list(session, rest, options.get("-p"));
            case "info", "i" -> {
                return info(session, rest);
            }
            default -> throw new UsageError("list or info, not " + Text.quote(action));
        }
        return 0;
    }

    private static void list(
            Session session, List<String> names, @org.jspecify.annotations.Nullable String pool) {
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
        if (words.isEmpty() || words.size() > 2 || words.get(0).indexOf(':') < 1) {
            throw new UsageError("info needs VM:VOLUME, and perhaps a property");
        }
        int colon = words.get(0).indexOf(':');
        String vm = words.get(0).substring(0, colon);
        String volume = words.get(0).substring(colon + 1);
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

    private static Map<String, String> volume(Session session, String vm, String volume) {
        return Session.pairLines(session.daemon().call("admin.vm.volume.Info", volume, vm));
    }

    private static List<String> revisions(Session session, String vm, String volume) {
        return Session.lines(session.daemon().call("admin.vm.volume.ListSnapshots", volume, vm));
    }
}
