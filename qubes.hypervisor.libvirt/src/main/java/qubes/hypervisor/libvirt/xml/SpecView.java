package qubes.hypervisor.libvirt.xml;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qubes.core.hypervisor.GuestDisk;
import qubes.core.hypervisor.GuestSpec;
import qubes.hypervisor.libvirt.jinja.Undefined;
import qubes.hypervisor.libvirt.jinja.Visible;

/**
 * {@code spec} in templates: what the core decided for this start, all of it ready for use.
 *
 * @param type libvirt's type of the domain
 */
record SpecView(GuestSpec spec, String type) implements Visible {
    @Override
    public @Nullable Object attribute(String name) {
        return switch (name) {
            case "type" -> type;
            case "name" -> spec.name();
            case "uuid" -> spec.uuid().toString();
            case "memory" -> spec.memoryMiB();
            case "maxmem" -> spec.maxMemoryMiB();
            case "vcpus" -> spec.vcpus();
            case "virt_mode" -> spec.virtMode();
            case "kernel" -> spec.kernel().map(Path::toString).orElse(null);
            case "initrd" -> spec.initramfs().map(Path::toString).orElse(null);
            case "cmdline" -> spec.kernelCommandLine();
            case "disks" -> disks(spec);
            default -> Undefined.attribute("spec", name);
        };
    }

    static List<DiskView> disks(GuestSpec spec) {
        return spec.disks().stream().map(DiskView::new).toList();
    }

    /** A disk: the volume's name, where it is, and what it is called in the guest. */
    record DiskView(GuestDisk disk) implements Visible {
        @Override
        public @Nullable Object attribute(String name) {
            return switch (name) {
                case "name" -> disk.volume();
                case "path" -> disk.source().path().toString();
                case "format" -> disk.source().format();
                case "type" -> disk.source().blockDevice() ? "block" : "file";
                case "rw" -> disk.source().writable();
                case "target" -> disk.target();
                case "devtype" -> "disk";
                // volumes are the host's own
                case "domain", "script" -> null;
                default -> Undefined.attribute("disk", name);
            };
        }
    }
}
