package qubes.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code remove}, as {@code qvm-remove}. */
final class RemoveCommand implements Command {
    @Override
    public String usage() {
        return "remove [-f] VM ...";
    }

    @Override
    public String help() {
        return """
                Remove qubes and all their data. Asks first.
                  -f, --force    do not ask
                """;
    }

    @Override
    public int run(Session session, List<String> arguments) {
        Options options = new Options().flag("-f", "--force").parse(arguments);
        List<String> names = options.positional(1, Integer.MAX_VALUE, "the name of a qube");
        session.refuseUnknown(names);
        if (!options.has("-f") && !confirmed(session, names)) {
            session.err().println("Remove cancelled.");
            return 1;
        }
        int exit = 0;
        for (String vm : names) {
            try {
                session.daemon().call("admin.vm.Remove", "", vm);
            } catch (DaemonError e) {
                session.err().println(e.getMessage());
                if (e.is("QubesVMInUseError")) {
                    tellWhoRefersTo(session, vm);
                }
                exit = 1;
            }
        }
        return exit;
    }

    private static boolean confirmed(Session session, List<String> names) {
        session.out().println("This will completely remove the selected qube(s)...");
        for (String name : names) {
            session.out().println("  " + name);
        }
        session.out().print("Are you sure? [y/N] ");
        session.out().flush();
        try {
            @Nullable String answer =
                    new BufferedReader(new InputStreamReader(session.in(), StandardCharsets.UTF_8))
                            .readLine();
            return answer != null && answer.strip().equalsIgnoreCase("y");
        } catch (IOException e) {
            return false;
        }
    }

    private static void tellWhoRefersTo(Session session, String vm) {
        List<String> users = new ArrayList<>();
        references(session.ask("admin.property.GetAll", ""), vm, "the system's ", true, users);
        for (String other : session.domains().keySet()) {
            if (!other.equals(vm)) {
                try {
                    references(
                            session.daemon().call("admin.vm.property.GetAll", "", other),
                            vm,
                            other + "'s ",
                            false,
                            users);
                } catch (DaemonError e) {
                    users.add(other + ": " + e.getMessage());
                }
            }
        }
        for (String user : users) {
            session.err().println("  used as " + user);
        }
    }

    private static void references(
            String properties,
            String vm,
            String holder,
            boolean defaultsCount,
            List<String> users) {
        for (Map.Entry<String, PropertyValue> property :
                PropertyValue.parseAll(properties).entrySet()) {
            PropertyValue value = property.getValue();
            if (value.type().equals("vm")
                    && value.text().equals(vm)
                    && (defaultsCount || !value.isDefault())) {
                users.add(holder + property.getKey());
            }
        }
    }
}
