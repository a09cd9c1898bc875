package qubes.core.admin;

/** The sockets on which methods are served. */
public enum AdminSocket {
    /** For clients in dom0 and, through qrexec, in qubes. */
    ADMIN("qubesd.sock"),
    /** For trusted helpers in dom0. */
    INTERNAL("qubesd.internal.sock"),
    /** For the services by which qubes report to dom0. */
    MISC("qubesd.misc.sock");

    private final String fileName;

    AdminSocket(String fileName) {
        this.fileName = fileName;
    }

    /** {@return name of the socket's file} */
    public String fileName() {
        return fileName;
    }
}
