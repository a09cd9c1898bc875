package qubes.hypervisor.libvirt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.hypervisor.GuestSpec;
import qubes.hypervisor.libvirt.xml.DomainXml;

/**
 * Chooses between KVM and QEMU's own emulation. Some hosts list KVM, start guests with it, and
 * never get one through its boot; so KVM is believed only after a kernel was seen to reach its
 * first program with it. Asked once, at the first start of a guest that has a kernel on the host.
 */
final class Accelerator implements DomainXml.Acceleration {
    private static final Logger log = LoggerFactory.getLogger(Accelerator.class);
    private static final String KVM = "kvm";
    private static final String EMULATION = "qemu";
    private static final int PATIENCE_SECONDS = 10;
    // what a kernel says when it is through with itself: it runs its first program, or misses it
    private static final Pattern BOOTED =
            Pattern.compile(
                    "Run /\\S* as init process|Kernel panic - not syncing: (VFS|No working init)|probe: up");

    private final ReentrantLock asking = new ReentrantLock();
    private volatile @Nullable String answer;

    private Accelerator(@Nullable String answer) {
        this.answer = answer;
    }

    /**
     * @param configured {@code auto}, {@code kvm}, or {@code tcg} (also {@code qemu})
     */
    static Accelerator of(String configured) {
        return switch (configured) {
            case "kvm" -> new Accelerator(KVM);
            case "tcg", "qemu" -> new Accelerator(EMULATION);
            case "auto" -> new Accelerator(null);
            default -> {
                log.warn("accelerator: auto, kvm or tcg, not {}; auto is taken", configured);
                yield new Accelerator(null);
            }
        };
    }

    @Override
    public String domainType(GuestSpec spec) {
        String known = answer;
        if (known != null) {
            return known;
        }
        if (spec.kernel().isEmpty()) {
            return EMULATION; // nothing to probe with; the next guest may have a kernel
        }
        asking.lock();
        try {
            known = answer;
            if (known == null) {
                known = boots(spec) ? KVM : EMULATION;
                answer = known;
                log.info(
                        "Guests run with {}",
                        known.equals(KVM) ? "KVM" : "emulation: no guest boots with KVM");
            }
            return known;
        } finally {
            asking.unlock();
        }
    }

    private static boolean boots(GuestSpec spec) {
        if (!Files.isWritable(Path.of("/dev/kvm")) || spec.kernel().isEmpty()) {
            return false;
        }
        try {
            Path said = Files.createTempFile("kvm-probe", ".log");
            try {
                return boots(command(spec, said), said);
            } finally {
                Files.delete(said);
            }
        } catch (IOException e) {
            log.warn("Whether KVM works cannot be found out; emulation is used", e);
            return false;
        }
    }

    private static List<String> command(GuestSpec spec, Path said) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "qemu-system-x86_64",
                                "-nodefaults",
                                "-no-user-config",
                                "-machine",
                                "q35",
                                "-accel",
                                "kvm",
                                "-cpu",
                                "host",
                                "-m",
                                "256",
                                "-display",
                                "none",
                                "-no-reboot",
                                "-serial",
                                "file:" + said,
                                "-append",
                                "console=ttyS0 panic=-1 qubes.probe"));
        spec.kernel().ifPresent(kernel -> command.addAll(List.of("-kernel", kernel.toString())));
        spec.initramfs().ifPresent(initrd -> command.addAll(List.of("-initrd", initrd.toString())));
        return command;
    }

    private static boolean boots(List<String> command, Path said) throws IOException {
        Process qemu =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            boolean ended = false;
            while (!ended && System.nanoTime() < deadline && !booted(said)) {
                ended = qemu.waitFor(100, TimeUnit.MILLISECONDS);
            }
            return booted(said);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            qemu.destroyForcibly();
        }
    }

    private static boolean booted(Path said) throws IOException {
        return BOOTED.matcher(Files.readString(said, java.nio.charset.StandardCharsets.ISO_8859_1))
                .find();
    }
}
