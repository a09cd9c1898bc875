package qubes.hypervisor.libvirt.xml;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import qubes.core.error.QubesException;

/**
 * Where a PCI device is on this boot of the host. A port names the way to the device, bridge by
 * bridge, because numbers of buses behind bridges change: {@code 00_14.0}, or {@code
 * c0_03.5-00_00.0}.
 */
record PciAddress(String domain, String bus, String slot, String function) {
    static final Path SYSFS = Path.of("/sys/bus/pci/devices");

    private static final String SLOT = "([0-9a-f]{2})[.]([0-9a-f])";
    private static final Pattern FIRST =
            Pattern.compile("(?:([0-9a-f]{4})_)?([0-9a-f]{2})_" + SLOT);
    private static final Pattern BEHIND = Pattern.compile("[0-9a-f]{2}_" + SLOT);
    private static final Pattern FOLDER = Pattern.compile("([0-9a-f]{4}):([0-9a-f]{2}):" + SLOT);

    /**
     * The address for a port.
     *
     * @throws QubesException if no such device is there
     */
    static PciAddress of(String port, Path sysfs) {
        String[] steps = port.split("-");
        Matcher first = FIRST.matcher(steps[0]);
        if (!first.matches()) {
            throw missing(port);
        }
        PciAddress at =
                new PciAddress(
                        first.group(1) == null ? "0000" : first.group(1),
                        first.group(2),
                        first.group(3),
                        first.group(4));
        for (int i = 1; i < steps.length; i++) {
            Matcher step = BEHIND.matcher(steps[i]);
            if (!step.matches()) {
                throw missing(port);
            }
            at = at.behind(step.group(1), step.group(2), sysfs).orElseThrow(() -> missing(port));
        }
        return at;
    }

    /** The device of that slot and function on the bus behind this bridge. */
    private Optional<PciAddress> behind(String slot, String function, Path sysfs) {
        Path bridge = sysfs.resolve(domain + ":" + bus + ":" + this.slot + "." + this.function);
        if (!Files.isDirectory(bridge)) {
            return Optional.empty();
        }
        try (Stream<Path> entries = Files.list(bridge)) {
            return entries.map(entry -> FOLDER.matcher(String.valueOf(entry.getFileName())))
                    .filter(Matcher::matches)
                    .filter(m -> m.group(3).equals(slot) && m.group(4).equals(function))
                    .map(m -> new PciAddress(m.group(1), m.group(2), m.group(3), m.group(4)))
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Map<String, String> parts() {
        return Map.of("domain", domain, "bus", bus, "slot", slot, "function", function);
    }

    private static QubesException missing(String port) {
        return new QubesException("Start failed: there is no PCI device " + port + " now");
    }
}
