package qubes.itest.product;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.opentest4j.AssertionFailedError;

/** A client of the Admin API that knows nothing but the bytes on the wire. */
record AdminSocket(Path path) {
    private static final Pattern LINE =
            Pattern.compile("(\\S+) class=(\\S+) state=(\\S+) uuid=(\\S*)");

    /** What the daemon refused with. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1;
        final String type;
        final String text;

        Refused(String type, String text) {
            super(type + ": " + text);
            this.type = type;
            this.text = text;
        }
    }

    /** One line of {@code admin.vm.List}. */
    record Listed(String klass, String state) {}

    /** Calls a method without payload. */
    String call(String method, String argument, String destination) throws IOException {
        return call(method, argument, destination, "");
    }

    /**
     * Calls a method.
     *
     * @throws Refused if the daemon answers with an error
     * @throws IOException if it does not answer, or not as the protocol says
     */
    String call(String method, String argument, String destination, String payload)
            throws IOException {
        String head = method + "+" + argument + " dom0 name " + destination + "\0";
        byte[] answer = exchange((head + payload).getBytes(StandardCharsets.UTF_8));
        String text = new String(answer, StandardCharsets.UTF_8);
        if (text.startsWith("0\0")) {
            return text.substring(2);
        }
        if (text.startsWith("2\0")) {
            String[] fields = text.split("\0", -1);
            throw new Refused(fields[1], fields[3].replace("%%", "%"));
        }
        throw new IOException("no answer of the protocol to " + method + ": '" + text + "'");
    }

    /** Sends a request, ends it, and reads all that comes back. */
    byte[] exchange(byte[] request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            ByteBuffer bytes = ByteBuffer.wrap(request);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.shutdownOutput();
            InputStream in = Channels.newInputStream(channel);
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            in.transferTo(answer);
            return answer.toByteArray();
        }
    }

    /** All domains, by name. */
    Map<String, Listed> list() throws IOException {
        Map<String, Listed> all = new TreeMap<>();
        for (String line : call("admin.vm.List", "", "dom0").lines().toList()) {
            Matcher fields = LINE.matcher(line);
            if (!fields.matches()) {
                throw new AssertionFailedError("no line of admin.vm.List: " + line);
            }
            all.put(fields.group(1), new Listed(fields.group(2), fields.group(3)));
        }
        return all;
    }

    /** Power state of a domain. */
    String state(String domain) throws IOException {
        return list().get(domain).state();
    }

    /** The value of a property, without its type. */
    String get(String domain, String property) throws IOException {
        String answer = call("admin.vm.property.Get", property, domain);
        Matcher fields =
                Pattern.compile("default=(\\S+) type=(\\S+) (.*)", Pattern.DOTALL).matcher(answer);
        if (!fields.matches()) {
            throw new AssertionFailedError("no property: " + answer);
        }
        return fields.group(3);
    }

    void set(String domain, String property, String value) throws IOException {
        call("admin.vm.property.Set", property, domain, value);
    }
}
