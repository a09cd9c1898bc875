package qubes.core.error;

/** What a text says of a device is not what is expected of that device. */
public final class UnexpectedDeviceProperty extends QubesException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public UnexpectedDeviceProperty(String message) {
        super(message);
    }
}
