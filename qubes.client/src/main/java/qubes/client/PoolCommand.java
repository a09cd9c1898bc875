package qubes.client;

import java.util.List;
import java.util.Map;

/** {@code pool list}, {@code pool info} and {@code pool drivers}, as {@code qvm-pool}. */
final class PoolCommand implements Command {
    @Override
    public String usage() {
        return "pool list\npool info POOL\npool drivers";
    }

    @Override
    public String help() {
        return "List storage pools, show one, or list the drivers and the options they take.\n";
    }

    @Override
    public int run(Session session, List<String> arguments) {
        List<String> words =
                new Options().parse(arguments).positional(0, 2, "list, info or drivers");
        String action = words.isEmpty() ? "list" : words.get(0);
        switch (action) {
            case "list", "ls", "l" -> list(session);
            case "info", "i" -> {
                if (words.size() < 2) {
                    throw new UsageError("the name of a pool is missing");
                }
                info(session, words.get(1));
            }
            case "drivers", "d" -> drivers(session);
            default -> throw new UsageError("list, info or drivers, not " + Text.quote(action));
        }
        return 0;
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
