package qubes.itest.product;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a clone of the workspace is once {@code ./qubesd} has built it: the two commands, and the
 * distribution that this build assembled. A folder of its own, so that nothing is built or left in
 * the workspace, with room for homes and stores beside the clone. Closing ends all that runs in it.
 */
final class BuiltClone implements AutoCloseable {
    /** A connection that needs nothing installed and starts nothing. */
    static final String NO_GUESTS = "test:///default";

    private final Path room;
    private final Path clone;
    private final List<Product> started = new ArrayList<>();

    private BuiltClone(Path room) {
        this.room = room;
        this.clone = room.resolve("qubes");
    }

    /** A built clone. */
    static BuiltClone make() throws IOException {
        // short: libvirt's sockets lie deep below a home
        BuiltClone made = new BuiltClone(Files.createTempDirectory("qit"));
        made.copy("qubesd");
        made.copy("qvm");
        made.copy("qubes.dist/src/main/launcher");
        made.copy("qubes.dist/guest");
        Path target = Files.createDirectories(made.clone.resolve("qubes.dist/target"));
        Files.createSymbolicLink(target.resolve("dist"), workspace("qubes.dist/target/dist"));
        Files.createSymbolicLink(target.resolve("tiny"), workspace("qubes.dist/target/tiny"));
        Files.createFile(target.resolve("built"));
        return made;
    }

    /** A built clone where the tiny guest is assembled too. */
    static BuiltClone withGuest() throws IOException {
        Path tiny = workspace("qubes.dist/target/tiny");
        Ran made = Ran.of(workspace("qubes.dist/guest/make-tiny"), tiny.toString());
        if (made.code() != 0) {
            throw new IOException("the guest cannot be assembled: " + made);
        }
        return make();
    }

    /** Files and folders of a test: homes, stores. Gone after it. */
    Path room() {
        return room;
    }

    /** The clone itself. */
    Path folder() {
        return clone;
    }

    /** {@code ./qubesd} with these options. Does not wait for anything. */
    Product start(List<String> options) throws IOException {
        return start(options, Map.of());
    }

    /** As {@link #start(List)}, with more in the environment. */
    Product start(List<String> options, Map<String, String> environment) throws IOException {
        List<String> command = new ArrayList<>(List.of(clone.resolve("qubesd").toString()));
        command.addAll(options);
        Product product = Product.start(command, environment);
        started.add(product);
        return product;
    }

    /** {@code ./qvm} with these arguments, to its end. */
    Ran qvm(String... arguments) throws IOException {
        return Ran.of(clone.resolve("qvm"), arguments);
    }

    /**
     * What the helper program of a method answers, called as the client calls it in dom0.
     *
     * @param socket the daemon's
     */
    String helper(Step.Call call, Path socket) throws IOException {
        Path programs = clone.resolve("qubes.dist/target/dist/bin");
        ProcessBuilder program =
                new ProcessBuilder(programs.resolve(call.method()).toString(), call.argument());
        program.environment().put("QUBESD_SOCKET", socket.toString());
        program.environment().put("QREXEC_REMOTE_DOMAIN", "dom0");
        program.environment().put("QREXEC_REQUESTED_TARGET", call.destination());
        program.redirectError(ProcessBuilder.Redirect.DISCARD);
        Process process = program.start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(call.payload().getBytes(StandardCharsets.UTF_8));
        }
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        started.forEach(Product::close);
        GuestProcesses.of(room).forEach(GuestProcesses::end);
        delete(room);
    }

    /** A file or folder of the workspace that this build built. */
    static Path workspace(String path) {
        return Path.of(System.getProperty("qubes.root")).resolve(path).toAbsolutePath().normalize();
    }

    private void copy(String path) throws IOException {
        Path from = workspace(path);
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : all.toList()) {
                Path to = clone.resolve(path).resolve(from.relativize(file).toString()).normalize();
                Files.createDirectories(to.getParent());
                Files.copy(file, to, COPY_ATTRIBUTES, NOFOLLOW_LINKS);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Options of a daemon with a home and a store of its own that runs no guests. */
    static List<String> options(Path home, Path store, String... more) {
        List<String> options = new ArrayList<>();
        options.addAll(List.of("--home", home.toString(), "--store", store.toString()));
        options.addAll(List.of("--hypervisor", NO_GUESTS));
        options.addAll(Arrays.asList(more));
        return options;
    }
}
