package qubes.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes the list of the {@link ShippedBundles} when the product is assembled; needs no library.
 */
public final class ShippedList {
    private ShippedList() {}

    /**
     * Blocks.
     *
     * @param arguments the list, and the folders with the bundles
     */
    public static void main(String[] arguments) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String folder : List.of(arguments).subList(1, arguments.length)) {
            try (Stream<Path> jars = Files.list(Path.of(folder))) {
                for (Path jar :
                        jars.filter(it -> it.toString().endsWith(".jar")).sorted().toList()) {
                    lines.add(Content.digest(jar) + " " + jar.getFileName());
                }
            }
        }
        Files.write(Path.of(arguments[0]), lines);
    }
}
