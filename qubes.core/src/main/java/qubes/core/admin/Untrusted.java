package qubes.core.admin;

/**
 * Bytes that a caller sent and nobody has checked. Only {@link Decoder} looks inside: what comes
 * out of it is a value of a proper type, or an error.
 */
public final class Untrusted {
    /** Nothing at all. */
    public static final Untrusted EMPTY = new Untrusted(new byte[0]);

    private final byte[] bytes;

    private Untrusted(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * {@return a copy of a part of {@code bytes}}
     *
     * @param bytes what was received
     * @param from index of the first byte
     * @param to index after the last byte
     */
    public static Untrusted copyOf(byte[] bytes, int from, int to) {
        return from == to ? EMPTY : new Untrusted(java.util.Arrays.copyOfRange(bytes, from, to));
    }

    /** {@return true if there is nothing} */
    public boolean isEmpty() {
        return bytes.length == 0;
    }

    /** {@return number of bytes} */
    public int size() {
        return bytes.length;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Says how much there is, never what. */
    @Override
    public String toString() {
        return bytes.length + " untrusted bytes";
    }
}
