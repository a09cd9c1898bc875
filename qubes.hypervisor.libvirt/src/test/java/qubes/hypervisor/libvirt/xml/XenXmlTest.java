package qubes.hypervisor.libvirt.xml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.error.QubesException;
import qubes.core.hypervisor.GuestDisk;
import qubes.core.hypervisor.GuestSpec;
import qubes.core.storage.BlockSource;
import qubes.testkit.hypervisor.BareDomain;

/** The facts of spec libvirt, for the built-in template of Xen. */
class XenXmlTest {
    private static final UUID UNIQUE_ID = UUID.fromString("7db78950-c467-4863-94d1-af59806384ea");

    private static GuestSpec spec(
            String mode, int maxmem, @Nullable String kernel, String cmdline, GuestDisk... disks) {
        return new GuestSpec(
                UNIQUE_ID,
                "test-vm",
                400,
                maxmem,
                2,
                mode,
                Optional.ofNullable(kernel).map(k -> Path.of(k, "vmlinuz")),
                Optional.ofNullable(kernel).map(k -> Path.of(k, "initramfs")),
                cmdline,
                List.of(disks),
                new BareDomain("test-vm"));
    }

    private static GuestDisk disk(String volume, String target, boolean writable) {
        return new GuestDisk(
                volume, new BlockSource(Path.of("/dev/vg", volume), "raw", true, writable), target);
    }

    private static Rendered render(GuestSpec spec, FakeDomain domain) {
        return Rendered.of(DomainXml.in("", s -> "qemu").render("xen", spec, domain));
    }

    private static FakeDomain vm() {
        return new FakeDomain("test-vm").knows(new FakeDomain("dom0"));
    }

    @Test
    @DisplayName(
            "pv with a kernel: no cpu, kernel, initrd and command line, no features, utc clock")
    void pv() {
        Rendered xml =
                render(
                        spec(
                                "pv",
                                500,
                                "/kernels/dummy",
                                "root=x swiotlb=2048",
                                disk("root", "xvda", true),
                                disk("kernel", "xvdd", false)),
                        vm());
        assertEquals("xen", xml.at("/domain/@type"));
        assertEquals("test-vm", xml.at("/domain/name"));
        assertEquals(UNIQUE_ID.toString(), xml.at("/domain/uuid"));
        assertEquals("500", xml.at("/domain/memory[@unit='MiB']"));
        assertEquals("400", xml.at("/domain/currentMemory[@unit='MiB']"));
        assertEquals("2", xml.at("/domain/vcpu[@placement='static']"));
        assertEquals(0, xml.count("/domain/cpu"));
        assertEquals("linux", xml.at("/domain/os/type[@arch='x86_64'][@machine='xenpv']"));
        assertEquals("/kernels/dummy/vmlinuz", xml.at("/domain/os/kernel"));
        assertEquals("/kernels/dummy/initramfs", xml.at("/domain/os/initrd"));
        assertEquals("root=x swiotlb=2048", xml.at("/domain/os/cmdline"));
        assertEquals(0, xml.count("/domain/features/*"));
        assertEquals(
                "native",
                xml.at(
                        "/domain/clock[@offset='utc'][@adjustment='reset']/timer[@name='tsc']/@mode"));
        assertEquals(
                "destroy destroy destroy",
                xml.at("/domain/on_poweroff | /domain/on_reboot | /domain/on_crash"));
        assertEquals("xvda xvdd", xml.at("//disk/target/@dev"));
        assertEquals(1, xml.count("//disk[target/@dev='xvdd']/readonly"));
        assertEquals(
                2,
                xml.count(
                        "//disk[@type='block'][@device='disk']/script[@path='/etc/xen/scripts/qubes-block']"));
        assertEquals(0, xml.count("//emulator | //input | //video | //graphics"));
        assertEquals(1, xml.count("//console[@type='pty']/target[@type='xen'][@port='0']"));
    }

    @Test
    @DisplayName(
            "hvm without a kernel: cpu, hvmloader, cdrom before hd, variable clock, stubdomain, graphics")
    void hvm() {
        Rendered xml = render(spec("hvm", 0, null, "", disk("root", "xvda", true)), vm());
        assertEquals("400", xml.at("/domain/memory"));
        assertEquals(
                "disable disable require",
                xml.at("/domain/cpu[@mode='host-passthrough']/feature[@name!='rdrand']/@policy"));
        assertEquals("hvm", xml.at("/domain/os/type[@machine='xenfv']"));
        assertEquals("hvmloader", xml.at("/domain/os/loader[@type='rom']"));
        assertEquals("cdrom hd", xml.at("/domain/os/boot/@dev"));
        assertEquals(0, xml.count("/domain/os/cmdline | /domain/os/kernel"));
        assertEquals(
                4,
                xml.count(
                        "/domain/features/pae | /domain/features/acpi | /domain/features/apic | /domain/features/viridian"));
        assertEquals("0", xml.at("/domain/clock[@offset='variable'][@basis='utc']/@adjustment"));
        assertEquals(
                "-qubes-audio:audiovm_xid=-1",
                xml.at("//emulator[@type='stubdom-linux']/@cmdline"));
        assertEquals("tablet", xml.at("//input[@bus='usb']/@type"));
        assertEquals("vga", xml.at("//video/model/@type"));
        assertEquals("qubes", xml.at("//graphics[not(@domain)][not(@log_level)]/@type"));
    }

    @Test
    @DisplayName("hvm, guivm running, debug: trace option, and graphics name the guivm and log")
    void hvmWithGui() {
        Rendered xml =
                render(
                        spec("hvm", 0, null, ""),
                        vm().property("debug", true)
                                .property("guivm", new FakeDomain("sys-gui").runs()));
        assertEquals(
                "-qubes-audio:audiovm_xid=-1 -trace xen_platform_log",
                xml.at("//emulator/@cmdline"));
        assertEquals("sys-gui", xml.at("//graphics[@log_level='2']/@domain"));
    }

    @Test
    @DisplayName("hvm, debug, extra options of qemu stand before the trace option")
    void hvmWithExtraOptions() {
        Rendered xml =
                render(
                        spec("hvm", 0, null, ""),
                        vm().property("debug", true).feature("qemu-extra-args", "-some-option"));
        assertEquals(
                "-qubes-audio:audiovm_xid=-1 -some-option -trace xen_platform_log",
                xml.at("//emulator/@cmdline"));
    }

    @Test
    @DisplayName("pvh with maxmem 0 gets its memory and no more; without a kernel it boots pvgrub")
    void pvh() {
        Rendered xml = render(spec("pvh", 0, null, ""), vm());
        assertEquals("400", xml.at("/domain/memory"));
        assertEquals("xenpvh", xml.at("/domain/os/type[@machine='xenpvh']"));
        assertEquals("/var/lib/qubes/vm-kernels/pvgrub2-pvh/vmlinuz", xml.at("/domain/os/kernel"));
        assertEquals(0, xml.count("/domain/os/initrd | /domain/os/cmdline"));
        assertEquals(1, xml.count("/domain/cpu"));
        assertEquals("utc", xml.at("/domain/clock/@offset"));
    }

    @Test
    @DisplayName("with memory hotplug the maximum stands apart")
    void memoryHotplug() {
        Rendered xml =
                render(spec("pvh", 4000, "/kernels/k", "x"), vm().feature("memory-hotplug", "1"));
        assertEquals("400", xml.at("/domain/memory"));
        assertEquals("4000", xml.at("/domain/maxMemory[@slots='1'][@unit='MiB']"));
    }

    @Test
    @DisplayName("hvm with a required PCI device: memory not ballooned, e820 of the host, hostdev")
    void pci() {
        FakeDomain vm = vm().device("pci", "dom0", "00_00.0", Map.of());
        Rendered xml = render(spec("hvm", 4000, null, ""), vm);
        assertEquals("400", xml.at("/domain/memory"));
        assertEquals("on", xml.at("/domain/features/xen/e820_host/@state"));
        assertEquals("yes", xml.at("//hostdev[@type='pci'][not(@nostrictreset)]/@managed"));
        assertEquals(1, xml.count("//hostdev/source[not(@*)]"));
        assertEquals("0x0000", xml.at("//hostdev//address/@domain"));
        assertEquals("0x00", xml.at("//hostdev//address/@bus"));
        assertEquals("0x00", xml.at("//hostdev//address/@slot"));
        assertEquals("0x0", xml.at("//hostdev//address/@function"));
    }

    @Test
    @DisplayName("options of a PCI device, and suspend-s0ix of dom0, become attributes")
    void pciOptions() {
        FakeDomain vm =
                new FakeDomain("test-vm")
                        .knows(new FakeDomain("dom0").feature("suspend-s0ix", "1"))
                        .device(
                                "pci",
                                "dom0",
                                "0001_3a_1f.7",
                                Map.of("permissive", "True", "no-strict-reset", "False"))
                        .feature("pci-e820-host", "");
        Rendered xml = render(spec("hvm", 0, null, ""), vm);
        assertEquals("yes", xml.at("//hostdev/@nostrictreset"));
        assertEquals("no", xml.at("//hostdev/source/@writeFiltering"));
        assertEquals("no", xml.at("//hostdev/source/@powerManagementFiltering"));
        assertEquals("0x0001", xml.at("//hostdev//address/@domain"));
        assertEquals("0x3a", xml.at("//hostdev//address/@bus"));
        assertEquals("0x1f", xml.at("//hostdev//address/@slot"));
        assertEquals("0x7", xml.at("//hostdev//address/@function"));
        assertEquals(0, xml.count("//e820_host"));
    }

    @Test
    @DisplayName(
            "a PCI device behind a bridge that is not there refuses the start instead of taking another device")
    void pciBehindAMissingBridge() {
        FakeDomain vm = vm().device("pci", "dom0", "fe_1f.7-00_00.0", Map.of());
        assertThrows(QubesException.class, () -> render(spec("hvm", 0, null, ""), vm));
    }

    @Test
    @DisplayName("hvm with a cdrom from dom0 and no kernel: it is xvdd and read-only")
    void cdrom() {
        FakeDomain vm =
                vm().device("block", "dom0", "sda", Map.of("devtype", "cdrom", "read-only", "yes"));
        Rendered xml = render(spec("hvm", 0, null, ""), vm);
        assertEquals("/dev/sda", xml.at("//disk[@device='cdrom']/source/@dev"));
        assertEquals("xvdd", xml.at("//disk[@device='cdrom'][readonly]/target/@dev"));
        assertEquals(0, xml.count("//backenddomain"));
    }

    @Test
    @DisplayName(
            "assigned disks: named target, cdrom, then automatic ones from xvdi; scripts by the backend's age")
    void assignedDisks() {
        FakeDomain vm =
                vm().knows(new FakeDomain("sys-usb").feature("qubes-agent-version", "4.2"))
                        .knows(new FakeDomain("old-usb"))
                        .device("block", "sys-usb", "sda", Map.of("frontend-dev", "xvdl"))
                        .device("block", "sys-usb", "sdb", Map.of("devtype", "cdrom"))
                        .device("block", "sys-usb", "mapper_data", Map.of("read-only", "true"))
                        .device("block", "old-usb", "sdc", Map.of());
        Rendered xml = render(spec("pvh", 0, "/kernels/k", "x"), vm);
        assertEquals("xvdl xvdd xvdi xvdj", xml.at("//disk/target/@dev"));
        assertEquals("sys-usb sys-usb sys-usb old-usb", xml.at("//disk/backenddomain/@name"));
        assertEquals("/dev/mapper/data", xml.at("//disk[target/@dev='xvdi']/source/@dev"));
        assertEquals(0, xml.count("//readonly"));
        assertEquals(3, xml.count("//disk/script"));
        assertEquals(0, xml.count("//disk[backenddomain/@name='old-usb']/script"));
    }

    @Test
    @DisplayName("volumes keep their targets: root, then the others from xvde")
    void volumes() {
        Rendered xml =
                render(
                        spec(
                                "pvh",
                                0,
                                "/kernels/k",
                                "x",
                                disk("root", "xvda", true),
                                disk("other", "xvde", true),
                                disk("other2", "xvdf", true)),
                        vm());
        assertEquals("xvda xvde xvdf", xml.at("//disk/target/@dev"));
        assertEquals(
                "/dev/vg/root /dev/vg/other /dev/vg/other2",
                xml.at("//disk[driver/@name='phy']/source/@dev"));
    }

    private static FakeDomain networked() {
        FakeDomain netvm = new FakeDomain("sys-net").property("gateway", "10.137.0.2").runs();
        return vm().property("netvm", netvm)
                .property("mac", "00:16:3e:5e:6c:00")
                .property("ip", "10.137.0.1")
                .property("dns", "10.139.1.1 10.139.1.2");
    }

    @Test
    @DisplayName("hvm with a netvm and dom0 as audiovm: interface, and the stubdomain's network")
    void network() {
        Rendered xml =
                render(
                        spec("hvm", 0, null, ""),
                        networked().property("audiovm", new FakeDomain("dom0")));
        assertEquals("00:16:3e:5e:6c:00", xml.at("//interface[@type='ethernet']/mac/@address"));
        assertEquals("10.137.0.1", xml.at("//interface/ip/@address"));
        assertEquals("sys-net", xml.at("//interface/backenddomain/@name"));
        assertEquals("vif-route-qubes", xml.at("//interface/script/@path"));
        assertEquals(
                "-qubes-audio:audiovm_xid=0 -qubes-net:client_ip=10.137.0.1,dns_0=10.139.1.1,dns_1=10.139.1.2,"
                        + "gw=10.137.0.2,netmask=255.255.255.255",
                xml.at("//emulator/@cmdline"));
    }

    @Test
    @DisplayName("the old stubdomain has another network and no graphics")
    void oldStubdomain() {
        Rendered xml =
                render(
                        spec("hvm", 0, null, ""),
                        networked().feature("linux-stubdom", "").property("stubdom_mem", 256));
        assertEquals(
                "-qubes-audio:audiovm_xid=-1 -net lwip,client_ip=10.137.0.1,server_ip=10.139.1.2,dns=10.139.1.1,"
                        + "gw=10.137.0.2,netmask=255.255.255.255",
                xml.at("//emulator[@type='stubdom']/@cmdline"));
        assertEquals("262144", xml.at("//emulator/@memory"));
        assertEquals(0, xml.count("//graphics"));
    }

    @Test
    @DisplayName("IPv6 adds a second address")
    void ipv6() {
        Rendered xml =
                render(
                        spec("pvh", 0, "/kernels/k", "x"),
                        networked().property("ip6", "fd09:24ef:4179::a89:1"));
        assertEquals("10.137.0.1 fd09:24ef:4179::a89:1", xml.at("//interface/ip/@address"));
        assertEquals("ipv6", xml.at("//interface/ip[2]/@family"));
    }

    @Test
    @DisplayName("an audio model, or qrexec in the stubdomain, wants the large stubdomain")
    void largeStubdomain() {
        Rendered xml =
                render(
                        spec("hvm", 0, null, ""),
                        vm().feature("audio-model", "ich9").feature("video-model", "none"));
        assertEquals("ich9", xml.at("//sound/@model"));
        assertEquals(
                "/usr/libexec/xen/boot/qemu-stubdom-linux-full-kernel",
                xml.at("//emulator/@kernel"));
        assertEquals(
                "/usr/libexec/xen/boot/qemu-stubdom-linux-full-rootfs",
                xml.at("//emulator/@ramdisk"));
        assertEquals(0, xml.count("//video | //graphics"));
    }

    @ParameterizedTest(name = "{0} gives adjustment {1} on {2}")
    @CsvSource({
        "LocalTime, 0, localtime",
        "-3600, -3600, utc",
        "7200, 7200, utc",
        "Europe/Berlin, 0, utc",
        "-, 0, utc"
    })
    @DisplayName("the feature timezone sets the clock of an hvm guest")
    void timezone(String feature, String adjustment, String basis) {
        Rendered xml = render(spec("hvm", 0, null, ""), vm().feature("timezone", feature));
        assertEquals(adjustment, xml.at("/domain/clock/@adjustment"));
        assertEquals(basis, xml.at("/domain/clock/@basis"));
    }

    @Test
    @DisplayName("uefi takes the place of hvmloader")
    void uefi() {
        Rendered xml = render(spec("hvm", 0, null, ""), vm().feature("uefi", "1"));
        assertEquals("/usr/share/edk2/xen/OVMF.fd", xml.at("/domain/os/loader[@type='pflash']"));
    }

    @Test
    @DisplayName("an unknown mode is refused, by name")
    void unknownMode() {
        String message =
                String.valueOf(
                        assertThrows(
                                        QubesException.class,
                                        () -> render(spec("qemu", 0, null, ""), vm()))
                                .getMessage());
        assertEquals(
                "Start failed: the template of the domain XML is wrong: libvirt/xen.xml,"
                        + " line "
                        + message.replaceAll(".*line (\\d+).*", "$1")
                        + ": unknown virt_mode qemu",
                message);
    }

    @Test
    @DisplayName(
            "hostile values stay values: nothing a feature or a property says becomes an element")
    void escapes() {
        String hostile = "\"/><evil a='&lt;'/><!-- ]]> &evil; %evil;";
        FakeDomain vm =
                vm().feature("qemu-extra-args", hostile)
                        .feature("audio-model", hostile)
                        .feature("video-model", hostile);
        Rendered xml = render(spec("hvm", 0, null, hostile, disk("root", hostile, true)), vm);
        assertEquals(0, xml.count("//evil"));
        assertEquals(hostile, xml.at("/domain/os/cmdline"));
        assertEquals(hostile, xml.at("//sound/@model"));
        assertEquals(hostile, xml.at("//video/model/@type"));
        assertEquals(hostile, xml.at("//disk/target/@dev"));
        assertFalse(xml.at("//emulator/@cmdline").isEmpty());
    }
}
