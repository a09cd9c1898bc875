package qubes.hypervisor.libvirt.xml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.error.QubesException;
import qubes.core.hypervisor.GuestDisk;
import qubes.core.hypervisor.GuestSpec;
import qubes.core.storage.BlockSource;
import qubes.testkit.hypervisor.BareDomain;

class DomainXmlTest {
    @TempDir Path etc;
    @TempDir Path share;

    private static GuestSpec spec(String name) {
        return new GuestSpec(
                UUID.randomUUID(),
                name,
                128,
                256,
                1,
                "pvh",
                Optional.of(Path.of("/kernels/k/vmlinuz")),
                Optional.of(Path.of("/kernels/k/initramfs")),
                "console=ttyS0",
                List.of(
                        new GuestDisk(
                                "root",
                                new BlockSource(Path.of("/pool/root.img"), "raw", false, true),
                                "xvda"),
                        new GuestDisk(
                                "private",
                                new BlockSource(Path.of("/dev/vg/private"), "raw", true, false),
                                "xvdb")),
                new BareDomain(name));
    }

    private DomainXml templates() {
        return DomainXml.in(etc + ":" + share, s -> "qemu");
    }

    private static void write(Path folder, String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    @DisplayName(
            "QEMU: kernel, name on the command line, virtio disks in volume order, console, power button")
    void qemu() {
        Rendered xml = Rendered.of(templates().render("qemu", spec("work")));
        assertEquals("qemu", xml.at("/domain/@type"));
        assertEquals("256", xml.at("/domain/memory"));
        assertEquals("128", xml.at("/domain/currentMemory"));
        assertEquals("console=ttyS0 qubes.name=work", xml.at("/domain/os/cmdline"));
        assertEquals("vda vdb", xml.at("//disk[target/@bus='virtio']/target/@dev"));
        assertEquals("/pool/root.img", xml.at("//disk[@type='file']/source/@file"));
        assertEquals("/dev/vg/private", xml.at("//disk[@type='block'][readonly]/source/@dev"));
        assertEquals(1, xml.count("/domain/features/acpi"));
        assertEquals(1, xml.count("//console[@type='pty']"));
        assertEquals(1, xml.count("//memballoon/stats"));
        assertEquals(0, xml.count("//interface"));
    }

    @Test
    @DisplayName("KVM passes the host's processor through")
    void kvm() {
        Rendered xml = Rendered.of(DomainXml.in("", s -> "kvm").render("qemu", spec("work")));
        assertEquals("kvm", xml.at("/domain/@type"));
        assertEquals("host-passthrough", xml.at("/domain/cpu/@mode"));
    }

    @Test
    @DisplayName(
            "the template is the domain's own, else the user's, the distribution's, the default")
    void searchesInOrder() throws IOException {
        DomainXml templates = templates();
        write(share, "libvirt/qemu.xml", "default of share");
        assertEquals("default of share", templates.render("qemu", spec("work")));
        write(etc, "libvirt/qemu.xml", "default of etc");
        assertEquals("default of etc", templates.render("qemu", spec("work")));
        write(share, "libvirt/qemu-dist.xml", "dist");
        assertEquals("dist", templates.render("qemu", spec("work")));
        write(share, "libvirt/qemu-user.xml", "user");
        assertEquals("user", templates.render("qemu", spec("work")));
        write(share, "libvirt/qemu/by-name/work.xml", "of {{ vm.name }}");
        assertEquals("of work", templates.render("qemu", spec("work")));
        assertEquals("user", templates.render("qemu", spec("other")));
    }

    @Test
    @DisplayName("a template of the klass comes after the user's and before the distribution's")
    void klassTemplates() throws IOException {
        DomainXml templates = templates();
        write(etc, "libvirt/bhyve-dist.xml", "dist");
        write(etc, "libvirt/bhyve.xml", "default{% block more %}{% endblock %}");
        assertEquals("default, more of work", templates.render("bhyve", spec("work")).strip());
        write(etc, "libvirt/bhyve-user.xml", "user");
        assertEquals("user", templates.render("bhyve", spec("work")));
    }

    @Test
    @DisplayName("a user's template extends the default and adds a device")
    void userTemplatesExtendTheDefault() throws IOException {
        write(
                etc,
                "libvirt/qemu-user.xml",
                "{% extends 'libvirt/qemu.xml' %}{% block devices %}{{ super() }}<watchdog model='i6300esb'/>{% endblock %}"
                        + "{% block network %}<interface type='user'/>{% endblock %}");
        Rendered xml = Rendered.of(templates().render("qemu", spec("work")));
        assertEquals("i6300esb", xml.at("/domain/devices/watchdog/@model"));
        assertEquals("user", xml.at("/domain/devices/interface/@type"));
        assertEquals(2, xml.count("//disk"));
    }

    @Test
    @DisplayName("names cannot leave the folders of templates")
    void namesStayInside() throws IOException {
        write(etc.getParent(), "outside.xml", "secret");
        write(etc, "libvirt/qemu-user.xml", "{% include '../outside.xml' %}");
        QubesException refused =
                assertThrows(QubesException.class, () -> templates().render("qemu", spec("work")));
        assertTrue(String.valueOf(refused.getMessage()).contains("there is no template"));
        Rendered xml =
                Rendered.of(DomainXml.in("", s -> "qemu").render("qemu", spec("../../outside")));
        assertEquals("../../outside", xml.at("/domain/name"));
    }

    @Test
    @DisplayName("a fault in a user's template is told by template and line, without the folder")
    void faultsAreTold() throws IOException {
        write(
                etc,
                "libvirt/qemu-user.xml",
                "<domain>\n{{ vm.features.check_with_template('x') }}\n</domain>");
        String message =
                String.valueOf(
                        assertThrows(
                                        QubesException.class,
                                        () -> templates().render("qemu", spec("work")))
                                .getMessage());
        assertEquals(
                "Start failed: the template of the domain XML is wrong: libvirt/qemu-user.xml, line 2:"
                        + " 'features' has no 'x'",
                message);
        assertFalse(message.contains(etc.toString()));
    }

    @Test
    @DisplayName("a driver nobody has a template for is refused, with the name of what is missing")
    void unknownDriver() {
        String message =
                String.valueOf(
                        assertThrows(
                                        QubesException.class,
                                        () -> templates().render("vbox", spec("work")))
                                .getMessage());
        assertTrue(message.contains("libvirt/vbox.xml"), message);
    }

    @Test
    @DisplayName(
            "names with all that XML gives a meaning come out as they went in, in every built-in template")
    void hostileNames() {
        String hostile = "a&b<c>\"d'e]]>f<!--&amp;{{ x }}{% if %}";
        for (String driver : List.of("qemu", "test", "lxc")) {
            Rendered xml = Rendered.of(templates().render(driver, spec(hostile)));
            assertEquals(hostile, xml.at("/domain/name"), driver);
        }
    }

    @Test
    @DisplayName("containers: the root volume is the root file system, block devices follow")
    void lxc() {
        Rendered xml = Rendered.of(templates().render("lxc", spec("box")));
        assertEquals("/pool/root.img", xml.at("//filesystem[target/@dir='/']/source/@file"));
        assertEquals("/dev/vg/private", xml.at("//disk/source/@dev"));
        assertEquals("exe", xml.at("/domain/os/type"));
    }
}
