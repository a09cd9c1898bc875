package qubes.admin.export;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the original knows (spec vm-classes §1 and §2, domain-model §2, storage, qubes-xml §1):
 * classes and the properties that their stores can hold, pool drivers and their options, and the
 * attributes of volumes. Anything else it refuses to load, or forgets.
 */
final class Original {
    private static final Map<String, Kind> BASE =
            Map.of(
                    "uuid", Kind.SOME_TEXT,
                    "name", Kind.SOME_TEXT,
                    "qid", Kind.POSITIVE,
                    "label", Kind.LABEL);

    private static final Map<String, Kind> MANAGED =
            and(
                    BASE,
                    Map.ofEntries(
                            Map.entry("mac", Kind.SOME_TEXT),
                            Map.entry("ip", Kind.SOME_TEXT),
                            Map.entry("ip6", Kind.SOME_TEXT),
                            Map.entry("netvm", Kind.PROVIDER),
                            Map.entry("provides_network", Kind.BOOL),
                            Map.entry("autostart", Kind.BOOL),
                            Map.entry("audiovm", Kind.DOMAIN),
                            Map.entry("backup_timestamp", Kind.INT),
                            Map.entry("bootmode", Kind.SOME_TEXT),
                            Map.entry("debug", Kind.BOOL),
                            Map.entry("default_dispvm", Kind.DISPOSABLE_TEMPLATE),
                            Map.entry("default_user", Kind.TEXT),
                            Map.entry("devices_denied", Kind.TEXT),
                            Map.entry("guivm", Kind.DOMAIN),
                            Map.entry("include_in_backups", Kind.BOOL),
                            Map.entry("installed_by_rpm", Kind.BOOL),
                            Map.entry("kernel", Kind.KERNEL),
                            Map.entry("kernelopts", Kind.TEXT),
                            Map.entry("keyboard_layout", Kind.SOME_TEXT),
                            Map.entry("management_dispvm", Kind.DISPOSABLE_TEMPLATE),
                            Map.entry("maxmem", Kind.NATURAL),
                            Map.entry("memory", Kind.POSITIVE),
                            Map.entry("qrexec_timeout", Kind.POSITIVE),
                            Map.entry("shutdown_timeout", Kind.POSITIVE),
                            Map.entry("stubdom_mem", Kind.POSITIVE),
                            Map.entry("vcpus", Kind.POSITIVE),
                            Map.entry("virt_mode", Kind.VIRT_MODE)));

    /** Class to the properties that a domain of it can store, and what these can be. */
    private static final Map<String, Map<String, Kind>> CLASSES =
            Map.of(
                    "AdminVM",
                    Map.of(
                            "label", Kind.LABEL,
                            "default_dispvm", Kind.DISPOSABLE_TEMPLATE,
                            "include_in_backups", Kind.BOOL,
                            "devices_denied", Kind.TEXT,
                            "keyboard_layout", Kind.SOME_TEXT),
                    "TemplateVM",
                    and(MANAGED, Map.of("appvm_default_bootmode", Kind.SOME_TEXT)),
                    "AppVM",
                    and(
                            MANAGED,
                            Map.of("template", Kind.TEMPLATE, "template_for_dispvms", Kind.BOOL)),
                    "StandaloneVM",
                    and(MANAGED, Map.of("template_for_dispvms", Kind.BOOL)),
                    "DispVM",
                    and(
                            MANAGED,
                            Map.of(
                                    "template", Kind.DISPOSABLE_TEMPLATE,
                                    "dispid", Kind.INT,
                                    "auto_cleanup", Kind.BOOL)),
                    "RemoteVM",
                    and(
                            BASE,
                            Map.of(
                                    "include_in_backups", Kind.BOOL,
                                    "relayvm", Kind.DOMAIN,
                                    "remote_name", Kind.SOME_TEXT,
                                    "transport_rpc", Kind.SOME_TEXT)));

    /** The system's properties. */
    static final Map<String, Kind> GLOBALS =
            Map.ofEntries(
                    Map.entry("check_updates_vm", Kind.BOOL),
                    Map.entry("clockvm", Kind.DOMAIN),
                    Map.entry("default_audiovm", Kind.DOMAIN),
                    Map.entry("default_guivm", Kind.DOMAIN),
                    Map.entry("default_dispvm", Kind.DISPOSABLE_TEMPLATE),
                    Map.entry("management_dispvm", Kind.DISPOSABLE_TEMPLATE),
                    Map.entry("default_kernel", Kind.TEXT),
                    Map.entry("default_netvm", Kind.DOMAIN),
                    Map.entry("default_template", Kind.TEMPLATE),
                    Map.entry("updatevm", Kind.DOMAIN),
                    Map.entry("default_pool", Kind.POOL),
                    Map.entry("default_pool_private", Kind.POOL),
                    Map.entry("default_pool_root", Kind.POOL),
                    Map.entry("default_pool_volatile", Kind.POOL),
                    Map.entry("default_pool_kernel", Kind.POOL),
                    Map.entry("default_qrexec_timeout", Kind.INT),
                    Map.entry("default_shutdown_timeout", Kind.INT),
                    Map.entry("stats_interval", Kind.INT));

    /** Driver to the options that it takes. */
    private static final Map<String, Set<String>> DRIVERS =
            Map.of(
                    "file",
                    Set.of("dir_path", "revisions_to_keep", "ephemeral_volatile"),
                    "file-reflink",
                    Set.of("dir_path", "revisions_to_keep", "ephemeral_volatile", "setup_check"),
                    "lvm_thin",
                    Set.of("volume_group", "thin_pool", "revisions_to_keep", "ephemeral_volatile"),
                    "zfs",
                    Set.of(
                            "container",
                            "revisions_to_keep",
                            "ephemeral_volatile",
                            "snap_on_start_forensics"),
                    "linux-kernel",
                    Set.of("dir_path"),
                    "callback",
                    Set.of("conf_id"));

    private static final Set<String> VOLUME_ATTRIBUTES =
            Set.of(
                    "name",
                    "pool",
                    "vid",
                    "revisions_to_keep",
                    "rw",
                    "save_on_stop",
                    "snap_on_start",
                    "ephemeral",
                    "size",
                    "source");

    private static final Set<String> DEVICE_ATTRIBUTES =
            Set.of("backend-domain", "id", "mode", "identity", "required");

    private Original() {}

    /** The properties of a class; absent if there is no such class. */
    static Optional<Map<String, Kind>> properties(String klass) {
        return Optional.ofNullable(CLASSES.get(klass));
    }

    /** The options of a driver; absent if there is no such driver. */
    static Optional<Set<String>> options(String driver) {
        return Optional.ofNullable(DRIVERS.get(driver));
    }

    /** True if a volume can have that attribute. */
    static boolean isVolumeAttribute(String name) {
        return VOLUME_ATTRIBUTES.contains(name);
    }

    /** True if the element of an assigned device can have that attribute. */
    static boolean isDeviceAttribute(String name) {
        return DEVICE_ATTRIBUTES.contains(name);
    }

    private static Map<String, Kind> and(Map<String, Kind> some, Map<String, Kind> more) {
        Map<String, Kind> all = new HashMap<>(some);
        all.putAll(more);
        return Map.copyOf(all);
    }
}
