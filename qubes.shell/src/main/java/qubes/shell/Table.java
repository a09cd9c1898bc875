package qubes.shell;

import java.util.ArrayList;
import java.util.List;

/** Rows of text in aligned columns; an empty cell shows as {@code -}. */
final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    Table row(String... cells) {
        List<String> shown = new ArrayList<>();
        for (String cell : cells) {
            shown.add(cell.isEmpty() ? "-" : cell);
        }
        rows.add(shown);
        return this;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                String cell = row.get(i);
                text.append(cell);
                if (i < row.size() - 1) {
                    text.append(" ".repeat(width(i) - cell.length() + 2));
                }
            }
            text.append('\n');
        }
        return text.toString().stripTrailing();
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }
}
