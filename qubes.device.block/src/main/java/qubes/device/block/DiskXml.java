package qubes.device.block;

import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;

/** A disk as libvirt's drivers want it described (spec devices.md §6, libvirt.md §7). */
final class DiskXml {
    private static final String SCRIPT = "/etc/xen/scripts/qubes-block";
    private static final String SCRIPT_SINCE = "4.2";

    private DiskXml() {}

    /**
     * The element that attaches the disk, and detaches it again.
     *
     * @param hypervisor kind of the hypervisor
     * @param backend the domain of the disk's backend
     */
    static String of(AttachedDisk disk, String hypervisor, BaseVM backend) {
        return switch (hypervisor) {
            case "xen" -> xen(disk, backend);
            case "qemu", "kvm" -> qemu(disk);
            default ->
                    begin(disk.kind())
                            + source(disk)
                            + "<target dev=\""
                            + escaped(disk.target())
                            + "\"/>"
                            + end(disk);
        };
    }

    private static String xen(AttachedDisk disk, BaseVM backend) {
        boolean admin = disk.backend().equals(DomainName.DOM0);
        boolean script =
                admin
                        || backend.features()
                                        .checkWithTemplate("qubes-agent-version", "4.1")
                                        .compareTo(SCRIPT_SINCE)
                                >= 0;
        return begin(disk.kind())
                + "<driver name=\"phy\"/>"
                + source(disk)
                + "<target dev=\""
                + escaped(disk.target())
                + "\"/>"
                + (disk.readOnly() ? "<readonly/>" : "")
                + (admin ? "" : "<backenddomain name=\"" + escaped(disk.backend().value()) + "\"/>")
                + (script ? "<script path=\"" + SCRIPT + "\"/>" : "")
                + "</disk>";
    }

    /** QEMU plugs no optical drive into a running guest: a disc is a disk that is read-only. */
    private static String qemu(AttachedDisk disk) {
        boolean scsi = disk.target().startsWith("sd");
        return begin(AttachOptions.DISK)
                + "<driver name=\"qemu\" type=\"raw\"/>"
                + source(disk)
                + "<target dev=\""
                + escaped(disk.target())
                + "\" bus=\""
                + (scsi ? "scsi" : "virtio")
                + "\"/>"
                + end(disk);
    }

    private static String begin(String kind) {
        return "<disk type=\"block\" device=\"" + escaped(kind) + "\">";
    }

    private static String source(AttachedDisk disk) {
        return "<source dev=\"" + escaped(disk.node()) + "\"/>";
    }

    private static String end(AttachedDisk disk) {
        return (disk.readOnly() ? "<readonly/>" : "") + "</disk>";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
