package qubes.device.block;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Folders that look like the kernel's of a host. */
final class PlantedHost {
    private final Path folder;

    PlantedHost(Path folder) throws IOException {
        this.folder = folder;
        Files.createDirectories(sysfs().resolve("class/block"));
        Files.createDirectories(proc().resolve("self"));
        write(proc().resolve("self/mountinfo"), "");
        write(proc().resolve("swaps"), "Filename Type Size Used Priority\n");
    }

    Path sysfs() {
        return folder.resolve("sys");
    }

    Path proc() {
        return folder.resolve("proc");
    }

    HostDisks disks() {
        return new HostDisks(sysfs(), proc());
    }

    /** A device without anything below it. */
    PlantedHost disk(String name, long sectors, String number) throws IOException {
        return place(name, "devices/" + name, sectors, number);
    }

    /** A partition of a disk. */
    PlantedHost partition(String disk, String name, long sectors, String number)
            throws IOException {
        place(name, "devices/" + disk + "/" + name, sectors, number);
        return with(name, "partition", "1");
    }

    private PlantedHost place(String name, String place, long sectors, String number)
            throws IOException {
        Path device = sysfs().resolve(place);
        Files.createDirectories(device.resolve("holders"));
        Files.createSymbolicLink(sysfs().resolve("class/block").resolve(name), device);
        return with(name, "size", sectors + "\n").with(name, "ro", "0\n").with(name, "dev", number);
    }

    PlantedHost with(String name, String file, String text) throws IOException {
        Path target = sysfs().resolve("class/block").resolve(name).resolve(file);
        Files.createDirectories(target.getParent());
        write(target, text);
        return this;
    }

    void mounted(String mountinfo) throws IOException {
        write(proc().resolve("self/mountinfo"), mountinfo);
    }

    void swapped(String swaps) throws IOException {
        write(proc().resolve("swaps"), swaps);
    }

    private static void write(Path file, String text) throws IOException {
        Files.writeString(file, text);
    }
}
