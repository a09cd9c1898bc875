package qubes.client;

import java.util.List;
import java.util.TreeMap;

/** {@code create}, as {@code qvm-create}. */
final class CreateCommand implements Command {
    @Override
    public String usage() {
        return "create NAME --label LABEL [--class CLASS] [--template TEMPLATE] [--property NAME=VALUE ...] "
                + "[-P POOL | --pool VOLUME=POOL ...]\ncreate --help-classes";
    }

    @Override
    public String help() {
        return """
                Create a qube.
                  -l, --label LABEL           colour
                  -C, --class CLASS           AppVM unless told
                  -t, --template TEMPLATE     the system's default_template unless told
                      --property NAME=VALUE   set a property of the new qube; also --prop
                  -P POOL                     pool of all its volumes that are no copies
                  -p, --pool VOLUME=POOL      pool of one volume; without a volume as -P
                      --help-classes          list the classes there are
                """;
    }

    @Override
    public int run(Session session, List<String> arguments) {
        Options options =
                new Options()
                        .value("--label", "-l")
                        .value("--class", "-C")
                        .value("--template", "-t")
                        .value("--property", "--prop")
                        .value("-P")
                        .value("--pool", "-p")
                        .flag("--help-classes")
                        .parse(arguments);
        if (options.has("--help-classes")) {
            return new InfoCommand.Klasses().run(session, List.of("list"));
        }
        String name = options.positional(1, 1, "the name of the new qube").get(0);
        String label = options.get("--label");
        if (label == null) {
            throw new UsageError("--label is missing");
        }
        refuseUnknownLabel(session, label);
        for (String property : options.all("--property")) {
            Text.pair("--property", property);
        }
        create(session, options, name, label);
        for (String property : options.all("--property")) {
            String[] pair = Text.pair("--property", property);
            session.daemon().call("admin.vm.property.Set", pair[0], name, pair[1]);
        }
        return 0;
    }

    private static void refuseUnknownLabel(Session session, String label) {
        List<String> labels = Session.lines(session.ask("admin.label.List", ""));
        if (!labels.contains(label)) {
            throw new UsageError(
                    "no such label: "
                            + Text.quote(label)
                            + "; available: "
                            + String.join(", ", labels));
        }
    }

    /** A blank would end the option and begin another one. */
    private static void option(StringBuilder payload, String key, String value) {
        if (key.indexOf(' ') >= 0 || value.indexOf(' ') >= 0) {
            throw new UsageError("no blanks, please: " + Text.quote(key + "=" + value));
        }
        payload.append(payload.isEmpty() ? "" : " ").append(key).append('=').append(value);
    }

    private static void create(Session session, Options options, String name, String label) {
        String everywhere = options.get("-P");
        TreeMap<String, String> pools = new TreeMap<>(); // volume name to pool
        for (String word : options.all("--pool")) {
            if (word.indexOf('=') < 0) {
                everywhere = word;
            } else {
                String[] pair = Text.pair("--pool", word);
                pools.put(pair[0], pair[1]);
            }
        }
        if (everywhere != null && !pools.isEmpty()) {
            throw new UsageError("name one pool for all volumes or one for each, not both");
        }
        StringBuilder payload = new StringBuilder();
        option(payload, "name", name);
        option(payload, "label", label);
        if (everywhere != null) {
            option(payload, "pool", everywhere);
        }
        for (String volume : pools.keySet()) {
            option(payload, "pool:" + volume, pools.getOrDefault(volume, ""));
        }
        String klass = options.get("--class");
        String template = options.get("--template");
        boolean pooled = everywhere != null || !pools.isEmpty();
        session.daemon()
                .call(
                        (pooled ? "admin.vm.CreateInPool." : "admin.vm.Create.")
                                + (klass == null ? "AppVM" : klass),
                        template == null ? "" : template,
                        Daemon.DOM0,
                        payload.toString());
    }
}
