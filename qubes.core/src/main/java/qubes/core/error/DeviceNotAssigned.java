package qubes.core.error;

/** The device is not assigned or attached to the domain. */
public final class DeviceNotAssigned extends QubesException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public DeviceNotAssigned(String message) {
        super(message);
    }
}
