package qubes.reference;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import qubes.core.event.Event;

/** The event records of a source folder and what their documentation says. */
final class EventSources {
    /**
     * A type of event.
     *
     * @param group the class that holds it together with others of its kind; absent if it stands
     *     alone
     * @param about the first paragraph of its documentation
     */
    record Source(
            Class<? extends Event> type,
            Optional<String> group,
            Optional<String> groupAbout,
            String about) {}

    private EventSources() {}

    /** All in {@code folder}, by file name, in the order of each file. Blocks. */
    static List<Source> in(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.list(folder)) {
            files = found.filter(file -> file.toString().endsWith(".java")).sorted().toList();
        }
        return DocumentedClass.in(files).stream().flatMap(EventSources::event).toList();
    }

    private static Stream<Source> event(DocumentedClass documented) {
        Class<?> type = documented.load();
        return type.isRecord() && Event.class.isAssignableFrom(type)
                ? Stream.of(
                        new Source(
                                type.asSubclass(Event.class),
                                documented.group(),
                                documented.groupAbout(),
                                documented.about()))
                : Stream.empty();
    }
}
