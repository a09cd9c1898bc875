package qubes.hypervisor.libvirt;

import java.io.StringReader;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the descriptions that libvirt gives of live guests. */
final class GuestXml {
    private static final Logger log = LoggerFactory.getLogger(GuestXml.class);

    private GuestXml() {}

    /** The terminal of the first console; absent if the guest has none or is not active. */
    static Optional<String> terminal(String description) {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        try {
            XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(description));
            try {
                while (reader.hasNext()) {
                    if (reader.next() == XMLStreamReader.START_ELEMENT
                            && reader.getLocalName().equals("console")) {
                        return Optional.ofNullable(reader.getAttributeValue(null, "tty"));
                    }
                }
                return Optional.empty();
            } finally {
                reader.close();
            }
        } catch (XMLStreamException e) {
            log.warn("libvirt's description of a guest cannot be read", e);
            return Optional.empty();
        }
    }
}
