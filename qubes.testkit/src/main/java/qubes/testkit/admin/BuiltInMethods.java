package qubes.testkit.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;

/** The methods that the daemon brings: their names, a line each, are beside this class. */
final class BuiltInMethods {
    private static final String FILE = "built-in-methods.txt";

    private BuiltInMethods() {}

    static Set<String> names() {
        try (InputStream in = BuiltInMethods.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException("the kit lacks " + FILE);
            }
            return new TreeSet<>(
                    new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
