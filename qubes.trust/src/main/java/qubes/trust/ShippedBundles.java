package qubes.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bundles that the product consists of. They are known by what is in them, not by their names:
 * they need no signature, and lie in the plugins folder beside those that do.
 *
 * @param digests of their content
 */
record ShippedBundles(Set<String> digests) {
    private static final Logger log = LoggerFactory.getLogger(ShippedBundles.class);

    ShippedBundles {
        digests = Set.copyOf(digests);
    }

    /** Those that a list names; none if it is not there. Blocks. */
    static ShippedBundles listedIn(Path list) {
        if (!Files.isReadable(list)) {
            return new ShippedBundles(Set.of());
        }
        try (Stream<String> lines = Files.lines(list)) {
            return new ShippedBundles(
                    lines.map(line -> line.split(" ", 2)[0]).collect(Collectors.toSet()));
        } catch (IOException e) {
            log.error("The list of the product's bundles cannot be read: {}", e.toString());
            return new ShippedBundles(Set.of());
        }
    }

    boolean holds(String digest) {
        return digests.contains(digest);
    }
}
