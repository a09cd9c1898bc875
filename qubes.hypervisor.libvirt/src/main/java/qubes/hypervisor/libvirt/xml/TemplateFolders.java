package qubes.hypervisor.libvirt.xml;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import qubes.core.error.QubesException;

/**
 * Where templates are: the administrator's folders in order, then this bundle. Read anew each time.
 */
final class TemplateFolders {
    // no absolute names and no "..": a template is inside a folder
    private static final Pattern NAME =
            Pattern.compile("(?!.*\\.\\.)[A-Za-z0-9_.+-]+(/[A-Za-z0-9_.+-]+)*");

    private final List<Path> folders;

    /**
     * @param folders separated by colons
     */
    TemplateFolders(String folders) {
        this.folders =
                Arrays.stream(folders.split(":"))
                        .filter(folder -> !folder.isBlank())
                        .map(Path::of)
                        .toList();
    }

    /** The text of the template; absent if there is none of that name. */
    Optional<String> find(String name) {
        if (!NAME.matcher(name).matches()) {
            return Optional.empty();
        }
        for (Path folder : folders) {
            Path file = folder.resolve(name);
            if (Files.exists(file)) {
                try {
                    return Optional.of(Files.readString(file));
                } catch (IOException e) {
                    throw new QubesException("The template " + name + " cannot be read", e);
                }
            }
        }
        try (InputStream bundled =
                TemplateFolders.class.getResourceAsStream("/templates/" + name)) {
            return bundled == null
                    ? Optional.empty()
                    : Optional.of(new String(bundled.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
