package qubes.device.block;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMNotStartedError;
import qubes.core.hypervisor.GuestState;
import qubes.core.hypervisor.Hypervisor;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.QubesVM;

/**
 * The disks that a guest has, as its hypervisor describes it now.
 *
 * @param attached those that are no volumes of its own
 * @param targets the names of all of them, as users know them
 */
record GuestDisks(List<AttachedDisk> attached, Set<String> targets) {
    private static final GuestDisks NONE = new GuestDisks(List.of(), Set.of());
    private static final Set<String> VOLUMES = Set.of("xvda", "xvdb", "xvdc");
    private static final String KERNEL = "xvdd";

    /** The disks of a domain's guest; none if it has no guest. Blocks. */
    static GuestDisks of(BaseVM vm) {
        Optional<Hypervisor> hypervisor = vm.qubes().findHypervisor();
        boolean active = vm.qubes().guestState(vm.uuid()).orElse(GuestState.HALTED).active();
        if (!active || hypervisor.isEmpty()) {
            return NONE;
        }
        try {
            GuestDisks disks =
                    parse(hypervisor.get().describe(vm.uuid()), name -> isVolume(vm, name));
            return hasKernel(vm) ? disks.without(KERNEL) : disks;
        } catch (QubesVMNotStartedError e) {
            return NONE; // it has just ended
        }
    }

    /**
     * Reads the disks in a domain's XML.
     *
     * @param volume tells the names of the guest's own volumes
     */
    static GuestDisks parse(String xml, Predicate<String> volume) {
        List<AttachedDisk> attached = new ArrayList<>();
        Set<String> targets = new HashSet<>();
        NodeList disks = root(xml).getElementsByTagName("disk");
        for (int i = 0; i < disks.getLength(); i++) {
            Element disk = (Element) disks.item(i);
            String node = attribute(disk, "source", "dev");
            AttachedDisk found =
                    new AttachedDisk(
                            new DomainName(
                                    orElse(attribute(disk, "backenddomain", "name"), "dom0")),
                            node,
                            attribute(disk, "target", "dev"),
                            disk.getElementsByTagName("readonly").getLength() > 0,
                            orElse(disk.getAttribute("device"), AttachOptions.DISK));
            targets.add(found.frontendDev());
            if (disk.getAttribute("type").equals("block")
                    && !node.isEmpty()
                    && !found.target().isEmpty()
                    && !volume.test(found.frontendDev())) {
                attached.add(found);
            }
        }
        return new GuestDisks(List.copyOf(attached), Set.copyOf(targets));
    }

    /** These disks where that name is not free, whether or not there is a disk of it. */
    private GuestDisks without(String name) {
        Set<String> taken = new HashSet<>(targets);
        taken.add(name);
        return new GuestDisks(attached, Set.copyOf(taken));
    }

    /** The attached disk of that device. */
    Optional<AttachedDisk> find(DomainName backend, String node) {
        return attached.stream()
                .filter(disk -> disk.backend().equals(backend) && disk.node().equals(node))
                .findFirst();
    }

    /**
     * The first name that is free: from {@code xvdi} on, for an optical disc {@code xvdd} before.
     *
     * @throws QubesException if there is none
     */
    String free(String kind) {
        return (kind.equals(AttachOptions.CDROM) ? FrontendNames.CDROM : FrontendNames.DISK)
                .stream()
                        .filter(name -> !targets.contains(name))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new QubesException(
                                                "All names for disks in the qube are in use"));
    }

    private static boolean isVolume(BaseVM vm, String name) {
        return VOLUMES.contains(name) || (name.equals(KERNEL) && hasKernel(vm));
    }

    /**
     * Of one without its klass nobody knows, nor of one whose template is, from which it has its
     * kernel; its volume of a kernel is never a device then.
     */
    private static boolean hasKernel(BaseVM vm) {
        return !vm.hasProperty(QubesVM.KERNEL.name())
                || !vm.find(QubesVM.KERNEL).filter(String::isEmpty).isPresent();
    }

    private static String attribute(Element disk, String child, String name) {
        NodeList children = disk.getElementsByTagName(child);
        return children.getLength() == 0 ? "" : ((Element) children.item(0)).getAttribute(name);
    }

    private static String orElse(String text, String otherwise) {
        return text.isEmpty() ? otherwise : text;
    }

    private static Element root(String xml) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            return factory.newDocumentBuilder()
                    .parse(new InputSource(new StringReader(xml)))
                    .getDocumentElement();
        } catch (ParserConfigurationException | SAXException | IOException e) {
            throw new QubesException("The description of a guest is not understood", e);
        }
    }
}
