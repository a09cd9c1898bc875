package qubes.client;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Rows of text in columns, two blanks apart, the last one as wide as it is. */
final class Table {
    private final List<String[]> rows = new ArrayList<>();

    /** Adds a row; an empty cell shows as {@code -}. */
    Table row(String... cells) {
        String[] shown = new String[cells.length];
        for (int i = 0; i < cells.length; i++) {
            shown[i] = cells[i].isEmpty() ? "-" : cells[i];
        }
        rows.add(shown);
        return this;
    }

    void print(PrintStream out) {
        List<Integer> widths = new ArrayList<>();
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                if (i == widths.size()) {
                    widths.add(0);
                }
                widths.set(i, Math.max(widths.get(i), row[i].length()));
            }
        }
        StringBuilder text = new StringBuilder();
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                text.append(row[i]);
                if (i < row.length - 1) {
                    text.append(" ".repeat(widths.get(i) - row[i].length() + 2));
                }
            }
            text.append('\n');
        }
        out.print(text);
    }
}
