package qubes.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.error.QubesVMNotHaltedError;
import qubes.core.hypervisor.GuestState;
import qubes.core.internal.system.PaperHypervisor;
import qubes.core.internal.system.Scene;

/** Spec vm-classes §3.5 and §3.7, and the rows of "TC_90" about kernels and their options. */
class KernelsTest {
    private static final String DISPLAY = "0x8086:0x1234::p030000";

    @TempDir private Path home;

    private Scene scene;
    private QubesVM vm;

    @BeforeEach
    void open() throws IOException {
        scene = Scene.open(home);
        kernelFile("vmlinuz", "");
        vm = scene.plain("work");
        Scene.set(vm, "kernel=6.6");
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @ParameterizedTest(name = "kernel \"{0}\", {1}: {2}, from the qube {3}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    6.6         | pv  | 6.6/vmlinuz         | no
                    6.6         | pvh | 6.6/vmlinuz         | no
                    6.6         | hvm | 6.6/vmlinuz         | no
                    ''          | pvh | pvgrub2-pvh/vmlinuz | yes
                    ''          | pv  | pvgrub2/vmlinuz     | yes
                    ''          | hvm | -                   | yes
                    pvgrub2-pvh | pvh | pvgrub2-pvh/vmlinuz | yes
                    pvgrub2-pvh | pv  | pvgrub2-pvh/vmlinuz | no
                    pvgrub2     | pv  | pvgrub2/vmlinuz     | yes
                    pvgrub2     | hvm | pvgrub2/vmlinuz     | no
                    """)
    @DisplayName("what is booted")
    void image(String kernel, String mode, String image, String fromGuest) throws IOException {
        for (String loader : new String[] {"pvgrub2", "pvgrub2-pvh"}) {
            Files.createDirectories(home.resolve("vm-kernels").resolve(loader));
            Files.createFile(home.resolve("vm-kernels").resolve(loader).resolve("vmlinuz"));
        }
        Scene.set(vm, "virt_mode=" + mode);
        Scene.set(vm, "kernel=" + kernel);
        assertEquals(
                image.equals("-")
                        ? Optional.empty()
                        : Optional.of(home.resolve("vm-kernels").resolve(image)),
                Kernels.image(vm));
        assertEquals(fromGuest.equals("yes"), Kernels.fromGuest(vm));
    }

    @Test
    @DisplayName("an initramfs is booted with if there is one")
    void initramfs() throws IOException {
        assertEquals(Optional.empty(), Kernels.file(vm, "initramfs"));
        kernelFile("initramfs", "");
        assertEquals(
                Optional.of(home.resolve("vm-kernels/6.6/initramfs")),
                Kernels.file(vm, "initramfs"));
        Scene.set(vm, "kernel=");
        assertEquals(Optional.empty(), Kernels.file(vm, "initramfs"));
    }

    @ParameterizedTest(name = "{0}: \"{1}\"")
    @CsvSource({
        "no option files, swiotlb=2048",
        "'default-kernelopts-nopci.txt = some default options', some default options",
        "'default-kernelopts-nopci.txt =   padded  ', padded",
        "'default-kernelopts-pci.txt = only with PCI', swiotlb=2048",
        "kernel empty, ''",
    })
    @DisplayName("default of kernelopts")
    void kernelopts(String words, String expected) throws IOException {
        arrange(words);
        assertEquals(expected, Scene.value(vm, "kernelopts"));
    }

    @ParameterizedTest(name = "{0}: \"{1}\"")
    @CsvSource({
        "no option files, ''",
        "'default-kernelopts-nopci.txt = only without PCI', ''",
        "'default-kernelopts-pci.txt = with PCI ', with PCI",
        "dom0 suspends to idle, ' qubes_exp_pm_use_suspend=1'",
        "kernel empty, ''",
    })
    @DisplayName("default of kernelopts with a PCI device")
    void kerneloptsWithPci(String words, String expected) throws IOException {
        scene.assignPci(vm, "*");
        arrange(words);
        assertEquals(expected, Scene.value(vm, "kernelopts"));
    }

    @Test
    @DisplayName("without PCI devices kernelopts are the template's, if there is a kernel")
    void kerneloptsOfTemplate() throws IOException {
        kernelFile("default-kernelopts-pci.txt", "with PCI");
        QubesVM base = scene.plain("base", "kernelopts=of the template");
        QubesVM app = scene.derived("app", base, "kernel=6.6");
        assertEquals("of the template", Scene.value(app, "kernelopts"));
        Scene.set(app, "kernelopts=");
        assertEquals("", Scene.value(app, "kernelopts"));
        Scene.reset(app, "kernelopts");
        scene.assignPci(app, "*");
        assertEquals("with PCI", Scene.value(app, "kernelopts"));
    }

    @ParameterizedTest(name = "{0}; {1}; device {2}: \"{3}\"")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    some  default root=/dev/sda nomodeset other | -                        | -       | some  default root=/dev/sda nomodeset other
                    some  default root=/dev/sda nomodeset other | os=Linux                 | -       | systemd.machine_id=UUID some  default root=/dev/sda nomodeset other
                    some  default root=/dev/sda nomodeset other | os=Linux no-nomodeset=1  | -       | systemd.machine_id=UUID some  default root=/dev/sda other
                    some  default root=/dev/sda nomodeset other | os=Other no-nomodeset=1  | -       | some  default root=/dev/sda other
                    some  default root=/dev/sda nomodeset other | no-nomodeset=            | display | some  default root=/dev/sda nomodeset other
                    some  default root=/dev/sda nomodeset other | os=Linux                 | display | systemd.machine_id=UUID some  default root=/dev/sda other
                    some  default root=/dev/sda nomodeset other | os=Linux                 | network | systemd.machine_id=UUID some  default root=/dev/sda nomodeset other
                    nomodeset xnomodeset nomodeset              | no-nomodeset=1           | -       | xnomodeset
                    nomodeset=0 a                               | no-nomodeset=1           | -       | nomodeset=0 a
                    """)
    @DisplayName("options that every kernel gets")
    void common(String content, String features, String device, String expected)
            throws IOException {
        kernelFile("default-kernelopts-common.txt", content + "\n\n");
        for (String feature : features.equals("-") ? new String[0] : features.split(" ")) {
            String[] parts = feature.split("=", 2);
            vm.features().set(parts[0], parts[1]);
        }
        if (!device.equals("-")) {
            scene.assignPci(vm, device.equals("display") ? DISPLAY : "0x8086:0x1234:0300:p020000");
        }
        String uuid = vm.uuid().toString().replace("-", "");
        assertEquals(expected.replace("UUID", uuid), KernelOptions.common(vm));
    }

    @Test
    @DisplayName(
            "without a file they are built in, and end in a blank; without a kernel there are none")
    void builtIn() {
        assertEquals(
                "root=/dev/mapper/dmroot ro nomodeset console=hvc0 rd_NO_PLYMOUTH"
                        + " rd.plymouth.enable=0 plymouth.enable=0 xen_privcmd.unrestricted ",
                KernelOptions.common(vm));
        vm.features().set("no-nomodeset", true);
        assertEquals(
                "root=/dev/mapper/dmroot ro console=hvc0 rd_NO_PLYMOUTH"
                        + " rd.plymouth.enable=0 plymouth.enable=0 xen_privcmd.unrestricted ",
                KernelOptions.common(vm));
        Scene.set(vm, "kernel=");
        assertEquals("", KernelOptions.common(vm));
    }

    @Test
    @DisplayName("a template's os counts for the machine id")
    void machineIdByTemplate() throws IOException {
        kernelFile("default-kernelopts-common.txt", "ro ");
        QubesVM base = scene.plain("base");
        base.features().set("os", "Linux");
        QubesVM app = scene.derived("app", base, "kernel=6.6");
        assertEquals(
                "systemd.machine_id=" + app.uuid().toString().replace("-", "") + " ro ",
                KernelOptions.common(app));
    }

    @ParameterizedTest(name = "{0}, {1}, kernel \"{2}\", {3}: {4}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    xen  | pvh | 6.6 | memory-hotplug=1                   | yes
                    xen  | pvh | 6.6 | memory-hotplug=                    | no
                    xen  | hvm | 6.6 | memory-hotplug=1                   | yes
                    xen  | hvm | 6.6 | supported-feature.memory-hotplug=1 | no
                    xen  | pvh | 6.6 | -                                  | no
                    xen  | pvh | 6.6 | kernel supports it                 | yes
                    xen  | hvm | 6.6 | kernel supports it                 | no
                    xen  | pvh | 6.6 | supported-feature.memory-hotplug=1 | no
                    xen  | pvh | ''  | supported-feature.memory-hotplug=1 | yes
                    xen  | pvh | ''  | supported-feature.memory-hotplug=  | no
                    xen  | pvh | ''  | -                                  | no
                    qemu | pvh | 6.6 | memory-hotplug=1                   | no
                    """)
    @DisplayName("maxmem of a running guest changes only where memory can be plugged in")
    void hotplug(String kind, String mode, String kernel, String given, String possible)
            throws IOException {
        PaperHypervisor hypervisor = scene.with(new PaperHypervisor(kind, 4096));
        Scene.set(vm, "virt_mode=" + mode);
        Scene.set(vm, "kernel=" + kernel);
        if (given.startsWith("kernel")) {
            kernelFile("memory-hotplug-supported", "");
        } else if (!given.equals("-")) {
            String[] parts = given.split("=", 2);
            vm.features().set(parts[0], parts[1]);
        }
        Scene.set(vm, "maxmem=1000");
        hypervisor.write(vm, GuestState.RUNNING);
        Scene.set(vm, "maxmem=1000");
        if (possible.equals("yes")) {
            Scene.set(vm, "maxmem=2000");
        } else {
            assertThrows(QubesVMNotHaltedError.class, () -> Scene.set(vm, "maxmem=2000"));
        }
        assertEquals(possible.equals("yes") ? "2000" : "1000", Scene.value(vm, "maxmem"));
    }

    private void arrange(String words) throws IOException {
        if (words.startsWith("default-kernelopts")) {
            String[] file = words.split(" = ", 2);
            kernelFile(file[0], file[1] + "\n");
        } else if (words.startsWith("dom0")) {
            scene.qubes().admin().features().set("suspend-s0ix", true);
        } else if (words.startsWith("kernel empty")) {
            Scene.set(vm, "kernel=");
        }
    }

    private void kernelFile(String name, String content) throws IOException {
        Path folder = Files.createDirectories(home.resolve("vm-kernels/6.6"));
        Files.writeString(folder.resolve(name), content);
    }
}
