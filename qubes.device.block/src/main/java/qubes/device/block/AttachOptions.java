package qubes.device.block;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import qubes.core.error.QubesValueError;
import qubes.core.error.Repr;
import qubes.core.property.PropertyType;

/**
 * How a disk is to be attached (spec devices.md §6).
 *
 * @param frontendDev the name in the guest; the first that is free if absent
 * @param kind {@code disk} or {@code cdrom}
 */
record AttachOptions(Optional<String> frontendDev, boolean readOnly, String kind) {
    static final String FRONTEND_DEV = "frontend-dev";
    static final String READ_ONLY = "read-only";
    static final String DEVTYPE = "devtype";
    static final String DISK = "disk";
    static final String CDROM = "cdrom";

    private static final Pattern FRONTEND = Pattern.compile("(xvd|sd)[a-z0-9]{1,8}");

    /**
     * Understands the options that a caller gave.
     *
     * @param deviceReadOnly whether the device cannot be written to
     * @throws QubesValueError for an option or a value that there is not, or if a device that
     *     cannot be written to is to be writable
     */
    static AttachOptions of(Map<String, String> options, boolean deviceReadOnly) {
        options.keySet().forEach(AttachOptions::refuseUnknown);
        Optional<String> frontend = Optional.ofNullable(options.get(FRONTEND_DEV));
        if (frontend.isPresent() && !FRONTEND.matcher(frontend.get()).matches()) {
            throw new QubesValueError(
                    "Invalid frontend-dev option value: " + Repr.printable(frontend.get()));
        }
        boolean readOnly = readOnly(options.get(READ_ONLY), deviceReadOnly);
        String kind = options.getOrDefault(DEVTYPE, DISK);
        if (!kind.equals(DISK) && !kind.equals(CDROM)) {
            throw new QubesValueError("devtype option can only have 'disk' or 'cdrom' value");
        }
        return new AttachOptions(frontend, readOnly, kind);
    }

    private static void refuseUnknown(String option) {
        switch (option) {
            case FRONTEND_DEV, READ_ONLY, DEVTYPE -> {}
            default -> throw new QubesValueError("Unsupported option " + Repr.printable(option));
        }
    }

    private static boolean readOnly(@Nullable String asked, boolean deviceReadOnly) {
        if (asked == null) {
            return deviceReadOnly;
        }
        boolean readOnly = PropertyType.BOOL.parse(asked.strip());
        if (!readOnly && deviceReadOnly) {
            throw new QubesValueError("This device can be attached only read-only");
        }
        return readOnly;
    }
}
