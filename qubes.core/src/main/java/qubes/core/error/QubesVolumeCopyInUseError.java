package qubes.core.error;

/** Another copy of the volume is being made. */
public final class QubesVolumeCopyInUseError extends QubesException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesVolumeCopyInUseError(String message) {
        super(message);
    }
}
