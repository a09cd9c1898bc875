package qubes.client;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Small verbs that show one thing. */
final class InfoCommand {
    private InfoCommand() {}

    /** {@code label list}. */
    static final class Labels implements Command {
        @Override
        public String usage() {
            return "label list";
        }

        @Override
        public String help() {
            return "List the labels.\n";
        }

        @Override
        public int run(Session session, List<String> arguments) {
            onlyList(arguments);
            Table table = new Table().row("NAME", "INDEX", "COLOR");
            for (String label : Session.lines(session.ask("admin.label.List", ""))) {
                table.row(
                        label,
                        session.ask("admin.label.Index", label),
                        session.ask("admin.label.Get", label));
            }
            table.print(session.out());
            return 0;
        }
    }

    /** {@code klass list}. */
    static final class Klasses implements Command {
        @Override
        public String usage() {
            return "klass list";
        }

        @Override
        public String help() {
            return "List the classes of qubes that can be created.\n";
        }

        @Override
        public int run(Session session, List<String> arguments) {
            onlyList(arguments);
            for (String klass :
                    new TreeSet<>(Session.lines(session.ask("admin.vmclass.List", "")))) {
                session.out().println(klass);
            }
            return 0;
        }
    }

    /** {@code state}. */
    static final class State implements Command {
        @Override
        public String usage() {
            return "state [--all] VM";
        }

        @Override
        public String help() {
            return """
                    Tell the power state of a qube.
                      --all    and what it uses: memory in KiB, processor time in ns
                    """;
        }

        @Override
        public int run(Session session, List<String> arguments) {
            Options options = new Options().flag("--all").parse(arguments);
            String vm = options.positional(1, 1, "the name of a qube").get(0);
            if (!options.has("--all")) {
                session.out().println(PowerCommand.state(session.daemon(), vm));
                return 0;
            }
            Table table = new Table();
            for (Map.Entry<String, String> fact :
                    Session.pairs(session.daemon().call("admin.vm.CurrentState", "", vm))
                            .entrySet()) {
                table.row(fact.getKey(), fact.getValue());
            }
            table.print(session.out());
            return 0;
        }
    }

    private static void onlyList(List<String> arguments) {
        List<String> words = new Options().parse(arguments).positional(0, 1, "list");
        if (!words.isEmpty() && !words.get(0).equals("list") && !words.get(0).equals("ls")) {
            throw new UsageError("list, not " + Text.quote(words.get(0)));
        }
    }
}
