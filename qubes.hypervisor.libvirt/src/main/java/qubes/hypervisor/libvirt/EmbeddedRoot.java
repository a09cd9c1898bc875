package qubes.hypervisor.libvirt;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The folder of libvirt's QEMU driver inside this process, which reads its settings from there
 * once.
 */
final class EmbeddedRoot {
    private static final Pattern EMBED = Pattern.compile("qemu:///embed\\?(?:.*&)?root=([^&]*).*");

    // no virtlogd here: QEMU writes its log itself
    private static final String SETTINGS = "stdio_handler = \"file\"\n";
    // as root, QEMU must be able to open what the daemon can, /dev/kvm too: if not, libvirt asks it
    // anew for its
    // capabilities at every start
    private static final String SETTINGS_AS_ROOT =
            """
            user = "root"
            group = "root"
            dynamic_ownership = 0
            remember_owner = 0
            security_driver = "none"
            namespaces = []
            """;

    private EmbeddedRoot() {}

    /** The folder that the URI names, if it is one of the embedded driver. */
    static Optional<Path> of(String uri) {
        Matcher matcher = EMBED.matcher(uri);
        return matcher.matches()
                ? Optional.of(
                        Path.of(
                                URLDecoder.decode(
                                        // a plus sign is one in a URI, and a blank only in a form
                                        matcher.group(1).replace("+", "%2B"),
                                        StandardCharsets.UTF_8)))
                : Optional.empty();
    }

    /** Writes the settings unless there are some. */
    static void prepare(Path root) throws IOException {
        Path settings = root.resolve("etc").resolve("qemu.conf");
        Files.createDirectories(settings.getParent());
        boolean privileged = "root".equals(System.getProperty("user.name"));
        try {
            Files.writeString(
                    settings,
                    privileged ? SETTINGS + SETTINGS_AS_ROOT : SETTINGS,
                    StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
            // the administrator's, or ours of an earlier start
            return;
        }
    }
}
