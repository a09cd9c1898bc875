package qubes.client;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code features}, as {@code qvm-features}. */
final class FeaturesCommand implements Command {
    @Override
    public String usage() {
        return "features VM\nfeatures VM FEATURE [VALUE]\nfeatures -D VM FEATURE";
    }

    @Override
    public String help() {
        return """
                List, read, set or remove features. An empty value means false, any other true.
                  -D, --unset    remove the feature
                """;
    }

    @Override
    public int run(Session session, List<String> arguments) {
        Options options =
                new Options().flag("-D", "--unset", "--default", "--delete").parse(arguments);
        List<String> words = options.positional(1, 3, "the name of a qube");
        Daemon daemon = session.daemon();
        String vm = words.get(0);
        if (options.has("-D")) {
            remove(daemon, vm, options.positional(2, 2, "the feature to remove").get(1));
        } else if (words.size() == 1) {
            list(session, vm);
        } else if (words.size() == 2) {
            try {
                session.out().println(daemon.call("admin.vm.feature.Get", words.get(1), vm));
            } catch (DaemonError e) {
                if (e.is("QubesFeatureNotFoundError")) {
                    return 1;
                }
                throw e;
            }
        } else {
            daemon.call("admin.vm.feature.Set", words.get(1), vm, words.get(2));
        }
        return 0;
    }

    private static void list(Session session, String vm) {
        Map<String, String> all = new TreeMap<>();
        int width = 0;
        for (String feature :
                Session.lines(session.daemon().call("admin.vm.feature.List", "", vm))) {
            all.put(feature, session.daemon().call("admin.vm.feature.Get", feature, vm));
            width = Math.max(width, feature.length());
        }
        for (Map.Entry<String, String> feature : all.entrySet()) {
            String name = feature.getKey();
            session.out()
                    .println(name + " ".repeat(width - name.length() + 2) + feature.getValue());
        }
    }

    private static void remove(Daemon daemon, String vm, String feature) {
        try {
            daemon.call("admin.vm.feature.Remove", feature, vm);
        } catch (DaemonError e) {
            if (!e.is("QubesFeatureNotFoundError")) {
                throw e;
            }
        }
    }
}
