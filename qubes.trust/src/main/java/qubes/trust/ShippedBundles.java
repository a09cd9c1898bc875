package qubes.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bundles that the product consists of. Whether they may run is known by what is in them, not
 * by their names: they need no signature, and lie in the plugins folder beside those that do.
 *
 * @param digests of their content
 * @param files the names of their jars
 */
record ShippedBundles(Set<String> digests, Set<String> files) {
    private static final Logger log = LoggerFactory.getLogger(ShippedBundles.class);

    ShippedBundles {
        digests = Set.copyOf(digests);
        files = Set.copyOf(files);
    }

    static ShippedBundles none() {
        return new ShippedBundles(Set.of(), Set.of());
    }

    /** Those that a list names; none if it is not there. Blocks. */
    static ShippedBundles listedIn(Path list) {
        if (!Files.isReadable(list)) {
            return none();
        }
        Set<String> digests = new HashSet<>();
        Set<String> files = new HashSet<>();
        try {
            for (String line : Files.readAllLines(list)) {
                String[] words = line.split(" ", 2);
                digests.add(words[0]);
                files.add(words[words.length - 1]);
            }
            return new ShippedBundles(digests, files);
        } catch (IOException e) {
            log.error("The list of the product's bundles cannot be read: {}", e.toString());
            return none();
        }
    }

    /** Whether a bundle of this location goes by the name of one of them. */
    boolean namedAs(String location) {
        return files.contains(location.substring(location.lastIndexOf('/') + 1));
    }

    boolean holds(String digest) {
        return digests.contains(digest);
    }
}
