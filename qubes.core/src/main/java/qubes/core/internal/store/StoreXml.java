package qubes.core.internal.store;

import com.ctc.wstx.api.WstxInputProperties;
import com.ctc.wstx.stax.WstxInputFactory;
import com.ctc.wstx.stax.WstxOutputFactory;
import com.fasterxml.jackson.dataformat.xml.XmlFactory;
import java.io.InputStream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import org.codehaus.stax2.XMLInputFactory2;
import org.codehaus.stax2.XMLStreamReader2;

/**
 * The XML parser of the store, hardened, and its limits. The writer keeps to the same limits, so
 * that what was saved can be loaded.
 */
final class StoreXml {
    /** Longest attribute value, in UTF-16 units. */
    static final int MAX_ATTRIBUTE = 1 << 16;

    /** Longest text of one element, in UTF-16 units. */
    static final int MAX_TEXT = 1 << 20;

    /** Most attributes of one element. */
    static final int MAX_ATTRIBUTES = 256;

    /** Longest store, in UTF-16 units when read, in bytes when written. */
    static final long MAX_STORE = 1L << 26;

    /** Most pieces of a store that nobody here understands. */
    static final int MAX_UNKNOWN = 100_000;

    /** The element text among the bound properties of an element; no attribute can be called so. */
    static final String TEXT = "#text";

    private static final int MAX_DEPTH = 32;
    private static final long MAX_ELEMENTS = 1L << 22;

    private final WstxInputFactory parsers = hardened();
    private final XmlFactory tokens = new XmlFactory(parsers, new WstxOutputFactory());

    StoreXml() {
        tokens.setXMLTextElementName(TEXT);
    }

    /** A parser at the start of a store. */
    XMLStreamReader2 parser(InputStream in) throws XMLStreamException {
        return (XMLStreamReader2) parsers.createXMLStreamReader(in);
    }

    /**
     * Makes tokens of elements of known shape, from a parser that stands at their start. There is
     * no mapper to objects: the classes it needs for a map of texts are a tenth of a start.
     */
    XmlFactory tokens() {
        return tokens;
    }

    private static WstxInputFactory hardened() {
        WstxInputFactory factory = new WstxInputFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(
                XMLInputFactory.IS_NAMESPACE_AWARE,
                false); // prefixes are part of the name, to be kept
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        factory.setProperty(XMLInputFactory2.P_LAZY_PARSING, false); // else errors come unchecked
        factory.setProperty(XMLInputFactory2.P_AUTO_CLOSE_INPUT, false);
        // The parser counts with the buffer it has read ahead, so it is given a little more than
        // the writer.
        factory.setProperty(WstxInputProperties.P_MAX_ATTRIBUTE_SIZE, MAX_ATTRIBUTE + 1);
        factory.setProperty(WstxInputProperties.P_MAX_TEXT_LENGTH, MAX_TEXT + 1);
        factory.setProperty(WstxInputProperties.P_MAX_ATTRIBUTES_PER_ELEMENT, MAX_ATTRIBUTES);
        factory.setProperty(WstxInputProperties.P_MAX_ELEMENT_DEPTH, MAX_DEPTH);
        factory.setProperty(WstxInputProperties.P_MAX_ELEMENT_COUNT, MAX_ELEMENTS);
        factory.setProperty(WstxInputProperties.P_MAX_CHARACTERS, MAX_STORE);
        return factory;
    }
}
