package qubes.core.internal.store;

import static javax.xml.stream.XMLStreamConstants.CDATA;
import static javax.xml.stream.XMLStreamConstants.CHARACTERS;
import static javax.xml.stream.XMLStreamConstants.COMMENT;
import static javax.xml.stream.XMLStreamConstants.DTD;
import static javax.xml.stream.XMLStreamConstants.END_DOCUMENT;
import static javax.xml.stream.XMLStreamConstants.END_ELEMENT;
import static javax.xml.stream.XMLStreamConstants.ENTITY_REFERENCE;
import static javax.xml.stream.XMLStreamConstants.PROCESSING_INSTRUCTION;
import static javax.xml.stream.XMLStreamConstants.SPACE;
import static javax.xml.stream.XMLStreamConstants.START_ELEMENT;

import com.fasterxml.jackson.dataformat.xml.XmlFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.xml.stream.Location;
import javax.xml.stream.XMLStreamException;
import org.codehaus.stax2.XMLStreamReader2;
import org.codehaus.stax2.util.StreamReader2Delegate;
import org.jspecify.annotations.Nullable;
import qubes.core.error.Repr;
import qubes.core.state.StoredValue;
import qubes.core.state.XmlFragment;

/**
 * Walks the elements of one store. Whatever the caller does not ask for, be it an element, an
 * attribute, a comment or text, goes to the caller's list of fragments, with its place.
 */
final class ElementReader {
    /** What is done with the children of an element. */
    interface Children {
        /**
         * Reads one child to its end, if it is understood.
         *
         * @return the child's name in paths, as in {@link XmlFragment}; empty if the child is not
         *     going to be written; null if the parser was left where it stood, because nobody
         *     understands the element
         */
        @Nullable String read(String element) throws XMLStreamException;
    }

    private static final Set<String> PROPERTY_ATTRIBUTES = Set.of("name", "ref");

    private final XMLStreamReader2 xml;
    private final XmlFactory tokens;
    private final String store;
    private int unknown; // pieces met so far

    /**
     * @param store name of the store, for messages
     */
    ElementReader(XMLStreamReader2 xml, XmlFactory tokens, String store) {
        this.xml = xml;
        this.tokens = tokens;
        this.store = store;
    }

    /** Reads all children of the element at whose start the parser stands, to its end. */
    void children(String path, List<XmlFragment> strays, Children children)
            throws XMLStreamException {
        List<String> pending = new ArrayList<>(0);
        while (true) {
            int event = xml.next();
            if (event == END_ELEMENT || event == END_DOCUMENT) {
                settle(pending, path, "", strays);
                return;
            }
            String child = event == START_ELEMENT ? children.read(xml.getLocalName()) : null;
            if (child == null) {
                capture(event).ifPresent(pending::add);
            } else if (!child.isEmpty()) {
                settle(pending, path, child, strays);
            }
        }
    }

    /** Reads the text of the element at whose start the parser stands, to its end. */
    String text(String path, List<XmlFragment> strays) throws XMLStreamException {
        StringBuilder text = new StringBuilder();
        while (true) {
            int event = xml.next();
            switch (event) {
                case END_ELEMENT -> {
                    return text.toString();
                }
                case CHARACTERS, CDATA -> text.append(xml.getText());
                default ->
                        capture(event)
                                .ifPresent(node -> strays.add(XmlFragment.node(path, "", node)));
            }
            if (text.length() > StoreXml.MAX_TEXT) {
                throw problem("text is longer than " + StoreXml.MAX_TEXT + " characters");
            }
        }
    }

    /**
     * Binds an element that has attributes and perhaps text, but no children, and reads to its end.
     *
     * @return attribute name to text in file order; the element's text under {@link StoreXml#TEXT}
     */
    Map<String, String> flat(String path, List<XmlFragment> strays) throws XMLStreamException {
        try {
            return FlatElement.read(tokens.createParser(new Childless(xml, path, strays)));
        } catch (IOException e) {
            if (e.getCause() instanceof XMLStreamException broken) {
                throw broken;
            }
            throw new StoreFormatException(
                    store, xml.getLocation(), "the element is not of its usual shape", e);
        }
    }

    /**
     * As {@link #flat}, for an element that is to have no text either: the attributes, name to text
     * in file order.
     */
    Map<String, String> attributes(String path, List<XmlFragment> strays)
            throws XMLStreamException {
        Map<String, String> values = flat(path, strays);
        String text = values.remove(StoreXml.TEXT);
        if (text != null && !text.isBlank()) {
            StringBuilder escaped = new StringBuilder();
            XmlEscape.text(escaped, text.strip());
            strays.add(XmlFragment.node(path, "", escaped.toString()));
        }
        return values;
    }

    /**
     * Reads one child of {@code properties} into {@code values}; the last of several of one name
     * counts.
     *
     * @param path path of {@code properties}
     * @return as {@link Children#read}
     */
    @Nullable String property(
            String element, String path, Map<String, StoredValue> values, List<XmlFragment> strays)
            throws XMLStreamException {
        if (!element.equals("property")) {
            return null;
        }
        String name = required("name");
        String key = "property:" + name;
        String ref = attribute("ref").orElse("");
        strayAttributes(path + "/" + key, strays, PROPERTY_ATTRIBUTES);
        String text = text(path + "/" + key, strays);
        values.put(name, ref.isEmpty() ? StoredValue.ofText(text) : StoredValue.ofReference(ref));
        return key;
    }

    /** An attribute of the element at whose start the parser stands. */
    Optional<String> attribute(String name) {
        return Optional.ofNullable(xml.getAttributeValue(null, name));
    }

    /**
     * An attribute of the element at whose start the parser stands.
     *
     * @throws StoreFormatException if it is not there, or empty
     */
    String required(String name) {
        String value = xml.getAttributeValue(null, name);
        if (value == null || value.isEmpty()) {
            throw problem("element " + xml.getLocalName() + " has no attribute " + name);
        }
        return value;
    }

    /**
     * Refuses a name that would break the lines in which clients are told of it.
     *
     * @param what of what it is the name
     */
    void requireOneLine(String what, String name) {
        if (name.chars().anyMatch(Character::isISOControl)) {
            throw problem(
                    "the name of " + what + " holds a control character: " + Repr.quote(name));
        }
    }

    /**
     * The attributes, name to text in file order, of the element at whose start the parser stands,
     * but for {@code known}.
     */
    Map<String, String> attributesBut(Set<String> known) {
        Map<String, String> others = new LinkedHashMap<>();
        for (int i = 0; i < xml.getAttributeCount(); i++) {
            if (!known.contains(xml.getAttributeLocalName(i))) {
                others.put(xml.getAttributeLocalName(i), xml.getAttributeValue(i));
            }
        }
        return others;
    }

    /**
     * Keeps the attributes of the element at whose start the parser stands, but for {@code known}.
     */
    void strayAttributes(String path, List<XmlFragment> strays, Set<String> known) {
        if (xml.getAttributeCount() > 0) {
            attributesBut(known)
                    .forEach((name, value) -> strays.add(attributeFragment(path, name, value)));
        }
    }

    /** An attribute as a fragment. */
    static XmlFragment attributeFragment(String path, String name, String value) {
        StringBuilder text = new StringBuilder(name).append("=\"");
        XmlEscape.attribute(text, value);
        return XmlFragment.attribute(path, text.append('"').toString());
    }

    /** Where the parser stands. */
    Location here() {
        return xml.getLocation();
    }

    /** A refusal of the place at which the parser stands. */
    StoreFormatException problem(String what) {
        return problem(here(), what);
    }

    /** A refusal of a place. */
    StoreFormatException problem(Location at, String what) {
        return new StoreFormatException(store, at, what);
    }

    private static void settle(
            List<String> pending, String path, String before, List<XmlFragment> strays) {
        for (String node : pending) {
            strays.add(XmlFragment.node(path, before, node));
        }
        pending.clear();
    }

    /**
     * The text of the node at which the parser stands, read to its end; empty if it is white space.
     */
    private Optional<String> capture(int event) throws XMLStreamException {
        boolean text = event == CHARACTERS || event == CDATA || event == SPACE;
        if (text && xml.isWhiteSpace()) {
            return Optional.empty();
        }
        if (++unknown > StoreXml.MAX_UNKNOWN) {
            throw problem(
                    "more than " + StoreXml.MAX_UNKNOWN + " pieces that nobody here understands");
        }
        StringBuilder out = new StringBuilder();
        int depth = 0;
        boolean tagOpen = false;
        for (int next = event; ; next = xml.next()) {
            if (tagOpen && next != END_ELEMENT) {
                out.append('>');
            }
            switch (next) {
                case START_ELEMENT -> {
                    depth++;
                    appendStart(out);
                }
                case END_ELEMENT -> {
                    depth--;
                    out.append(tagOpen ? "/>" : "</" + xml.getLocalName() + ">");
                }
                case CHARACTERS, CDATA -> XmlEscape.text(out, xml.getText());
                case COMMENT -> out.append("<!--").append(xml.getText()).append("-->");
                case PROCESSING_INSTRUCTION -> appendInstruction(out);
                case DTD -> throw problem("a document type declaration is not allowed in a store");
                case ENTITY_REFERENCE -> throw problem("entities are not allowed in a store");
                default -> {} // nothing else is reported
            }
            tagOpen = next == START_ELEMENT;
            if (out.length() > StoreXml.MAX_TEXT) {
                throw problem(
                        "a piece that nobody here understands is longer than "
                                + StoreXml.MAX_TEXT
                                + " characters");
            }
            if (depth == 0) {
                String piece = out.toString().strip();
                return piece.isEmpty() ? Optional.empty() : Optional.of(piece);
            }
        }
    }

    private void appendStart(StringBuilder out) {
        out.append('<').append(xml.getLocalName());
        for (int i = 0; i < xml.getAttributeCount(); i++) {
            out.append(' ').append(xml.getAttributeLocalName(i)).append("=\"");
            XmlEscape.attribute(out, xml.getAttributeValue(i));
            out.append('"');
        }
    }

    private void appendInstruction(StringBuilder out) {
        out.append("<?").append(xml.getPITarget());
        if (xml.getPIData() != null && !xml.getPIData().isEmpty()) {
            out.append(' ').append(xml.getPIData());
        }
        out.append("?>");
    }

    /** Shows Jackson an element without the nodes in it, and keeps those. */
    private final class Childless extends StreamReader2Delegate {
        private final String path;
        private final List<XmlFragment> strays;

        Childless(XMLStreamReader2 xml, String path, List<XmlFragment> strays) {
            super(xml);
            this.path = path;
            this.strays = strays;
        }

        @Override
        public int next() throws XMLStreamException {
            while (true) {
                int event = super.next();
                if (event == END_ELEMENT || event == CHARACTERS || event == CDATA) {
                    return event;
                }
                capture(event).ifPresent(node -> strays.add(XmlFragment.node(path, "", node)));
            }
        }
    }
}
