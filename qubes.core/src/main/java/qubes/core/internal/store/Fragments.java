package qubes.core.internal.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import qubes.core.state.XmlFragment;

/**
 * The pieces that nobody here understands, dealt out to their places while a record is written. Two
 * elements of one path are written as one: of an attribute that both have, the last counts.
 */
final class Fragments {
    private final Map<String, Map<String, String>> attributes =
            new LinkedHashMap<>(); // path to name to name="value"
    private final Map<String, Map<String, List<String>>> nodes =
            new LinkedHashMap<>(); // path to next sibling to texts

    Fragments(List<XmlFragment> unknown) {
        for (XmlFragment fragment : unknown) {
            switch (fragment.kind()) {
                case ATTRIBUTE ->
                        attributes
                                .computeIfAbsent(fragment.parent(), path -> new LinkedHashMap<>())
                                .put(nameOf(fragment.text()), fragment.text());
                case NODE ->
                        nodes.computeIfAbsent(fragment.parent(), path -> new LinkedHashMap<>())
                                .computeIfAbsent(fragment.before(), sibling -> new ArrayList<>())
                                .add(fragment.text());
            }
        }
    }

    /** The paths of elements that attributes or nodes belong to. */
    boolean has(String path) {
        return attributes.containsKey(path) || nodes.containsKey(path);
    }

    /** Those paths among {@link #has} that start with {@code prefix}. */
    List<String> pathsWith(String prefix) {
        List<String> paths = new ArrayList<>();
        attributes.keySet().stream().filter(path -> path.startsWith(prefix)).forEach(paths::add);
        nodes.keySet().stream()
                .filter(path -> path.startsWith(prefix) && !paths.contains(path))
                .forEach(paths::add);
        return paths;
    }

    /** The attributes of an element, name to {@code name="value"}. */
    Map<String, String> attributes(String path) {
        return attributes.getOrDefault(path, Map.of());
    }

    private static String nameOf(String attribute) {
        return attribute.substring(0, attribute.indexOf('='));
    }

    /** Takes the nodes in front of one child of an element. */
    List<String> takeBefore(String path, String child) {
        Map<String, List<String>> here = nodes.get(path);
        List<String> taken = here == null ? null : here.remove(child);
        return taken == null ? List.of() : taken;
    }

    /**
     * Takes all nodes of an element that are still there: those at its end, and those whose next
     * sibling is gone.
     */
    List<String> takeRest(String path) {
        Map<String, List<String>> here = nodes.remove(path);
        return here == null ? List.of() : here.values().stream().flatMap(List::stream).toList();
    }
}
