package qubes.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** {@code ls}, with the columns of {@code qvm-ls}. */
final class ListCommand implements Command {
    /** What {@code admin.vm.List} tells already. */
    private static final Set<String> LISTED = Set.of("NAME", "STATE", "CLASS");

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
        if (options.has("--raw-list")) {
            chosen(session.domains(), options.positional())
                    .keySet()
                    .forEach(session.out()::println);
            return 0;
        }
        String fields = options.get("-O");
        String[] columns =
                (fields == null ? STANDARD : fields).toUpperCase(Locale.ROOT).split(",", -1);
        if (List.of(columns).contains("")) {
            throw new UsageError(
                    "a column without a name: " + Text.quote(String.join(",", columns)));
        }
        Listing listing = Listing.ask(session, properties(columns));
        List<String[]> rows = new ArrayList<>();
        chosen(listing.domains(), options.positional())
                .forEach((name, listed) -> rows.add(row(listing, name, listed, columns)));
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

    private static Map<String, Map<String, String>> chosen(
            Map<String, Map<String, String>> domains, List<String> names) {
        Session.refuseUnknown(names, domains.keySet());
        if (!names.isEmpty()) {
            domains.keySet().retainAll(names);
        }
        return domains;
    }

    /** The properties that the columns show. */
    private static List<String> properties(String[] columns) {
        return Stream.of(columns)
                .filter(column -> !LISTED.contains(column))
                .map(ListCommand::property)
                .distinct()
                .toList();
    }

    private static String property(String column) {
        return column.toLowerCase(Locale.ROOT).replace('-', '_');
    }

    private static String[] row(
            Listing listing, String name, Map<String, String> listed, String[] columns) {
        String[] cells = new String[columns.length];
        for (int i = 0; i < columns.length; i++) {
            switch (columns[i]) {
                case "NAME" -> cells[i] = name;
                case "STATE" -> cells[i] = listed.getOrDefault("state", "");
                case "CLASS" -> cells[i] = listed.getOrDefault("class", "");
                default -> {
                    PropertyValue value = listing.properties(name).get(property(columns[i]));
                    cells[i] = value == null ? "" : value.text();
                }
            }
        }
        return cells;
    }
}
