package qubes.core.error;

/** The assignment mode of a request is none of those known. */
public final class QubesUnrecognizedDeviceAssignmentMode extends ProtocolError {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesUnrecognizedDeviceAssignmentMode(String message) {
        super(message);
    }
}
