package qubes.device.pci;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.device.DeviceInfo;
import qubes.core.device.DeviceInterface;
import qubes.core.device.DeviceLabels;
import qubes.core.device.PciPaths;
import qubes.core.device.Port;
import qubes.core.device.VirtualDevice;
import qubes.core.value.DomainName;

/**
 * The PCI devices of the host (spec devices.md §7). Blocks on the kernel's files.
 *
 * @param paths between addresses and ports
 * @param names of makers and products
 */
record HostDevices(PciPaths paths, PciNames names) {
    private static final Logger log = LoggerFactory.getLogger(HostDevices.class);
    private static final Pattern NUMBER = Pattern.compile("0x[0-9a-f]{4}");
    private static final Pattern CODE = Pattern.compile("0x([0-9a-f]{6})");

    static final String CLASS = "pci";

    /** All of them. */
    List<DeviceInfo> all() {
        try (Stream<Path> entries = Files.list(paths.sysfs())) {
            return entries.map(entry -> entry.getFileName().toString())
                    .sorted()
                    .flatMap(address -> read(address).stream())
                    .toList();
        } catch (IOException e) {
            log.debug("No PCI devices: {} cannot be read", paths.sysfs(), e);
            return List.of();
        }
    }

    /** The one at a port. */
    Optional<DeviceInfo> find(String port) {
        return paths.address(port)
                .flatMap(this::read)
                .filter(d -> d.device().portId().equals(port));
    }

    /** The one at an address. */
    Optional<DeviceInfo> read(String address) {
        return paths.path(address).map(port -> info(port, address));
    }

    private DeviceInfo info(String port, String address) {
        String vendor = number(address, "vendor");
        String product = number(address, "device");
        DeviceInterface code =
                Optional.of(CODE.matcher(text(address, "class")))
                        .filter(java.util.regex.Matcher::matches)
                        .map(found -> DeviceInterface.of(found.group(1), CLASS))
                        .orElse(DeviceInterface.of("", CLASS));
        String identity = vendor + ":" + product + "::" + code.code();
        return DeviceInfo.of(new VirtualDevice(Port.of(DomainName.DOM0, port, CLASS), identity))
                .labelled(
                        new DeviceLabels(
                                names.vendor(vendor).orElse(""),
                                names.product(vendor, product).orElse(""),
                                "",
                                "",
                                ""))
                .with(List.of(code))
                .with(Map.of("sbdf", address));
    }

    private String number(String address, String file) {
        String text = text(address, file);
        return NUMBER.matcher(text).matches() ? text : "0x0000";
    }

    private String text(String address, String file) {
        try {
            Path path = paths.sysfs().resolve(address).resolve(file);
            return Files.readString(path, StandardCharsets.ISO_8859_1).strip();
        } catch (IOException e) {
            log.debug("{} of {} cannot be read", file, address, e);
            return "";
        }
    }
}
