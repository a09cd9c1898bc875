package qubes.karaf;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The features of a set of bundles: {@code qubesd-core}, {@code qubesd} with all that a daemon has
 * in a process that is not its own, and one for each bundle of ours.
 */
final class Features {
    static final String CORE = "qubesd-core";
    static final String ALL = "qubesd";

    private static final String CORE_BUNDLE = "qubes.core";
    // ends the process if it cannot work: only where the process is qubesd's
    private static final String PROCESS_BUNDLE = "qubes.daemon";
    private static final Set<String> FACES = Set.of("qubes.admin", "qubes.shell", PROCESS_BUNDLE);

    private static final int PLUGINS_LEVEL = 80;
    private static final int CORE_LEVEL = 81;
    private static final int FACES_LEVEL = 82;

    private final String version;
    private final List<SetBundle> set;
    private final KarafOwn karaf;

    Features(String version, List<SetBundle> set, KarafOwn karaf) {
        this.version = version;
        this.set =
                set.stream()
                        .sorted(Comparator.comparing((SetBundle it) -> it.artifact().file()))
                        .toList();
        this.karaf = karaf;
    }

    /** The bundles that the features install. */
    Set<SetBundle> bundles() {
        Set<SetBundle> all = new LinkedHashSet<>();
        ours().forEach(
                        bundle -> {
                            all.add(bundle);
                            all.addAll(libraries(bundle));
                        });
        return all;
    }

    /** The repository as Karaf reads it. */
    String xml() {
        StringBuilder xml = new StringBuilder();
        xml.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
                .append("<features name=\"qubesd\"")
                .append(" xmlns=\"http://karaf.apache.org/xmlns/features/v1.6.0\">\n");
        for (SetBundle bundle : ours()) {
            feature(xml, bundle);
        }
        all(xml);
        return xml.append("</features>\n").toString();
    }

    private void feature(StringBuilder xml, SetBundle bundle) {
        boolean core = bundle.artifact().name().equals(CORE_BUNDLE);
        open(xml, name(bundle), "manual");
        line(xml, "<feature>" + (core ? "scr" : CORE) + "</feature>");
        for (SetBundle library : libraries(bundle)) {
            line(xml, "<bundle dependency=\"true\">" + library.artifact().url() + "</bundle>");
        }
        line(
                xml,
                "<bundle start-level=\"%d\">%s</bundle>"
                        .formatted(level(bundle), bundle.artifact().url()));
        xml.append("  </feature>\n");
    }

    private void all(StringBuilder xml) {
        open(xml, ALL, "auto");
        config(
                xml,
                "qubes.core",
                "home=${karaf.data}/qubes",
                "store=${karaf.data}/qubes/qubes.xml",
                "create=true",
                "profile=embedded");
        config(xml, "qubes.hypervisor.libvirt", "uri=qemu:///embed?root=${karaf.data}/qubes");
        config(xml, "qubes.admin", "socket.dir=${karaf.data}/qubes/run");
        for (SetBundle bundle : ours()) {
            if (!bundle.artifact().name().equals(PROCESS_BUNDLE)) {
                line(xml, "<feature>" + name(bundle) + "</feature>");
            }
        }
        xml.append("  </feature>\n");
    }

    private void open(StringBuilder xml, String name, String install) {
        xml.append(
                "  <feature name=\"%s\" version=\"%s\" install=\"%s\">\n"
                        .formatted(name, version, install));
    }

    private static void config(StringBuilder xml, String pid, String... lines) {
        line(xml, "<config name=\"" + pid + "\">");
        for (String line : lines) {
            xml.append("      ").append(line).append('\n');
        }
        line(xml, "</config>");
    }

    private static void line(StringBuilder xml, String text) {
        xml.append("    ").append(text).append('\n');
    }

    private List<SetBundle> ours() {
        return set.stream().filter(SetBundle::ours).toList();
    }

    /** What a bundle needs besides ours and Karaf's, directly and through others. */
    private List<SetBundle> libraries(SetBundle bundle) {
        Set<SetBundle> found = new LinkedHashSet<>();
        Deque<SetBundle> open = new ArrayDeque<>(List.of(bundle));
        while (!open.isEmpty()) {
            SetBundle next = open.remove();
            for (SetBundle other : set) {
                if (!other.ours()
                        && !karaf.replaces(other.artifact())
                        && other.exports().stream().anyMatch(next.imports()::contains)
                        && found.add(other)) {
                    open.add(other);
                }
            }
        }
        List<SetBundle> libraries = new ArrayList<>(found);
        libraries.remove(bundle);
        return libraries;
    }

    private static String name(SetBundle bundle) {
        String name = bundle.artifact().name();
        return name.equals(CORE_BUNDLE) ? CORE : name;
    }

    private static int level(SetBundle bundle) {
        String name = bundle.artifact().name();
        if (name.equals(CORE_BUNDLE)) {
            return CORE_LEVEL;
        }
        return FACES.contains(name) ? FACES_LEVEL : PLUGINS_LEVEL;
    }
}
