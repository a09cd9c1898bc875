package qubes.core.device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A host's table of PCI devices, as Linux shows it: folders in folders, and links to each. */
public final class PciHost {
    private final Path devices;
    private final Path sysfs;

    /** An empty table in a folder. */
    public PciHost(Path folder) throws IOException {
        this.devices = Files.createDirectories(folder.resolve("devices"));
        this.sysfs = Files.createDirectories(folder.resolve("bus/pci/devices"));
    }

    /** Adds a device, by its folder from the root of its segment. */
    public PciHost device(String path) throws IOException {
        Path device = Files.createDirectories(devices.resolve(path));
        Files.createSymbolicLink(sysfs.resolve(device.getFileName()), device);
        return this;
    }

    /** Adds a bridge. */
    public PciHost bridge(String path, int firstBus) throws IOException {
        device(path);
        Files.writeString(devices.resolve(path).resolve("secondary_bus_number"), firstBus + "\n");
        return this;
    }

    /** The folder with a link for each device. */
    public Path sysfs() {
        return sysfs;
    }
}
