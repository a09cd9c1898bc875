package qubes.client;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The daemon and the terminal that a verb works with.
 *
 * @param programs the folder of the programs that stand for methods with much data
 */
record Session(Daemon daemon, Path programs, InputStream in, PrintStream out, PrintStream err) {
    /** Calls a method of the system. */
    String ask(String method, String argument) {
        return daemon.call(method, argument, Daemon.DOM0);
    }

    /** The lines of a reply. */
    static List<String> lines(String reply) {
        List<String> lines = new ArrayList<>();
        for (String line : reply.split("\n", -1)) {
            if (!line.isEmpty()) {
                lines.add(line);
            }
        }
        return lines;
    }

    /** Blank-separated {@code key=value} pairs; what is no pair is left out. */
    static Map<String, String> pairs(String text) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String word : text.split("\\s+", -1)) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                pairs.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return pairs;
    }

    /** {@code key=value} lines. */
    static Map<String, String> pairLines(String reply) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String line : lines(reply)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                pairs.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        return pairs;
    }

    /**
     * Refuses names that no domain has, before anything is done to those that are there.
     *
     * @throws UsageError naming the first one
     */
    void refuseUnknown(List<String> names) {
        refuseUnknown(names, domains().keySet());
    }

    /** As {@link #refuseUnknown(List)}, for who has the names of the domains already. */
    static void refuseUnknown(List<String> names, Set<String> known) {
        for (String name : names) {
            if (!known.contains(name)) {
                throw new UsageError(noSuchDomain(name));
            }
        }
    }

    static String noSuchDomain(String name) {
        return "no such domain: " + Text.quote(name);
    }

    /**
     * What the system says of its domains: name to class, state and so on; dom0 first, then by
     * name.
     */
    Map<String, Map<String, String>> domains() {
        return domains(ask("admin.vm.List", ""));
    }

    /** As {@link #domains()}, from a reply of {@code admin.vm.List}. */
    static Map<String, Map<String, String>> domains(String reply) {
        Map<String, Map<String, String>> byName = new java.util.TreeMap<>();
        for (String line : lines(reply)) {
            int blank = line.indexOf(' ');
            String name = blank < 0 ? line : line.substring(0, blank);
            byName.put(name, pairs(blank < 0 ? "" : line.substring(blank + 1)));
        }
        Map<String, Map<String, String>> sorted = new LinkedHashMap<>();
        Map<String, String> dom0 = byName.remove(Daemon.DOM0);
        if (dom0 != null) {
            sorted.put(Daemon.DOM0, dom0);
        }
        sorted.putAll(byName);
        return sorted;
    }
}
