package qubes.core.device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Translates between the addresses that PCI devices have on this boot of the host and the ports
 * that domains name, which stay the same (spec devices.md §7). A port is the way to the device,
 * bridge by bridge, such as {@code c0_03.5-00_00.0}: behind a bridge, buses count from the first
 * one behind it, because their numbers change from boot to boot.
 *
 * <p>Blocks for as long as the host takes to read its own tables.
 *
 * @param sysfs the folder in which the host has an entry for each PCI device
 */
public record PciPaths(Path sysfs) {
    /** Where hosts have it. */
    public static final Path SYSFS = Path.of("/sys/bus/pci/devices");

    private static final Logger log = LoggerFactory.getLogger(PciPaths.class);

    private static final String SLOT = "([0-9a-f]{2})[.]([0-9a-f])";
    private static final Pattern ADDRESS =
            Pattern.compile("(?:([0-9a-f]{4,8}):)?([0-9a-f]{2}):" + SLOT);
    private static final Pattern NODE =
            Pattern.compile("pci_([0-9a-f]{4,8})_([0-9a-f]{2})_([0-9a-f]{2})_([0-9a-f])");
    private static final Pattern HOP =
            Pattern.compile("(?:([0-9a-f]{4,8})_)?([0-9a-f]{2})_" + SLOT);
    private static final String HOPS = "-";
    private static final String FIRST_SEGMENT = "0000";

    /** Where a device is on this boot. */
    private record Address(String segment, int bus, String device, String function) {
        static Optional<Address> parse(Pattern form, String text) {
            Matcher parts = form.matcher(text);
            return parts.matches() ? Optional.of(of(parts)) : Optional.empty();
        }

        private static Address of(Matcher parts) {
            return new Address(
                    Optional.ofNullable(parts.group(1)).orElse(FIRST_SEGMENT),
                    Integer.parseInt(parts.group(2), 16),
                    parts.group(3),
                    parts.group(4));
        }

        /** This place as a hop whose bus is counted from another one. */
        String hop(int firstBus) {
            return "%02x_%s.%s".formatted(bus - firstBus, device, function);
        }

        String onRootBus() {
            return (segment.equals(FIRST_SEGMENT) ? "" : segment + "_") + hop(0);
        }

        @Override
        public String toString() {
            return "%s:%02x:%s.%s".formatted(segment, bus, device, function);
        }
    }

    /**
     * The port of the device at an address.
     *
     * @param address {@code 0000:00:14.0}, {@code 00:14.0} or {@code pci_0000_00_14_0}
     * @return absent if no such device is there
     */
    public Optional<String> path(String address) {
        return Address.parse(ADDRESS, address)
                .or(() -> Address.parse(NODE, address))
                .flatMap(this::path);
    }

    /**
     * The address of the device at a port.
     *
     * @param path of buses and devices from the root to the device
     * @return absent if the text is no port, or a bridge on the way to it is not there
     */
    public Optional<String> address(String path) {
        Optional<Address> at = Optional.empty();
        for (String hop : path.split(HOPS, -1)) {
            Optional<Address> step = Address.parse(HOP, hop);
            at = at.isEmpty() ? step : at.flatMap(bridge -> step.flatMap(s -> behind(bridge, s)));
            if (at.isEmpty()) {
                return Optional.empty();
            }
        }
        return at.map(Address::toString);
    }

    /**
     * {@return what an old store means by the id of a PCI device: a port as it is; the port of the
     * device at an address, which may be written as in {@code 02_00.2}} What cannot be resolved
     * stays as it is.
     *
     * @param stored how the store names the device
     */
    public String port(String stored) {
        return Address.parse(HOP, stored).flatMap(this::path).or(() -> path(stored)).orElse(stored);
    }

    private Optional<String> path(Address device) {
        List<String> hops = new ArrayList<>();
        Address at = device;
        for (Optional<Address> bridge = bridge(at); bridge.isPresent(); bridge = bridge(at)) {
            Optional<Integer> firstBus = firstBusBehind(bridge.get());
            if (firstBus.isEmpty()) {
                return Optional.empty();
            }
            hops.add(at.hop(firstBus.get()));
            at = bridge.get();
        }
        hops.add(at.onRootBus());
        Collections.reverse(hops);
        return Files.exists(entry(device))
                ? Optional.of(String.join(HOPS, hops))
                : Optional.empty();
    }

    /** The bridge that a device is behind; none on a root bus. */
    private Optional<Address> bridge(Address device) {
        try {
            Path parent = entry(device).toRealPath().getParent();
            return Optional.ofNullable(parent)
                    .map(Path::getFileName)
                    .flatMap(name -> Address.parse(ADDRESS, name.toString()));
        } catch (IOException e) {
            log.debug("{} is not there", device, e);
            return Optional.empty();
        }
    }

    private Optional<Address> behind(Address bridge, Address hop) {
        return firstBusBehind(bridge)
                .map(
                        firstBus ->
                                new Address(
                                        bridge.segment,
                                        firstBus + hop.bus,
                                        hop.device,
                                        hop.function));
    }

    private Optional<Integer> firstBusBehind(Address bridge) {
        try {
            String number = Files.readString(entry(bridge).resolve("secondary_bus_number"));
            return Optional.of(Integer.valueOf(number.strip()));
        } catch (IOException e) {
            log.debug("{} is no bridge", bridge, e);
        } catch (NumberFormatException e) {
            log.warn("The host does not number the buses behind {}", bridge, e);
        }
        return Optional.empty();
    }

    private Path entry(Address device) {
        return sysfs.resolve(device.toString());
    }
}
