package qubes.hypervisor.libvirt;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;

/** A call to libvirt failed. Its message is libvirt's own: for the log, not for users. */
final class VirtException extends Exception {
    private static final long serialVersionUID = 1L;

    // an absolute path: everything up to its last component is the host's own affair
    private static final Pattern DIRECTORIES =
            Pattern.compile("(?<![\\w./-])/(?:[^\\s/'\":,;]+/)*");

    // "<what failed>: <time> qemu-system-x86_64: -option value: <complaint>"
    private static final Pattern SAID_BY_QEMU =
            Pattern.compile("qemu-system-\\w+: (?:-[\\w-]+ (?:\\{.*\\}|\\S*): )?([^\\n]+)");

    private final ErrorNumber code;

    VirtException(LibvirtException cause) {
        super(cause.getMessage(), cause);
        this.code =
                cause.getError() == null ? ErrorNumber.VIR_ERR_UNKNOWN : cause.getError().getCode();
    }

    VirtException(ErrorNumber code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** The calling thread's last error in libvirt. */
    static VirtException last() {
        int number = Virt.virGetLastErrorCode();
        ErrorNumber[] known = ErrorNumber.values();
        String message = Virt.virGetLastErrorMessage();
        return new VirtException(
                number >= 0 && number < known.length ? known[number] : ErrorNumber.VIR_ERR_UNKNOWN,
                message == null ? "libvirt gave no message" : message,
                null);
    }

    ErrorNumber code() {
        return code;
    }

    /** True if libvirt does not know the guest. */
    boolean noSuchGuest() {
        return code == ErrorNumber.VIR_ERR_NO_DOMAIN;
    }

    /** True if the guest's state does not allow the call. */
    boolean wrongState() {
        return code == ErrorNumber.VIR_ERR_OPERATION_INVALID;
    }

    /** True if the driver does not know a flag of the call. */
    boolean unknownFlag() {
        String message = getMessage();
        return code == ErrorNumber.VIR_ERR_INVALID_ARG
                && message != null
                && message.contains("unsupported flags");
    }

    /** True if neither guest nor driver can do this at all. */
    boolean unsupported() {
        return switch (code) {
            case VIR_ERR_NO_SUPPORT,
                    VIR_ERR_OPERATION_UNSUPPORTED,
                    VIR_ERR_ARGUMENT_UNSUPPORTED,
                    VIR_ERR_CONFIG_UNSUPPORTED,
                    VIR_ERR_AGENT_UNRESPONSIVE ->
                    true;
            default -> false;
        };
    }

    /** The message for users: one line, without the host's directories and QEMU's command line. */
    String userMessage() {
        String message = getMessage();
        return message == null ? code.name() : forUsers(message);
    }

    /**
     * What users are told of a start that failed, with where more is said (spec admin-api §7).
     *
     * @param kind of hypervisor
     */
    String startMessage(String kind) {
        return "Start failed: "
                + userMessage()
                + ", see "
                + (kind.equals("xen")
                        ? "/var/log/libvirt/libxl/libxl-driver.log"
                        : "the daemon's log")
                + " for details";
    }

    static String forUsers(String message) {
        return withoutDirectories(withoutCommandLine(message))
                .strip()
                .replaceAll("\\s*\\R\\s*", " ");
    }

    /** QEMU says which of its options it complains of; what it complains of is enough. */
    static String withoutCommandLine(String text) {
        Matcher said = SAID_BY_QEMU.matcher(text);
        return said.find() ? "QEMU: " + said.group(1).strip() : text;
    }

    static String withoutDirectories(String text) {
        return DIRECTORIES.matcher(text).replaceAll("");
    }
}
