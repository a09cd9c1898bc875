package qubes.hypervisor.libvirt.xml;

import java.io.StringReader;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Domain XML, asked by XPath. */
record Rendered(String xml, Document document) {
    static Rendered of(String xml) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            return new Rendered(
                    xml,
                    factory.newDocumentBuilder().parse(new InputSource(new StringReader(xml))));
        } catch (Exception e) {
            throw new AssertionError(xml, e);
        }
    }

    /** The text of what the path finds, its parts joined by blanks; empty if it finds nothing. */
    String at(String path) {
        NodeList found = nodes(path);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < found.getLength(); i++) {
            text.append(i == 0 ? "" : " ").append(found.item(i).getTextContent());
        }
        return text.toString();
    }

    int count(String path) {
        return nodes(path).getLength();
    }

    private NodeList nodes(String path) {
        try {
            return (NodeList)
                    XPathFactory.newInstance()
                            .newXPath()
                            .evaluate(path, document, XPathConstants.NODESET);
        } catch (XPathExpressionException e) {
            throw new AssertionError(path, e);
        }
    }
}
