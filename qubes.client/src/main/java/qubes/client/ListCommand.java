package qubes.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code ls}, with the columns of {@code qvm-ls}. */
final class ListCommand implements Command {
    private static final String STANDARD = "NAME,STATE,CLASS,LABEL,TEMPLATE,NETVM";

    @Override
    public String usage() {
        return "ls [--raw-list | --raw-data] [-O COLUMN,...] [VM ...]";
    }

    @Override
    public String help() {
        return """
                List qubes.
                  --raw-list           names only, one a line
                  --raw-data           columns separated by | and without heads
                  -O, --fields LIST    columns, separated by commas: NAME, STATE, CLASS or any property
                """;
    }

    @Override
    public int run(Session session, List<String> arguments) {
        Options options =
                new Options()
                        .flag("--raw-list")
                        .flag("--raw-data")
                        .value("-O", "--fields")
                        .parse(arguments);
        Map<String, Map<String, String>> domains = chosen(session, options.positional());
        if (options.has("--raw-list")) {
            domains.keySet().forEach(session.out()::println);
            return 0;
        }
        String fields = options.get("-O");
        String[] columns =
                (fields == null ? STANDARD : fields).toUpperCase(Locale.ROOT).split(",", -1);
        if (List.of(columns).contains("")) {
            throw new UsageError(
                    "a column without a name: " + Text.quote(String.join(",", columns)));
        }
        List<String[]> rows = new ArrayList<>();
        for (Map.Entry<String, Map<String, String>> domain : domains.entrySet()) {
            rows.add(row(session, domain.getKey(), domain.getValue(), columns));
        }
        if (options.has("--raw-data")) {
            for (String[] row : rows) {
                session.out().println(String.join("|", row));
            }
            return 0;
        }
        Table table = new Table().row(columns);
        for (String[] row : rows) {
            table.row(row);
        }
        table.print(session.out());
        return 0;
    }

    private static Map<String, Map<String, String>> chosen(Session session, List<String> names) {
        Map<String, Map<String, String>> domains = session.domains();
        Session.refuseUnknown(names, domains.keySet());
        if (!names.isEmpty()) {
            domains.keySet().retainAll(names);
        }
        return domains;
    }

    private static String[] row(
            Session session, String name, Map<String, String> listed, String[] columns) {
        String[] cells = new String[columns.length];
        Map<String, PropertyValue> properties = Map.of();
        boolean asked = false;
        for (int i = 0; i < columns.length; i++) {
            switch (columns[i]) {
                case "NAME" -> cells[i] = name;
                case "STATE" -> cells[i] = listed.getOrDefault("state", "");
                case "CLASS" -> cells[i] = listed.getOrDefault("class", "");
                default -> {
                    if (!asked) {
                        properties = properties(session, name);
                        asked = true;
                    }
                    PropertyValue value =
                            properties.get(columns[i].toLowerCase(Locale.ROOT).replace('-', '_'));
                    cells[i] = value == null ? "" : value.text();
                }
            }
        }
        return cells;
    }

    /**
     * A domain that went away meanwhile, or whose class is not installed, has no properties to
     * show.
     */
    private static Map<String, PropertyValue> properties(Session session, String name) {
        try {
            return PropertyValue.parseAll(
                    session.daemon().call("admin.vm.property.GetAll", "", name));
        } catch (DaemonError e) {
            if (e.is("QubesDaemonCommunicationError")) {
                throw e;
            }
            return Map.of();
        }
    }
}
