package qubes.client;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The program {@code qubesd-query} (spec admin-protocol §9): one request for whoever stands behind
 * a script, from standard input to standard output, the reply as it comes. Exit codes: 0, or with
 * {@code --fail} the type of the reply; 1 if nothing was sent, or with {@code --fail} nothing came;
 * 2 the command line is wrong.
 */
public final class Query {
    private static final String USAGE =
            """
            usage: qubesd-query [OPTION]... SOURCE METHOD DESTINATION [ARGUMENT]

            Sends a request to qubesd, with standard input as payload, and writes the reply to standard output.
              -c, --connect SOCKET  the daemon's socket (default: $QUBESD_SOCKET, else /var/run/qubesd.sock)
              -e, --empty           no payload; standard input is not read
              --single-line         the payload is one line of printable ASCII, without its end; nothing after it is read
              --max-bytes N         refuse a longer payload (default: 65536; 1024 with --single-line)
              --fail                exit with the type of the reply: 0 done, 2 refused; 1 if there is no reply
              --null                write a zero byte after the reply
            """;
    private static final int MOST = 65_536;
    private static final int MOST_OF_LINE = 1024;

    private Query() {}

    /** Sends one request and exits. */
    public static void main(String[] arguments) {
        // Unbuffered: what follows a line is read by whoever started this.
        InputStream in = new FileInputStream(FileDescriptor.in);
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        @Nullable String socket = System.getenv("QUBESD_SOCKET");
        String place = socket == null || socket.isEmpty() ? Main.STANDARD_SOCKET : socket;
        System.exit(run(Arrays.asList(arguments), place, in, out, System.err));
    }

    /** Sends one request; the exit code. */
    static int run(
            List<String> arguments,
            String socket,
            InputStream in,
            OutputStream out,
            PrintStream err) {
        try {
            if (arguments.contains("--help") || arguments.contains("-h")) {
                out.write(USAGE.getBytes(StandardCharsets.UTF_8));
                return 0;
            }
            Options options =
                    new Options()
                            .value("-c", "--connect")
                            .flag("-e", "--empty")
                            .flag("--single-line")
                            .value("--max-bytes")
                            .flag("--fail")
                            .flag("--null")
                            .parse(arguments);
            List<String> words = options.positional(3, 4, "SOURCE, METHOD or DESTINATION");
            byte[] payload = payload(options, in);
            @Nullable String chosen = options.get("-c");
            int type = exchange(chosen == null ? socket : chosen, words, payload, out);
            if (options.has("--null")) {
                out.write(0);
            }
            return options.has("--fail") ? type : 0;
        } catch (UsageError e) {
            err.print(USAGE);
            err.println("qubesd-query: error: " + e.getMessage());
            return 2;
        } catch (IOException e) {
            err.println("qubesd-query: " + e.getMessage());
            return 1;
        }
    }

    /** Copies the reply; its type as a number, 1 if there is none. */
    private static int exchange(String socket, List<String> words, byte[] payload, OutputStream out)
            throws IOException {
        String argument = words.size() > 3 ? words.get(3) : "";
        String head = words.get(1) + "+" + argument + " " + words.get(0) + " name " + words.get(2);
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(head.getBytes(StandardCharsets.UTF_8));
        request.write(0);
        request.writeBytes(payload);
        try (SocketChannel channel =
                SocketChannel.open(UnixDomainSocketAddress.of(Path.of(socket)))) {
            ByteBuffer bytes = ByteBuffer.wrap(request.toByteArray());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.shutdownOutput();
            InputStream reply = Channels.newInputStream(channel);
            int first = reply.read();
            if (first < 0) {
                return 1;
            }
            out.write(first);
            reply.transferTo(out);
            return Character.isDigit(first) ? Character.digit(first, 10) : 1;
        }
    }

    private static byte[] payload(Options options, InputStream in) throws IOException {
        if (options.has("-e")) {
            return new byte[0];
        }
        boolean line = options.has("--single-line");
        int most = most(options.get("--max-bytes"), line ? MOST_OF_LINE : MOST);
        byte[] payload = line ? line(in, most) : start(in, most + 1);
        if (payload.length > most) {
            throw new IOException("the payload has more than " + most + " bytes");
        }
        return payload;
    }

    /** By hand: a stream of a file would ask for its position, and a pipe has none. */
    private static byte[] start(InputStream in, int most) throws IOException {
        byte[] bytes = new byte[most];
        int size = 0;
        for (int count = 0; count >= 0 && size < most; count = in.read(bytes, size, most - size)) {
            size += count;
        }
        return Arrays.copyOf(bytes, size);
    }

    private static int most(@Nullable String text, int otherwise) {
        if (text == null) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > MOST) {
            throw new UsageError(
                    "--max-bytes is a number up to " + MOST + ", not " + Text.quote(text));
        }
        return Integer.parseInt(text);
    }

    /** A line, read byte by byte; one byte more than {@code most} if it is longer. */
    private static byte[] line(InputStream in, int most) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            if (next < ' ' || next > '~') {
                throw new IOException("the payload is no line of printable ASCII");
            }
            line.write(next);
            if (line.size() > most) {
                break;
            }
        }
        return line.toByteArray();
    }
}
