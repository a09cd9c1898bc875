package qubes.itest.product;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The QEMU processes of guests, which outlive their daemon. */
final class GuestProcesses {
    private GuestProcesses() {}

    /** Those whose disks lie in {@code folder}. */
    static List<ProcessHandle> of(Path folder) {
        return ProcessHandle.allProcesses()
                .filter(process -> arguments(process).contains(folder + "/"))
                .filter(process -> arguments(process).contains("qemu-system"))
                .toList();
    }

    /** The one that runs {@code domain}. */
    static Optional<ProcessHandle> of(Path folder, String domain) {
        return of(folder).stream()
                .filter(process -> arguments(process).contains("guest=" + domain + ","))
                .findFirst();
    }

    static void end(ProcessHandle guest) {
        guest.destroyForcibly();
        guest.onExit().orTimeout(Await.PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS);
    }

    private static String arguments(ProcessHandle process) {
        try {
            return Files.readString(
                    Path.of("/proc", Long.toString(process.pid()), "cmdline"),
                    StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // it ended meanwhile
        }
    }
}
