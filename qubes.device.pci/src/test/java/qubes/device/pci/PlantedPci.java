package qubes.device.pci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import qubes.core.device.PciPaths;

/** A folder that looks like sysfs of a host with PCI devices, and names for them. */
record PlantedPci(Path sysfs, Path ids) {
    static PlantedPci in(Path folder) throws IOException {
        Path sysfs = folder.resolve("sys");
        Files.createDirectories(sysfs.resolve("bus/pci/devices"));
        return new PlantedPci(
                sysfs,
                Files.writeString(
                        folder.resolve("pci.ids"),
                        """
                        # a comment
                        8086  Intel Corporation
                        \t8cb1  9 Series Chipset Family USB xHCI Controller
                        \t\t1458 5007  Motherboard
                        10de  Na\u00efve
                        C 0c  Serial bus controller
                        \t03  USB controller
                        """));
    }

    HostDevices devices() {
        return new HostDevices(
                new PciPaths(sysfs.resolve("bus/pci/devices")), PciNames.read(List.of(ids)));
    }

    /** A device; {@code place} is its folder below its root bus. */
    PlantedPci device(String place, String vendor, String product, String code) throws IOException {
        Path folder = Files.createDirectories(sysfs.resolve("devices").resolve(place));
        Files.writeString(folder.resolve("vendor"), vendor + "\n");
        Files.writeString(folder.resolve("device"), product + "\n");
        Files.writeString(folder.resolve("class"), code + "\n");
        Files.createSymbolicLink(
                sysfs.resolve("bus/pci/devices").resolve(folder.getFileName()), folder);
        return this;
    }

    PlantedPci bridge(String place, int firstBus) throws IOException {
        device(place, "0x8086", "0x0001", "0x060400");
        Files.writeString(
                sysfs.resolve("devices").resolve(place).resolve("secondary_bus_number"),
                firstBus + "\n");
        return this;
    }
}
