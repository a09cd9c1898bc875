package qubes.bench;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** A client of the Admin API that does as little as possible: one connection a call, blocking. */
final class AdminSocket {
    private static final int LARGEST_ANSWER = 1 << 22;

    private final UnixDomainSocketAddress address;

    AdminSocket(Path socket) {
        this.address = UnixDomainSocketAddress.of(socket);
    }

    /** The bytes of a request from dom0. */
    static byte[] request(String method, String argument, String destination, String payload) {
        String text = method + "+" + argument + " dom0 name " + destination + "\0" + payload;
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A buffer that any answer fits into; one a thread. */
    static ByteBuffer buffer() {
        return ByteBuffer.allocateDirect(LARGEST_ANSWER);
    }

    /**
     * Makes one call. Blocks.
     *
     * @param answer receives all of the answer, ready to be read
     * @return true if the answer begins as an OK answer does
     */
    boolean call(byte[] request, ByteBuffer answer) throws IOException {
        answer.clear();
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(address);
            channel.write(ByteBuffer.wrap(request));
            channel.shutdownOutput();
            int got = 0;
            while (got >= 0 && answer.hasRemaining()) {
                got = channel.read(answer);
            }
        }
        answer.flip();
        return answer.remaining() >= 2 && answer.get(0) == '0' && answer.get(1) == 0;
    }

    /**
     * Makes one call and gives back the text of its answer.
     *
     * @throws IOException if the answer is an error or none
     */
    String text(String method, String argument, String destination, String payload)
            throws IOException {
        ByteBuffer answer = buffer();
        boolean ok = call(request(method, argument, destination, payload), answer);
        byte[] bytes = new byte[answer.remaining()];
        answer.get(bytes);
        if (!ok) {
            throw new IOException(
                    method
                            + " on "
                            + destination
                            + ": "
                            + new String(bytes, StandardCharsets.UTF_8).replace('\0', ' '));
        }
        return new String(Arrays.copyOfRange(bytes, 2, bytes.length), StandardCharsets.UTF_8);
    }
}
