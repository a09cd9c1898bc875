package qubes.device.block;

import java.util.ArrayList;
import java.util.List;

/** Names of disks in guests, in the order in which free ones are taken (spec devices.md §6). */
final class FrontendNames {
    /**
     * {@code xvdi} to {@code xvdz}, {@code xvdaa} to {@code xvdzz}, {@code xvda} to {@code xvdh}.
     */
    static final List<String> DISK = disk();

    /** The same, with the place of the kernel's modules before them. */
    static final List<String> CDROM = cdrom();

    private FrontendNames() {}

    private static List<String> disk() {
        List<String> names = new ArrayList<>();
        for (char c = 'i'; c <= 'z'; c++) {
            names.add("xvd" + c);
        }
        for (char c = 'a'; c <= 'z'; c++) {
            for (char d = 'a'; d <= 'z'; d++) {
                names.add("xvd" + c + d);
            }
        }
        for (char c = 'a'; c <= 'h'; c++) {
            names.add("xvd" + c);
        }
        return List.copyOf(names);
    }

    private static List<String> cdrom() {
        List<String> names = new ArrayList<>();
        names.add("xvdd");
        names.addAll(DISK);
        return List.copyOf(names);
    }
}
