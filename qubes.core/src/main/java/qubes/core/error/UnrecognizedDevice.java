package qubes.core.error;

/** A device is not the one that is meant. */
public final class UnrecognizedDevice extends QubesException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public UnrecognizedDevice(String message) {
        super(message);
    }
}
