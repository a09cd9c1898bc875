package qubes.hypervisor.libvirt.xml;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.libvirt.Connect;
import org.libvirt.Domain;
import qubes.core.hypervisor.GuestDisk;
import qubes.core.hypervisor.GuestSpec;
import qubes.core.storage.BlockSource;
import qubes.testkit.hypervisor.BareDomain;

/**
 * What the built-in templates write, read by libvirt's own parser: its test driver defines guests
 * of any type.
 */
class AcceptedXmlTest {
    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource({"xen, pv", "xen, pvh", "xen, hvm", "qemu, pvh", "lxc, pvh", "test, pvh"})
    @DisplayName("libvirt accepts what the template writes")
    void isAccepted(String driver, String mode) throws Exception {
        GuestSpec spec =
                new GuestSpec(
                        UUID.randomUUID(),
                        "a&b<c>'d\"",
                        400,
                        800,
                        2,
                        mode,
                        Optional.of(Path.of("/kernels/k/vmlinuz")),
                        Optional.of(Path.of("/kernels/k/initramfs")),
                        "console=hvc0",
                        List.of(
                                new GuestDisk(
                                        "root",
                                        new BlockSource(Path.of("/dev/vg/root"), "raw", true, true),
                                        "xvda"),
                                new GuestDisk(
                                        "kernel",
                                        new BlockSource(
                                                Path.of("/k/modules.img"), "raw", false, false),
                                        "xvdd")),
                        new BareDomain("vm"));
        FakeDomain domain =
                new FakeDomain("vm")
                        .knows(new FakeDomain("dom0"))
                        // the graphics of Qubes OS are known to its patched libvirt only
                        .feature("video-model", "none")
                        .property(
                                "netvm",
                                new FakeDomain("sys-net").property("gateway", "10.137.0.2"))
                        .property("mac", "00:16:3e:5e:6c:00")
                        .property("ip", "10.137.0.1")
                        .property("ip6", "fd09:24ef:4179::a89:1")
                        .property("dns", "10.139.1.1 10.139.1.2")
                        .device("block", "sys-usb", "sda", Map.of("read-only", "yes"));
        if (!mode.equals("pvh")) {
            domain.device("pci", "dom0", "00_14.0", Map.of("no-strict-reset", "True"));
        }
        String xml = DomainXml.in("", s -> "qemu").render(driver, spec, domain);
        Connect connect = new Connect("test:///default");
        try {
            Domain defined = connect.domainDefineXML(xml);
            assertEquals("a&b<c>'d\"", defined.getName());
            assertEquals(spec.uuid().toString(), defined.getUUIDString());
            defined.undefine();
            defined.free();
        } finally {
            connect.close();
        }
    }
}
