package qubes.core.vm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import qubes.core.device.DeviceInterface;
import qubes.core.device.InterfaceCategory;

/** The kernel's command line (spec vm-classes §3.5, §3.7; libvirt §3). */
final class KernelOptions {
    private static final String COMMON =
            "root=/dev/mapper/dmroot ro nomodeset console=hvc0 rd_NO_PLYMOUTH"
                    + " rd.plymouth.enable=0 plymouth.enable=0 xen_privcmd.unrestricted ";

    private KernelOptions() {}

    static String defaultOf(QubesVM vm) {
        if (vm.find(QubesVM.KERNEL).orElse("").isEmpty()) {
            return "";
        }
        if (vm.hasPci()) {
            String options = read(vm, "default-kernelopts-pci.txt").map(String::strip).orElse("");
            return vm.qubes().admin().features().isTrue("suspend-s0ix")
                    ? options + " qubes_exp_pm_use_suspend=1"
                    : options;
        }
        return vm.fromTemplate(QubesVM.KERNELOPTS)
                .orElseGet(
                        () ->
                                read(vm, "default-kernelopts-nopci.txt")
                                        .map(String::strip)
                                        .orElse("swiotlb=2048"));
    }

    /** The whole command line; empty without a kernel. Looks at the file system. */
    static String commandLine(QubesVM vm) {
        if (vm.find(QubesVM.KERNEL).orElse("").isEmpty()) {
            return "";
        }
        String own = vm.get(QubesVM.KERNELOPTS);
        String boot = BootModes.kernelOptions(vm);
        if (feature(vm, "no-default-kernelopts").filter(Features::meansTrue).isPresent()) {
            return own + boot;
        }
        String security = "";
        if (feature(vm, "apparmor").filter("1"::equals).isPresent()) {
            security = " apparmor=1 security=apparmor";
        } else if (feature(vm, "selinux").filter("1"::equals).isPresent()) {
            security = " selinux=1 security=selinux";
        }
        return common(vm) + own + security + boot;
    }

    /** What every kernel is told, whatever the qube's own options; empty without a kernel. */
    static String common(QubesVM vm) {
        if (vm.find(QubesVM.KERNEL).orElse("").isEmpty()) {
            return "";
        }
        String prefix =
                feature(vm, "os").filter("Linux"::equals).isPresent()
                        ? "systemd.machine_id=" + vm.uuid().toString().replace("-", "") + " "
                        : "";
        String options =
                prefix
                        + read(vm, "default-kernelopts-common.txt")
                                .map(text -> text.replaceFirst("\n+$", ""))
                                .orElse(COMMON);
        if (feature(vm, "no-nomodeset").map(Features::meansTrue).orElseGet(() -> showsItself(vm))) {
            return Arrays.stream(options.split(" ", -1))
                    .filter(word -> !word.equals("nomodeset"))
                    .collect(Collectors.joining(" "));
        }
        return options;
    }

    /**
     * True if an assigned PCI device drives a display, as far as the assignment says which device
     * it is.
     */
    private static boolean showsItself(QubesVM vm) {
        return vm.record().assignments().stream()
                .filter(device -> device.deviceClass().equals("pci"))
                .flatMap(device -> interfaces(device.identity()).stream())
                .anyMatch(shown -> shown.category() == InterfaceCategory.DISPLAY);
    }

    /** What a PCI device's identity ends in; none if it does not say. */
    private static List<DeviceInterface> interfaces(String identity) {
        String codes = identity.substring(identity.lastIndexOf(':') + 1);
        return codes.length() % DeviceInterface.UNKNOWN.code().length() == 0
                ? DeviceInterface.listOf(codes)
                : List.of();
    }

    private static Optional<String> feature(QubesVM vm, String name) {
        return vm.features().findWithTemplate(name);
    }

    private static Optional<String> read(QubesVM vm, String file) {
        Optional<Path> path = Kernels.file(vm, file);
        try {
            return path.isPresent() ? Optional.of(Files.readString(path.get())) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
