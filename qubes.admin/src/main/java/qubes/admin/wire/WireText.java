package qubes.admin.wire;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qubes.core.error.Repr;
import qubes.core.property.PropertyHolder;
import qubes.core.state.PoolRecord;

/** The arguments of events as clients read them: the text that Python would make of them. */
final class WireText {
    private WireText() {}

    static String of(@Nullable Object value) {
        if (value instanceof Optional<?> optional) {
            return of(optional.orElse(null));
        }
        if (value == null) {
            return "None";
        }
        if (value instanceof Boolean flag) {
            return flag ? "True" : "False";
        }
        if (value instanceof PropertyHolder holder) {
            return holder.subjectName();
        }
        if (value instanceof PoolRecord pool) {
            return pool.name();
        }
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> inner(entry.getKey()) + ": " + inner(entry.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (value instanceof Collection<?> items) {
            return items.stream().map(WireText::inner).collect(Collectors.joining(", ", "[", "]"));
        }
        return value.toString();
    }

    /** Inside a collection, text is quoted. */
    private static String inner(@Nullable Object value) {
        return value instanceof String text ? Repr.quote(text) : of(value);
    }
}
