package qubes.client;

/** The daemon refused, or could not be talked to; the message is what the user sees. */
final class DaemonError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String type;

    /**
     * @param type name of the error on the wire, such as {@code QubesVMNotFoundError}
     */
    DaemonError(String type, String message) {
        super(message);
        this.type = type;
    }

    String type() {
        return type;
    }

    boolean is(String other) {
        return type.equals(other);
    }
}
