package qubes.testkit.exam;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;

/**
 * The folder of a system under test, laid out as the distribution's: {@code etc/PID.cfg}
 * configures, jars in {@code plugins} are installed while the system runs, {@code qubes.xml} is the
 * store.
 *
 * <p>It lies in the temporary folder, because the paths of sockets are limited to a hundred
 * characters, and goes when the JVM ends.
 */
public final class QubesHome {
    private static final String PROPERTY = "qubes.home";

    private final Path path;

    private QubesHome(Path path) {
        this.path = path;
    }

    /**
     * {@return the home of a system with an empty store, libvirt's test driver and the Admin API's
     * sockets in {@code run}}
     */
    public static QubesHome create() {
        try {
            QubesHome home = new QubesHome(Files.createTempDirectory("qubes-"));
            Runtime.getRuntime().addShutdownHook(new Thread(home::delete));
            for (String folder : List.of("etc", "plugins", "cache", "run")) {
                Files.createDirectory(home.path.resolve(folder));
            }
            return home.configure(
                            "qubes.core",
                            "home=" + home.path,
                            "store=" + home.store(),
                            "create=true",
                            "profile=embedded")
                    .configure("qubes.hypervisor.libvirt", "uri=test:///default")
                    .configure("qubes.admin", "socket.dir=" + home.path.resolve("run"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * {@return the home of the system that a test runs in}
     *
     * @param context that of any bundle in the container
     */
    public static QubesHome of(BundleContext context) {
        String path = context.getProperty(PROPERTY);
        if (path == null) {
            throw new IllegalStateException("This system has no home: configure it with QubesExam");
        }
        return new QubesHome(Path.of(path));
    }

    /**
     * Adds the lines {@code key=value} to the configuration with that pid; a later line wins.
     *
     * @param pid the component's pid
     * @param lines settings, with an equal sign each
     * @return this home
     */
    public QubesHome configure(String pid, String... lines) {
        Path file = path.resolve("etc").resolve(pid + ".cfg");
        try {
            Files.write(
                    file,
                    Stream.concat(
                                    Files.exists(file)
                                            ? Files.readAllLines(file).stream()
                                            : Stream.of(),
                                    Stream.of(lines))
                            .toList());
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Puts a store there, a {@code qubes.xml}; the system loads it when it starts.
     *
     * @param xml read to its end
     * @return this home
     */
    public QubesHome store(InputStream xml) {
        try {
            Files.copy(xml, store());
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the folder} */
    public Path path() {
        return path;
    }

    /** {@return the store's file} */
    public Path store() {
        return path.resolve("qubes.xml");
    }

    /** {@return the folder for jars that come and go} */
    public Path plugins() {
        return path.resolve("plugins");
    }

    /** {@return the Admin API's socket} */
    public Path socket() {
        return path.resolve("run").resolve("qubesd.sock");
    }

    private void delete() {
        try (Stream<Path> files = Files.walk(path)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            // Something still writes there; what is left in the temporary folder is the system's to
            // remove.
            path.toFile().deleteOnExit();
        }
    }
}
