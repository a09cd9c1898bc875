package qubes.core.error;

/** The device is attached already. */
public final class DeviceAlreadyAttached extends QubesException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public DeviceAlreadyAttached(String message) {
        super(message);
    }
}
