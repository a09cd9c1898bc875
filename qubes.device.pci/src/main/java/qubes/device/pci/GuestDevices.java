package qubes.device.pci;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMNotStartedError;
import qubes.core.hypervisor.GuestState;
import qubes.core.vm.BaseVM;

/** The PCI devices that guests have, as their hypervisor describes them now. */
final class GuestDevices {
    private static final String SOURCES = "/domain/devices/hostdev[@type='pci']/source/address";

    static final String LOOSE_RESET = "no-strict-reset";
    static final String PERMISSIVE = "permissive";

    private GuestDevices() {}

    /** The addresses of a guest's devices at the host; none if it has no guest. Blocks. */
    static List<String> of(BaseVM vm) {
        if (vm.qid() == 0 || !vm.qubes().guestState(vm.uuid()).orElse(GuestState.HALTED).active()) {
            return List.of();
        }
        try {
            return vm.qubes()
                    .findHypervisor()
                    .map(hypervisor -> addresses(hypervisor.describe(vm.uuid())))
                    .orElse(List.of());
        } catch (QubesVMNotStartedError e) {
            return List.of(); // it has just ended
        }
    }

    static List<String> addresses(String xml) {
        try {
            NodeList found =
                    (NodeList)
                            XPathFactory.newInstance()
                                    .newXPath()
                                    .evaluate(
                                            SOURCES,
                                            new InputSource(new StringReader(xml)),
                                            XPathConstants.NODESET);
            List<String> addresses = new ArrayList<>();
            for (int i = 0; i < found.getLength(); i++) {
                address((Element) found.item(i)).ifPresent(addresses::add);
            }
            return addresses;
        } catch (XPathExpressionException e) {
            throw new QubesException("The description of a guest is not understood", e);
        }
    }

    private static Optional<String> address(Element element) {
        int[] parts =
                Stream.of("domain", "bus", "slot", "function")
                        .mapToInt(name -> number(element.getAttribute(name)))
                        .toArray();
        return Stream.of(0, 1, 2, 3).allMatch(i -> parts[i] >= 0)
                ? Optional.of("%04x:%02x:%02x.%x".formatted(parts[0], parts[1], parts[2], parts[3]))
                : Optional.empty();
    }

    private static int number(String text) {
        try {
            return text.isEmpty() ? 0 : Integer.decode(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /**
     * The element that attaches a device, and detaches it again (spec libvirt.md §8). As in the
     * original, an option counts as soon as it has any text.
     */
    static String xml(String address, Map<String, String> options, boolean sleepsDeeply) {
        String[] parts = address.split("[:.]", -1);
        return "<hostdev type=\"pci\" managed=\"yes\""
                + (isSet(options, LOOSE_RESET) ? " nostrictreset=\"yes\"" : "")
                + "><source"
                + (isSet(options, PERMISSIVE) ? " writeFiltering=\"no\"" : "")
                + (sleepsDeeply ? " powerManagementFiltering=\"no\"" : "")
                + "><address domain=\"0x%s\" bus=\"0x%s\" slot=\"0x%s\" function=\"0x%s\"/>"
                        .formatted(parts[0], parts[1], parts[2], parts[3])
                + "</source></hostdev>";
    }

    private static boolean isSet(Map<String, String> options, String option) {
        return !options.getOrDefault(option, "").isEmpty();
    }
}
