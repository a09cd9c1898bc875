package qubes.core.error;

/** The device is assigned already. */
public final class DeviceAlreadyAssigned extends QubesException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public DeviceAlreadyAssigned(String message) {
        super(message);
    }
}
