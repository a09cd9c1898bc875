package qubes.device.block;

import java.util.LinkedHashMap;
import java.util.Map;
import qubes.core.value.DomainName;

/**
 * A disk that a guest has now.
 *
 * @param node its device at the backend, {@code /dev/sda}
 * @param target what the guest's definition calls it: {@code xvdi}, or {@code vdi} with QEMU
 * @param kind {@code disk} or {@code cdrom}
 */
record AttachedDisk(DomainName backend, String node, String target, boolean readOnly, String kind) {
    private static final String DEV = "/dev/";

    /** The name of the backend's device: slashes below {@code /dev} are underscores. */
    String id() {
        String name = node.startsWith(DEV) ? node.substring(DEV.length()) : node;
        return name.replace('/', '_');
    }

    /** The device that has that name, the other way round. */
    static String node(String id) {
        return DEV + id.replace('_', '/');
    }

    /** The name that users know, whatever the hypervisor made of it. */
    String frontendDev() {
        return target.startsWith("vd") ? "x" + target : target;
    }

    /** How it is attached, as the Admin API tells it. */
    Map<String, String> options() {
        Map<String, String> options = new LinkedHashMap<>();
        options.put(AttachOptions.FRONTEND_DEV, frontendDev());
        options.put(AttachOptions.READ_ONLY, readOnly ? "yes" : "no");
        if (!kind.equals(AttachOptions.DISK)) {
            options.put(AttachOptions.DEVTYPE, kind);
        }
        return options;
    }
}
