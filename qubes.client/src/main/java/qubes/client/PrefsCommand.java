package qubes.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code prefs} and {@code global prefs}, as {@code qvm-prefs} and {@code qubes-prefs}. */
final class PrefsCommand implements Command {
    /** Properties for which the word {@code none} stands for no domain at all. */
    private static final Set<String> NONE_MEANS_EMPTY =
            Set.of("default_dispvm", "netvm", "template", "guivm", "audiovm");

    /** The system's properties that refer to a domain. */
    private static final Set<String> GLOBAL_NONE_MEANS_EMPTY =
            Set.of(
                    "clockvm",
                    "default_audiovm",
                    "default_dispvm",
                    "default_guivm",
                    "default_netvm",
                    "default_template",
                    "management_dispvm",
                    "updatevm");

    private final boolean global;

    private PrefsCommand(boolean global) {
        this.global = global;
    }

    static PrefsCommand ofDomain() {
        return new PrefsCommand(false);
    }

    static PrefsCommand ofSystem() {
        return new PrefsCommand(true);
    }

    @Override
    public String usage() {
        String verb = global ? "global prefs" : "prefs VM";
        return verb
                + " [--hide-default]\n"
                + verb
                + " PROPERTY [VALUE]\n"
                + verb
                + " --explain [PROPERTY]\n"
                + verb
                + " -D PROPERTY\n"
                + verb
                + " --help-properties";
    }

    @Override
    public String help() {
        return """
                List, read, set or reset properties%s. In the list, D marks values that are defaults, - explicit ones,
                U properties without value.
                  -D, --default, --unset    reset the property to its default
                      --hide-default        list explicit values only
                      --explain             tell where values come from, such as: vcpus = 2, from template debian-12
                      --help-properties     tell what the properties are for
                """
                .formatted(global ? " of the system" : "");
    }

    @Override
    public int run(Session session, List<String> arguments) {
        Options options =
                new Options()
                        .flag("-D", "--default", "--unset", "--delete", "-d")
                        .flag("--get", "-g")
                        .flag("--set", "-s")
                        .flag("--hide-default")
                        .flag("--explain")
                        .flag("--help-properties")
                        .parse(arguments);
        List<String> words = new ArrayList<>(options.positional());
        String target =
                global
                        ? Daemon.DOM0
                        : words.isEmpty() ? missing("the name of a qube") : words.remove(0);
        if (words.size() > 2) {
            throw new UsageError("unexpected argument: " + words.get(2));
        }
        if (options.has("--help-properties")) {
            return describe(session, target);
        }
        if (options.has("--explain")) {
            return explain(session, target, words);
        }
        if (words.isEmpty()) {
            if (options.has("-D")) {
                missing("the property to reset");
            }
            return list(session, target, options.has("--hide-default"));
        }
        String property = words.get(0).replace('-', '_');
        try {
            if (options.has("-D")) {
                session.daemon().call(method("Reset"), property, target);
            } else if (words.size() == 2) {
                set(session, target, property, words.get(1));
            } else {
                return show(session, target, property);
            }
        } catch (DaemonError e) {
            if (e.is("QubesNoSuchPropertyError")) {
                throw new UsageError("no such property: " + Text.quote(property));
            }
            throw e;
        }
        return 0;
    }

    private static String missing(String what) {
        throw new UsageError(what + " is missing");
    }

    private String method(String action) {
        return (global ? "admin.property." : "admin.vm.property.") + action;
    }

    private int list(Session session, String target, boolean hideDefault) {
        Map<String, PropertyValue> all =
                PropertyValue.parseAll(session.daemon().call(method("GetAll"), "", target));
        int width = 0;
        for (String property : all.keySet()) {
            width = Math.max(width, property.length());
        }
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, PropertyValue> property : all.entrySet()) {
            PropertyValue value = property.getValue();
            if (hideDefault && (value.isDefault() || value.missing())) {
                continue;
            }
            String name = property.getKey();
            text.append(name).append(" ".repeat(width - name.length() + 2));
            if (value.missing()) {
                text.append('U');
            } else {
                text.append(value.isDefault() ? "D  " : "-  ")
                        .append(value.refersToNone() ? "None" : value.text());
            }
            text.append('\n');
        }
        session.out().print(text);
        return 0;
    }

    private int show(Session session, String target, String property) {
        PropertyValue value =
                PropertyValue.parse(session.daemon().call(method("Get"), property, target));
        if (value.missing()) {
            throw new UsageError("no such property: " + Text.quote(property));
        }
        if (!value.refersToNone()) {
            session.out().println(value.text());
        }
        return 0;
    }

    private void set(Session session, String target, String property, String value) {
        Set<String> references = global ? GLOBAL_NONE_MEANS_EMPTY : NONE_MEANS_EMPTY;
        boolean none = value.equalsIgnoreCase("none") && references.contains(property);
        session.daemon().call(method("Set"), property, target, none ? "" : value);
    }

    /** A line {@code NAME = VALUE, ORIGIN} for the property named, or for all that have a value. */
    private int explain(Session session, String target, List<String> words) {
        if (words.size() > 1) {
            throw new UsageError("unexpected argument: " + words.get(1));
        }
        Map<String, PropertyValue> values =
                PropertyValue.parseAll(session.daemon().call(method("GetAll"), "", target));
        String explained = words.isEmpty() ? "" : words.get(0).replace('-', '_');
        if (!explained.isEmpty() && !values.containsKey(explained)) {
            throw new UsageError("no such property: " + Text.quote(explained));
        }
        String origins = (global ? "qubesd." : "qubesd.vm.") + "property.Explain";
        for (String line : Session.lines(session.daemon().call(origins, "", target))) {
            int blank = line.indexOf(' ');
            PropertyValue value = values.get(line.substring(0, blank));
            if (value != null
                    && (explained.isEmpty() || line.substring(0, blank).equals(explained))) {
                String text = value.refersToNone() ? "None" : value.text();
                session.out()
                        .println(
                                line.substring(0, blank)
                                        + " = "
                                        + text
                                        + ", "
                                        + line.substring(blank + 1));
            }
        }
        return 0;
    }

    private int describe(Session session, String target) {
        for (String property : Session.lines(session.daemon().call(method("List"), "", target))) {
            session.out().println(property);
            session.out()
                    .println(
                            "    "
                                    + session.daemon()
                                            .call(method("Help"), property, target)
                                            .strip()
                                            .replace("\n", "\n    "));
        }
        return 0;
    }
}
