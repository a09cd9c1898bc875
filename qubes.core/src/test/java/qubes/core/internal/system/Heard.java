package qubes.core.internal.system;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import qubes.core.event.Event;

/** Events as lines of a table: subject, wire name, and the values that go with it. */
@NullMarked
final class Heard {
    private Heard() {}

    /** {@code work property-reset:netvm old=net}; the application's have no subject. */
    static String line(Event event) {
        String subject = event.subject().subjectName();
        return (subject.isEmpty() ? "" : subject + " ")
                + event.wireName()
                + event.arguments().entrySet().stream()
                        .filter(argument -> argument.getKey().endsWith("value"))
                        .map(Heard::value)
                        .collect(Collectors.joining());
    }

    private static String value(Map.Entry<String, Object> argument) {
        Object value =
                argument.getValue() instanceof Optional<?> optional
                        ? optional.map(Object::toString).orElse("none")
                        : argument.getValue();
        return " " + argument.getKey().replace("value", "") + "=" + value;
    }
}
