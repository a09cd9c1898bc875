package qubes.client;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Storage pools, as {@code qvm-pool}. */
final class PoolCommand implements Command {
    private static final Set<String> SETTABLE = Set.of("revisions_to_keep", "ephemeral_volatile");

    @Override
    public String usage() {
        return """
                pool list
                pool info POOL
                pool volumes POOL
                pool drivers
                pool add POOL DRIVER [-o OPTION=VALUE[,...]]...
                pool set POOL -o OPTION=VALUE[,...]...
                pool remove POOL...""";
    }

    @Override
    public String help() {
        return """
                List storage pools, show one, list the drivers and the options they take, or add, set and remove pools. A
                pool in use cannot be removed; the data of one that is removed stays.
                  -o, --option OPTION=VALUE    an option of the driver; set takes revisions_to_keep and ephemeral_volatile
                """;
    }

    @Override
    public int run(Session session, List<String> arguments) {
        Options options = new Options().value("-o", "--option").parse(arguments);
        List<String> words = options.positional();
        String action = words.isEmpty() ? "list" : words.get(0);
        List<String> names = words.isEmpty() ? words : words.subList(1, words.size());
        switch (action) {
            case "list", "ls", "l" -> {
                take(0, names);
                list(session);
            }
            case "info", "i" -> info(session, take(1, names).get(0));
            case "volumes" ->
                    session.out()
                            .print(session.ask("admin.pool.volume.List", take(1, names).get(0)));
            case "drivers", "d" -> {
                take(0, names);
                drivers(session);
            }
            case "add", "a" -> add(session, take(2, names), settings(options));
            case "set", "s" -> set(session, take(1, names).get(0), settings(options));
            case "remove", "rm", "r" -> {
                take(Math.max(names.size(), 1), names);
                names.forEach(name -> session.ask("admin.pool.Remove", name));
            }
            default ->
                    throw new UsageError(
                            "list, info, volumes, drivers, add, set or remove, not "
                                    + Text.quote(action));
        }
        return 0;
    }

    private static List<String> take(int count, List<String> names) {
        if (names.size() < count) {
            throw new UsageError(
                    names.isEmpty() ? "the name of a pool is missing" : "the driver is missing");
        }
        if (names.size() > count) {
            throw new UsageError("unexpected argument: " + names.get(count));
        }
        return names;
    }

    /** Option to value, sorted. */
    private static SortedMap<String, String> settings(Options options) {
        SortedMap<String, String> settings = new TreeMap<>();
        for (String given : options.all("-o")) {
            for (String pair : given.split(",", -1)) {
                String[] sides = Text.pair("-o", pair);
                settings.put(sides[0], sides[1]);
            }
        }
        return settings;
    }

    private static void add(
            Session session, List<String> names, SortedMap<String, String> settings) {
        StringBuilder payload = new StringBuilder("name=" + names.get(0) + "\n");
        settings.forEach(
                (option, value) -> payload.append(option).append('=').append(value).append('\n'));
        session.daemon().call("admin.pool.Add", names.get(1), Daemon.DOM0, payload.toString());
    }

    private static void set(Session session, String pool, SortedMap<String, String> settings) {
        if (settings.isEmpty()) {
            throw new UsageError("what to set is missing: -o OPTION=VALUE");
        }
        for (String option : settings.keySet()) {
            if (!SETTABLE.contains(option)) {
                throw new UsageError(
                        "revisions_to_keep or ephemeral_volatile, not " + Text.quote(option));
            }
        }
        settings.forEach(
                (option, value) ->
                        session.daemon()
                                .call("admin.pool.Set." + option, pool, Daemon.DOM0, value));
    }

    private static void list(Session session) {
        List<String> pools = Session.lines(session.ask("admin.pool.List", ""));
        if (pools.isEmpty()) {
            throw new DaemonError(
                    "QubesDaemonCommunicationError",
                    "qubesd lists no pools, and there always is one");
        }
        Table table = new Table().row("NAME", "DRIVER");
        for (String pool : pools) {
            table.row(
                    pool,
                    Session.pairLines(session.ask("admin.pool.Info", pool))
                            .getOrDefault("driver", ""));
        }
        table.print(session.out());
    }

    private static void info(Session session, String pool) {
        Table table = new Table();
        for (Map.Entry<String, String> option :
                Session.pairLines(session.ask("admin.pool.Info", pool)).entrySet()) {
            table.row(option.getKey(), option.getValue());
        }
        table.print(session.out());
    }

    private static void drivers(Session session) {
        Table table = new Table().row("DRIVER", "OPTIONS");
        for (String line : Session.lines(session.ask("admin.pool.ListDrivers", ""))) {
            int blank = line.indexOf(' ');
            String driver = blank < 0 ? line : line.substring(0, blank);
            String options = blank < 0 ? "" : line.substring(blank + 1).strip();
            table.row(driver, options.replace(" ", ", "));
        }
        table.print(session.out());
    }
}
