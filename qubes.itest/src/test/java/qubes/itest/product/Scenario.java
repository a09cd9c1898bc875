package qubes.itest.product;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One use of a tool: the calls it makes, in their order.
 *
 * <p>A scenario is a title line {@code == TITLE} and steps, one a line, as {@link Step} has them.
 * Empty lines and those that begin with {@code #} are for the reader.
 */
record Scenario(String title, List<Step> steps) {
    /** All scenarios of a resource beside this class. */
    static List<Scenario> read(String resource) throws IOException {
        String text;
        try (InputStream in = Scenario.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("no resource " + resource);
            }
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        List<Scenario> all = new ArrayList<>();
        for (String line : text.lines().toList()) {
            if (line.startsWith("== ")) {
                all.add(new Scenario(line.substring(3).strip(), new ArrayList<>()));
            } else if (!line.isBlank() && !line.startsWith("#")) {
                all.get(all.size() - 1).steps().add(Step.parse(line));
            }
        }
        return all;
    }
}
