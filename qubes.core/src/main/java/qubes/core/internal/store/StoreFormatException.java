package qubes.core.internal.store;

import javax.xml.stream.Location;
import org.jspecify.annotations.Nullable;
import qubes.core.error.QubesException;

/** A store that cannot be understood. The message is one line and says where. */
public final class StoreFormatException extends QubesException {
    private static final long serialVersionUID = 1L;

    private final int line;
    private final int column;

    /**
     * @param store name of the store
     * @param at null at the very start
     */
    StoreFormatException(String store, @Nullable Location at, String problem, Throwable cause) {
        super(message(store, at, problem), cause);
        line = line(at);
        column = column(at);
    }

    /**
     * @param store name of the store
     * @param at null at the very start
     */
    StoreFormatException(String store, @Nullable Location at, String problem) {
        super(message(store, at, problem));
        line = line(at);
        column = column(at);
    }

    /** Line of the problem, from 1. */
    public int line() {
        return line;
    }

    /** Column of the problem, from 1. */
    public int column() {
        return column;
    }

    private static String message(String store, @Nullable Location at, String problem) {
        return store + ", line " + line(at) + ", column " + column(at) + ": " + problem;
    }

    private static int line(@Nullable Location at) {
        return at == null ? 1 : at.getLineNumber();
    }

    private static int column(@Nullable Location at) {
        return at == null ? 1 : at.getColumnNumber();
    }
}
