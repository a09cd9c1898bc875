package qubes.core.error;

/** No such device. */
public final class DeviceNotFound extends QubesException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public DeviceNotFound(String message) {
        super(message);
    }
}
