package qubes.reference;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import qubes.core.event.Event;
import qubes.core.event.PreEvent;

/** The page of events: each record of the contracts, with its wire name and arguments. */
final class EventPage {
    private static final String HEAD =
            """
            # Events

            Written by the build from the records in `qubes.core.event` and their documentation.

            What varies in a name is in capitals. *Before* marks events that are told before the thing happens: handlers run from
            the most special to the most general, and one that throws refuses it. All others run from the most general to the most
            special, and what they tell of stays. A subscriber outside, such as one of `admin.Events`, hears an event once
            its effect is in the store; *inside* marks those it never hears.
            """;

    private EventPage() {}

    /** The page for the event records whose sources are in {@code sources}. Blocks. */
    static String of(Path sources) throws IOException {
        Map<String, List<EventSources.Source>> groups = new TreeMap<>();
        for (EventSources.Source source : EventSources.in(sources)) {
            groups.computeIfAbsent(title(source), any -> new ArrayList<>()).add(source);
        }
        StringBuilder page = new StringBuilder(HEAD);
        groups.forEach(
                (title, group) -> {
                    page.append("\n## ").append(title).append("\n\n");
                    group.get(0).groupAbout().ifPresent(about -> page.append(about).append("\n\n"));
                    page.append(table(group));
                });
        return page.toString();
    }

    private static String title(EventSources.Source source) {
        return source.group().map(EventPage::words).orElse("Values");
    }

    /** {@code DeviceEvents} as {@code Device events}. */
    static String words(String className) {
        String spaced = className.replaceAll("(?<=[a-z])(?=[A-Z])", " ");
        return spaced.charAt(0) + spaced.substring(1).toLowerCase(Locale.ROOT);
    }

    private static MarkdownTable table(List<EventSources.Source> group) {
        MarkdownTable table = new MarkdownTable("event", "arguments", "", "about");
        group.stream()
                .map(source -> row(source, Sample.of(source.type())))
                .sorted(Comparator.comparing(cells -> cells[0]))
                .forEach(table::row);
        return table;
    }

    private static String[] row(EventSources.Source source, Event sample) {
        String kind =
                (sample instanceof PreEvent ? "before" : "")
                        + (sample.announced() ? "" : " inside");
        return new String[] {
            "`" + sample.wireName() + "`",
            String.join(", ", sample.arguments().keySet()),
            kind.strip(),
            source.about()
        };
    }
}
