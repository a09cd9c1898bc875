package qubes.core.internal.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.zip.GZIPInputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;
import qubes.core.state.SystemState;

/** Stores that tests read, and what it means for two to be the same. */
final class Stores {
    private Stores() {}

    /** A file beside this class; {@code .gz} is unpacked. */
    static String resource(String name) throws IOException {
        try (InputStream file = Stores.class.getResourceAsStream(name)) {
            InputStream in = name.endsWith(".gz") ? new GZIPInputStream(file) : file;
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    static SystemState read(String text) {
        return new StoreReader().read(new ByteArrayInputStream(text.getBytes(UTF_8)), "qubes.xml");
    }

    static String write(SystemState state) {
        return new StoreWriter(PropertyOrder.AS_STORED).text(state);
    }

    /** A store with these domains beside dom0. */
    static String withDomains(String... domains) {
        return "<qubes><domains><domain id=\"domain-0\" class=\"AdminVM\"/>"
                + String.join("", domains)
                + "</domains></qubes>";
    }

    /** A domain with identity and {@code more} elements. */
    static String domain(int qid, String name, String more) {
        return "<domain id=\"domain-"
                + qid
                + "\" class=\"AppVM\"><properties>"
                + property("name", name)
                + property("qid", Integer.toString(qid))
                + property("uuid", "5b1d0b0e-2f0b-4e7e-9d0e-" + String.format("%012d", qid))
                + "</properties>"
                + more
                + "</domain>";
    }

    static String property(String name, String value) {
        return "<property name=\"" + name + "\">" + value + "</property>";
    }

    /**
     * The text of a store without what two equal stores may differ in: white space between
     * elements, order of tags, empty containers of devices, order of attributes, spelling of empty
     * elements. Made by the JDK's parser, not by ours.
     */
    static String canonical(String text) throws IOException {
        try {
            Element root =
                    DocumentBuilderFactory.newInstance()
                            .newDocumentBuilder()
                            .parse(new ByteArrayInputStream(text.getBytes(UTF_8)))
                            .getDocumentElement();
            return canonical(root, "");
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException(e);
        }
    }

    private static String canonical(Node node, String indent) {
        return switch (node.getNodeType()) {
            case Node.ELEMENT_NODE -> element((Element) node, indent);
            case Node.COMMENT_NODE -> indent + "<!--" + node.getNodeValue() + "-->\n";
            default -> node.getNodeValue().isBlank() ? "" : indent + node.getNodeValue() + "\n";
        };
    }

    private static String element(Element element, String indent) {
        NamedNodeMap attributes = element.getAttributes();
        String[] pairs = new String[attributes.getLength()];
        Arrays.setAll(
                pairs,
                i -> attributes.item(i).getNodeName() + "=" + attributes.item(i).getNodeValue());
        Arrays.sort(pairs);
        List<String> children = children(element, indent + "  ");
        if (element.getNodeName().equals("devices") && children.isEmpty()) {
            return "";
        }
        if (element.getNodeName().equals("tags")) {
            children.sort(Comparator.naturalOrder());
        }
        return indent
                + element.getNodeName()
                + " "
                + String.join(" ", pairs)
                + "\n"
                + String.join("", children);
    }

    private static List<String> children(Element element, String indent) {
        NodeList nodes = element.getChildNodes();
        if (nodes.getLength() == 1 && nodes.item(0).getNodeType() == Node.TEXT_NODE) {
            String text = nodes.item(0).getNodeValue();
            boolean value =
                    List.of("property", "feature", "option", "label")
                            .contains(element.getNodeName());
            return value || !text.isBlank()
                    ? new ArrayList<>(List.of(indent + text + "\n"))
                    : List.of();
        }
        List<String> all = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            String child = canonical(nodes.item(i), indent);
            if (!child.isEmpty()) {
                all.add(child);
            }
        }
        return all;
    }
}
