package qubes.client;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A daemon that knows the answers to some requests, by their exact bytes, and remembers what it was
 * asked.
 */
final class ScriptedDaemon implements AutoCloseable {
    /** A reply to admin.vm.List; one line has a key that nobody knows. */
    static final String LIST =
            """
            anon class=AppVM state=Halted uuid=1 foo=bar
            dom0 class=AdminVM state=Running uuid=0
            work class=AppVM state=Running uuid=2
            """;

    private final Path folder;
    private final Path programs;
    private final ServerSocketChannel server;
    private final Map<String, byte[]> answers = new ConcurrentHashMap<>(); // request to answer
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    ScriptedDaemon() throws IOException {
        this(Path.of("/no/such/folder"));
    }

    /**
     * @param programs the folder where commands look for programs
     */
    ScriptedDaemon(Path programs) throws IOException {
        this.programs = programs;
        folder = Files.createTempDirectory("qvm");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket()));
        Thread thread = new Thread(this::serve, "scripted-daemon");
        thread.setDaemon(true);
        thread.start();
    }

    Path socket() {
        return folder.resolve("s");
    }

    /** Answers a request, written {@code METHOD+ARGUMENT DESTINATION PAYLOAD}, with a reply. */
    ScriptedDaemon on(String request, String reply) {
        return onBytes(request, ("0\0" + reply).getBytes(StandardCharsets.UTF_8));
    }

    /** Answers a request with an error. */
    ScriptedDaemon refuse(String request, String type, String message) {
        return onBytes(
                request, ("2\0" + type + "\0\0" + message + "\0").getBytes(StandardCharsets.UTF_8));
    }

    /** Answers a request with these bytes. */
    ScriptedDaemon onBytes(String request, byte[] answer) {
        answers.put(wire(request), answer);
        return this;
    }

    /** Runs a command; the exit code. */
    int run(String... arguments) {
        return runWithInput("", arguments);
    }

    /** Runs a command with text on its standard input; the exit code. */
    int runWithInput(String input, String... arguments) {
        out.reset();
        err.reset();
        InputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        return Main.run(
                Arrays.asList(arguments),
                Map.of("QUBESD_SOCKET", socket().toString(), "QUBESD_RPC", programs.toString()),
                in,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    /** The requests so far, as {@link #on} writes them. */
    List<String> requests() {
        return List.copyOf(requests);
    }

    /**
     * What stands for a request on the wire: "admin.vm.List+ dom0" is {@code admin.vm.List+ dom0
     * name dom0\0}.
     */
    private static String wire(String request) {
        String[] parts = request.split(" ", 3);
        return parts[0] + " dom0 name " + parts[1] + "\0" + (parts.length > 2 ? parts[2] : "");
    }

    private void serve() {
        try {
            while (true) {
                try (SocketChannel client = server.accept()) {
                    answer(client);
                }
            }
        } catch (ClosedChannelException e) {
            // closed by the test
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(SocketChannel client) throws IOException {
        String request =
                new String(Channels.newInputStream(client).readAllBytes(), StandardCharsets.UTF_8);
        requests.add(
                request.replace(" dom0 name ", " ").replaceFirst("\0$", "").replace('\0', ' '));
        byte[] answer = answers.get(request);
        if (answer == null) {
            String name = request.substring(0, request.indexOf('\0'));
            answer =
                    ("2\0ProtocolError\0\0the test does not expect " + name + "\0")
                            .getBytes(StandardCharsets.UTF_8);
        }
        client.write(ByteBuffer.wrap(answer));
    }

    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(socket());
        Files.deleteIfExists(folder);
    }
}
