package qubes.device.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.error.QubesException;
import qubes.core.error.QubesValueError;
import qubes.core.value.DomainName;

/** Spec devices.md §6: what guests have, and how it is to be attached. */
class GuestDisksTest {
    private static final Set<String> VOLUMES = Set.of("xvda", "xvdb", "xvdc", "xvdd");

    private static GuestDisks disks(String... elements) {
        return GuestDisks.parse(
                "<domain><devices>" + String.join("", elements) + "</devices></domain>",
                VOLUMES::contains);
    }

    private static String disk(String node, String target, String rest) {
        return "<disk type='block' device='disk'><source dev='%s'/><target dev='%s'/>%s</disk>"
                .formatted(node, target, rest);
    }

    @Test
    @DisplayName("a disk of another qube, read-only")
    void ofAQube() {
        AttachedDisk disk =
                disks(disk("/dev/sda", "xvdi", "<readonly/><backenddomain name='sys-usb'/>"))
                        .attached()
                        .get(0);
        assertEquals(new DomainName("sys-usb"), disk.backend());
        assertEquals("sda", disk.id());
        assertEquals("{frontend-dev=xvdi, read-only=yes}", disk.options().toString());
    }

    @Test
    @DisplayName("a disk of the host, writable, by whatever name the hypervisor has for it")
    void ofTheHost() {
        AttachedDisk disk =
                disks(
                                disk("/dev/volume", "vda", ""),
                                "<disk type='file' device='disk'><source file='/x'/><target"
                                        + " dev='vdf'/></disk>",
                                "<disk type='block' device='cdrom'><target dev='sda'/></disk>",
                                "<disk type='block' device='cdrom'><source"
                                        + " dev='/dev/mapper/dmroot'/><target dev='vdj'/></disk>")
                        .attached()
                        .get(0);
        assertEquals(DomainName.DOM0, disk.backend());
        assertEquals("mapper_dmroot", disk.id());
        assertEquals("/dev/mapper/dmroot", AttachedDisk.node(disk.id()));
        assertEquals("{frontend-dev=xvdj, read-only=no, devtype=cdrom}", disk.options().toString());
    }

    @ParameterizedTest(name = "{0} used, {1} wanted → {2}")
    @CsvSource({
        "'', disk, xvdi",
        "xvdi, disk, xvdj",
        "vdi, disk, xvdj",
        "'', cdrom, xvdd",
        "xvdd, cdrom, xvdi",
    })
    @DisplayName("free names")
    void free(String used, String kind, String name) {
        assertEquals(name, (used.isEmpty() ? disks() : disks(disk("/dev/x", used, ""))).free(kind));
    }

    @Test
    @DisplayName("free names end some day")
    void noneFree() {
        GuestDisks full =
                new GuestDisks(List.of(), FrontendNames.DISK.stream().collect(Collectors.toSet()));
        assertEquals(18 + 26 * 26 + 8, full.targets().size());
        assertThrows(QubesException.class, () -> full.free("disk"));
    }

    @ParameterizedTest(name = "{0}, device read-only {1} → {2}")
    @CsvSource({
        "'', false, AttachOptions[frontendDev=Optional.empty; readOnly=false; kind=disk]",
        "'', true, AttachOptions[frontendDev=Optional.empty; readOnly=true; kind=disk]",
        "read-only=YES, false, AttachOptions[frontendDev=Optional.empty; readOnly=true; kind=disk]",
        "read-only=True, true, AttachOptions[frontendDev=Optional.empty; readOnly=true; kind=disk]",
        "read-only=no, false, AttachOptions[frontendDev=Optional.empty; readOnly=false; kind=disk]",
        "read-only=no, true, This device can be attached only read-only",
        "read-only=maybe, true, Invalid literal for boolean property: 'maybe'",
        "frontend-dev=xvdj, false, AttachOptions[frontendDev=Optional[xvdj]; readOnly=false; kind=disk]",
        "frontend-dev=sda, false, AttachOptions[frontendDev=Optional[sda]; readOnly=false; kind=disk]",
        "frontend-dev=hda, false, Invalid frontend-dev option value: hda",
        "frontend-dev=xvd\"/>, false, Invalid frontend-dev option value: xvd\"/>",
        "devtype=cdrom, false, AttachOptions[frontendDev=Optional.empty; readOnly=false; kind=cdrom]",
        "devtype=floppy, false, devtype option can only have 'disk' or 'cdrom' value",
        "other=x, false, Unsupported option other",
    })
    @DisplayName("options")
    void options(String option, boolean readOnly, String expected) {
        Map<String, String> options = new TreeMap<>();
        Stream.of(option)
                .filter(text -> !text.isEmpty())
                .forEach(text -> options.put(text.split("=", 2)[0], text.split("=", 2)[1]));
        String found;
        try {
            found = AttachOptions.of(options, readOnly).toString().replace(", ", "; ");
        } catch (QubesValueError e) {
            found = e.getMessage();
        }
        assertEquals(expected, found);
    }
}
