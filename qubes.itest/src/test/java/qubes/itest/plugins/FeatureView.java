package qubes.itest.plugins;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The features of all domains as one learns them who hears nothing but events. */
final class FeatureView implements AutoCloseable {
    private static final String SET = "domain-feature-set:";
    private static final String DELETE = "domain-feature-delete:";

    private final SocketChannel channel;
    private final DataInputStream in;
    private final Thread reader;
    private final Map<String, Map<String, String>> features =
            new ConcurrentHashMap<>(); // domain to feature to value
    private volatile String end = "";

    private FeatureView(SocketChannel channel) {
        this.channel = channel;
        this.in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel)));
        this.reader = new Thread(this::read, "feature-view");
    }

    /** Hears all from now on. */
    static FeatureView open(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        channel.write(
                ByteBuffer.wrap(
                        "admin.Events dom0 name dom0\0".getBytes(StandardCharsets.US_ASCII)));
        channel.shutdownOutput();
        FeatureView view = new FeatureView(channel);
        view.next(); // connection-established
        view.reader.start();
        return view;
    }

    /** What is known of a domain. */
    Map<String, String> of(String domain) {
        return new TreeMap<>(features.getOrDefault(domain, Map.of()));
    }

    /** Why it hears nothing any more; empty while it hears. */
    String end() {
        return end;
    }

    private void read() {
        try {
            while (true) {
                next();
            }
        } catch (IOException e) {
            end = e.toString();
        }
    }

    private void next() throws IOException {
        byte kind = in.readByte();
        if (kind != '1' || in.readByte() != 0) {
            throw new IOException("no event but " + (char) kind);
        }
        String subject = field();
        String event = field();
        Map<String, String> arguments = new HashMap<>();
        for (String key = field(); !key.isEmpty(); key = field()) {
            arguments.put(key, field());
        }
        if (event.startsWith(SET)) {
            features.computeIfAbsent(subject, any -> new ConcurrentHashMap<>())
                    .put(event.substring(SET.length()), arguments.get("value"));
        } else if (event.startsWith(DELETE)) {
            features.computeIfAbsent(subject, any -> new ConcurrentHashMap<>())
                    .remove(event.substring(DELETE.length()));
        }
    }

    private String field() throws IOException {
        StringBuilder text = new StringBuilder();
        for (byte b = in.readByte(); b != 0; b = in.readByte()) {
            text.append((char) b);
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
