package qubes.reference;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The page of bundles: which there are, and which services connect them. */
final class BundlePage {
    private static final String HEAD =
            """
            # Bundles

            Written by the build from the manifests of the bundles it made. Only services of the contracts are shown; what a bundle
            keeps to itself is not, nor are libraries.

            An arrow is a service, from who provides it to who uses it; dotted, if the user can do without. Bundles that provide
            and use the same are in one box. A bundle of yours stands on floor 1, beside those of its kind
            ([extending](../extending/README.md)).

            """;

    private static final List<String> FLOORS =
            List.of(
                    "0 · what everything rests on",
                    "1 · what can be added, built in or not",
                    "2 · what faces people and programs");

    /** What bundles of one box have in common. */
    private record Kind(int floor, Set<String> provides, Map<String, Boolean> needs) {}

    private BundlePage() {}

    /** {@code BundlePage ROOT}: writes the page of what was built below a folder. */
    public static void main(String[] arguments) throws IOException {
        Path root = Path.of(arguments[0]);
        String page = of(BundleServices.builtIn(root));
        Path file = root.resolve("docs/reference/bundles.md");
        if (!Files.exists(file) || !Files.readString(file).equals(page)) {
            Files.write(file, page.getBytes(StandardCharsets.UTF_8));
        }
    }

    static String of(List<BundleServices> bundles) {
        return HEAD + diagram(bundles) + "\n" + table(bundles);
    }

    private static String diagram(List<BundleServices> bundles) {
        Map<Kind, List<String>> boxes = new LinkedHashMap<>();
        for (BundleServices bundle : bundles) {
            boxes.computeIfAbsent(
                            new Kind(bundle.floor(), bundle.provides(), bundle.needs()),
                            kind -> new ArrayList<>())
                    .add(bundle.name());
        }
        StringBuilder text = new StringBuilder("```mermaid\nflowchart BT\n");
        for (int floor = 0; floor < FLOORS.size(); floor++) {
            int here = floor;
            text.append("    subgraph f%d[\"%s\"]\n".formatted(floor, FLOORS.get(floor)));
            boxes.forEach(
                    (kind, names) -> {
                        if (kind.floor() == here) {
                            text.append(
                                    "        %s[\"%s\"]\n"
                                            .formatted(id(names), String.join("<br/>", names)));
                        }
                    });
            text.append("    end\n");
        }
        boxes.forEach(
                (user, names) ->
                        boxes.forEach(
                                (provider, others) ->
                                        text.append(arrows(provider, others, user, names))));
        return text.append("```\n").toString();
    }

    /** The arrows from one box to another. */
    private static String arrows(
            Kind provider, List<String> others, Kind user, List<String> names) {
        Map<Boolean, List<String>> services = new TreeMap<>();
        user.needs()
                .forEach(
                        (service, must) -> {
                            // what a bundle has itself it does not need of others
                            if (provider.provides().contains(service)
                                    && !user.provides().contains(service)) {
                                services.computeIfAbsent(must, any -> new ArrayList<>())
                                        .add(service);
                            }
                        });
        return services.entrySet().stream()
                .map(
                        entry ->
                                "    %s %s|%s| %s\n"
                                        .formatted(
                                                id(others),
                                                entry.getKey() ? "-->" : "-.->",
                                                String.join("<br/>", entry.getValue()),
                                                id(names)))
                .collect(Collectors.joining());
    }

    private static String id(List<String> names) {
        return names.get(0).replace('.', '_');
    }

    private static MarkdownTable table(List<BundleServices> bundles) {
        MarkdownTable table =
                new MarkdownTable("bundle", "floor", "brings", "provides", "uses", "exports");
        for (BundleServices bundle : bundles) {
            table.row(
                    "`" + bundle.name() + "`",
                    Integer.toString(bundle.floor()),
                    String.join(", ", bundle.brings()),
                    String.join(", ", bundle.provides()),
                    bundle.needs().entrySet().stream()
                            .map(need -> need.getKey() + (need.getValue() ? "" : " (optional)"))
                            .collect(Collectors.joining(", ")),
                    bundle.exports().entrySet().stream()
                            .map(export -> "`" + export.getKey() + "` " + export.getValue())
                            .collect(Collectors.joining(", ")));
        }
        return table;
    }
}
