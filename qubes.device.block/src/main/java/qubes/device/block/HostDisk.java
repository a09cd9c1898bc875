package qubes.device.block;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import qubes.core.device.DeviceInfo;
import qubes.core.device.DeviceInterface;
import qubes.core.device.DeviceLabels;
import qubes.core.device.Port;
import qubes.core.device.VirtualDevice;
import qubes.core.value.DomainName;

/**
 * A block device of a domain (spec devices.md §6).
 *
 * @param id the kernel's name for it
 * @param bytes its size
 * @param description what is written on it, {@code serial (name)}; not to be trusted
 * @param parent the disk that it is a partition of
 */
record HostDisk(
        String id, long bytes, boolean readOnly, String description, Optional<HostDisk> parent) {
    private static final Pattern NUMBER = Pattern.compile("[0-9]+$");
    private static final Pattern UNSAFE = Pattern.compile("[^A-Za-z0-9()+,\\-.:=_/ ]");
    private static final Pattern NO_ASCII = Pattern.compile("[^\\x00-\\x7f]");

    static final String CLASS = "block";

    /** Its identity: that of what it is part of, and its number there. */
    String identity() {
        Matcher number = NUMBER.matcher(id);
        return parent.map(HostDisk::identity).orElse("")
                + ":"
                + (number.find() ? withoutZeros(number.group()) : "None");
    }

    /** What the Admin API tells of it. */
    DeviceInfo info(DomainName backend, Optional<DomainName> attachment) {
        String words = UNSAFE.matcher(NO_ASCII.matcher(description).replaceAll("")).replaceAll("_");
        int blank = words.indexOf(' ');
        String serial = blank < 0 ? words : words.substring(0, blank);
        String rest = blank < 0 ? "" : words.substring(blank + 1).replace('_', ' ');
        String name = rest.length() < 2 ? "" : rest.substring(1, rest.length() - 1).strip();
        Optional<Port> whole = parent.map(disk -> Port.of(backend, disk.id, CLASS));
        DeviceInfo info =
                DeviceInfo.of(new VirtualDevice(Port.of(backend, id, CLASS), identity()))
                        .labelled(
                                new DeviceLabels(
                                        "",
                                        "",
                                        whole.map(port -> "sub-device of " + port)
                                                .orElse("hosted by " + backend),
                                        name,
                                        serial.replace('_', ' ').strip()))
                        .with(List.of(DeviceInterface.of("", CLASS)));
        DeviceInfo placed = whole.map(info::partOf).orElse(info);
        return attachment.map(placed::attachedTo).orElse(placed);
    }

    private static String withoutZeros(String digits) {
        return digits.replaceFirst("^0+(?=.)", "");
    }
}
