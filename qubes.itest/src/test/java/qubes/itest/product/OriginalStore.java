package qubes.itest.product;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** A store that the original wrote, and what it means for another to be the same. */
final class OriginalStore {
    private static final String FILE =
            "qubes.core/src/test/resources/qubes/core/internal/store/qubes-100.xml.gz";

    private OriginalStore() {}

    /** Its text: dom0 and a hundred domains. */
    static String text() throws IOException {
        try (InputStream in =
                new GZIPInputStream(Files.newInputStream(BuiltClone.workspace(FILE)))) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    /**
     * A store's text without what does not count: white space between elements, order of tags and
     * of attributes, empty containers of devices.
     */
    static String canonical(Path store) throws IOException {
        return canonical(Files.readString(store));
    }

    /** As {@link #canonical(Path)}. */
    static String canonical(String text) throws IOException {
        try {
            return canonical(
                    DocumentBuilderFactory.newInstance()
                            .newDocumentBuilder()
                            .parse(new ByteArrayInputStream(text.getBytes(UTF_8)))
                            .getDocumentElement(),
                    "");
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException(e);
        }
    }

    private static String canonical(Element element, String indent) {
        List<String> inside = new ArrayList<>();
        boolean elements = element.getElementsByTagName("*").getLength() > 0;
        for (Node child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element inner) {
                inside.add(canonical(inner, indent + " "));
            } else if (!elements || !child.getNodeValue().isBlank()) {
                inside.add(indent + " '" + child.getNodeValue() + "'\n");
            }
        }
        inside.removeIf(String::isEmpty);
        if (element.getTagName().equals("devices") && inside.isEmpty()) {
            return "";
        }
        if (element.getTagName().equals("tags")) {
            Collections.sort(inside);
        }
        TreeMap<String, String> attributes = new TreeMap<>();
        for (int i = 0; i < element.getAttributes().getLength(); i++) {
            Node attribute = element.getAttributes().item(i);
            attributes.put(attribute.getNodeName(), attribute.getNodeValue());
        }
        return indent + element.getTagName() + attributes + "\n" + String.join("", inside);
    }
}
