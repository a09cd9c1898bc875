package qubes.admin.method;

import java.util.function.Function;
import qubes.core.admin.AdminPermission;
import qubes.core.admin.AdminReply;

/** The answer of a list method: a line for each item that the caller may see. */
public final class Lines {
    private Lines() {}

    public static <T> AdminReply of(
            AdminPermission permission, Iterable<? extends T> items, Function<T, String> line) {
        StringBuilder text = new StringBuilder();
        for (T item : items) {
            if (permission.admits(item)) {
                text.append(line.apply(item)).append('\n');
            }
        }
        return AdminReply.text(text.toString());
    }
}
