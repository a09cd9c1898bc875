package qubes.core.internal.store;

import static javax.xml.stream.XMLStreamConstants.CDATA;
import static javax.xml.stream.XMLStreamConstants.CHARACTERS;
import static javax.xml.stream.XMLStreamConstants.COMMENT;
import static javax.xml.stream.XMLStreamConstants.DTD;
import static javax.xml.stream.XMLStreamConstants.END_DOCUMENT;
import static javax.xml.stream.XMLStreamConstants.END_ELEMENT;
import static javax.xml.stream.XMLStreamConstants.PROCESSING_INSTRUCTION;
import static javax.xml.stream.XMLStreamConstants.SPACE;
import static javax.xml.stream.XMLStreamConstants.START_ELEMENT;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import javax.xml.stream.Location;
import javax.xml.stream.XMLStreamException;
import org.codehaus.stax2.XMLStreamReader2;
import org.jspecify.annotations.Nullable;
import qubes.core.error.QubesVMError;
import qubes.core.error.Repr;
import qubes.core.firewall.OptionKey;
import qubes.core.firewall.Rule;
import qubes.core.firewall.RuleList;
import qubes.core.firewall.RuleOption;

/**
 * Reads the file of a firewall, version 1 or 2 (spec network.md §7).
 *
 * <p>An element, attribute or property that nobody here understands is refused, unlike in the
 * store: it may be a condition, and a rule that has lost one lets through what it should not.
 * Comments and processing instructions say nothing to the daemon and are kept.
 *
 * <p>Safe for use by several threads.
 */
public final class FirewallReader {
    private static final Set<String> VERSION_1 =
            Set.of("version", "policy", "dns", "icmp", "yumProxy");

    private static final Set<String> PROPERTY = Set.of("name", "ref");

    private final StoreXml parsers = new StoreXml();

    public FirewallReader() {}

    /**
     * Reads a whole file.
     *
     * @param name name of the file, for messages
     * @throws QubesVMError if it is of another version
     * @throws StoreFormatException if it is no XML, has a document type, or holds what is not
     *     understood
     */
    public FirewallContent read(byte[] content, String name) {
        XMLStreamReader2 xml = null;
        try {
            xml = parsers.parser(new ByteArrayInputStream(content));
            return new Document(xml, name).read();
        } catch (XMLStreamException e) {
            throw StoreReader.malformed(name, e, xml);
        }
    }

    /** One file being read. */
    private static final class Document {
        private final XMLStreamReader2 xml;
        private final String name;
        private final List<String> remarks = new ArrayList<>();

        Document(XMLStreamReader2 xml, String name) {
            this.xml = xml;
            this.name = name;
        }

        FirewallContent read() throws XMLStreamException {
            List<Rule> rules = List.of();
            while (nextElement()) {
                String version = xml.getAttributeValue(null, "version");
                rules =
                        switch (version == null ? "1" : version) {
                            case "1" -> version1();
                            case "2" -> version2();
                            default ->
                                    throw new QubesVMError(
                                            name
                                                    + " is of version "
                                                    + Repr.quote(version)
                                                    + ", which is not supported; 1 and 2 are");
                        };
            }
            return new FirewallContent(new RuleList(rules), remarks);
        }

        private List<Rule> version1() throws XMLStreamException {
            Map<String, String> head = attributes(VERSION_1);
            FirewallVersion1 old = made(xml.getLocation(), () -> new FirewallVersion1(head));
            List<Rule> listed = new ArrayList<>();
            while (nextElement()) {
                Map<String, String> rule = attributes(FirewallVersion1.RULE);
                listed.add(made(xml.getLocation(), () -> old.rule(rule)));
                requireNoChild();
            }
            return old.rules(listed);
        }

        private List<Rule> version2() throws XMLStreamException {
            require("firewall");
            attributes(Set.of("version"));
            List<Rule> rules = new ArrayList<>();
            boolean seen = false;
            while (nextElement()) {
                require("rules");
                refuseSecond(seen);
                seen = true;
                attributes(Set.of());
                while (nextElement()) {
                    require("rule");
                    attributes(Set.of());
                    rules.add(rule(xml.getLocation()));
                }
            }
            return rules;
        }

        private Rule rule(Location start) throws XMLStreamException {
            Map<OptionKey, RuleOption> options = new EnumMap<>(OptionKey.class);
            boolean seen = false;
            while (nextElement()) {
                require("properties");
                refuseSecond(seen);
                seen = true;
                attributes(Set.of());
                while (nextElement()) {
                    require("property");
                    option(options);
                }
            }
            return made(start, () -> new Rule(options));
        }

        private void option(Map<OptionKey, RuleOption> options) throws XMLStreamException {
            Location start = xml.getLocation();
            Map<String, String> attributes = attributes(PROPERTY);
            String property = attributes.getOrDefault("name", "");
            String ref = attributes.getOrDefault("ref", "");
            OptionKey key =
                    OptionKey.find(property)
                            .orElseThrow(
                                    () ->
                                            problem(
                                                    start,
                                                    "a rule has no property "
                                                            + Repr.quote(property)
                                                            + " that is understood here"));
            String content = text();
            String text = ref.isEmpty() ? content : ref; // as in the store
            boolean unset = text.isEmpty() && key != OptionKey.DSTHOST;
            if (!unset && options.put(key, made(start, () -> key.parse(text))) != null) {
                throw problem(start, "a rule has one " + property + ", not two");
            }
        }

        /** Goes to the next child; false at the end of the element. */
        private boolean nextElement() throws XMLStreamException {
            while (true) {
                int event = xml.next();
                if (event == START_ELEMENT) {
                    return true;
                }
                if (event == END_ELEMENT || event == END_DOCUMENT) {
                    return false;
                }
                boolean text = event == CHARACTERS || event == CDATA || event == SPACE;
                if (!text) {
                    remark(event);
                } else if (!xml.isWhiteSpace()) {
                    throw problem(
                            xml.getLocation(),
                            "there should be no text here: "
                                    + Repr.quote(shortened(xml.getText())));
                }
            }
        }

        private void requireNoChild() throws XMLStreamException {
            if (nextElement()) {
                throw unexpected("element", xml.getLocalName());
            }
        }

        private String text() throws XMLStreamException {
            StringBuilder text = new StringBuilder();
            while (true) {
                int event = xml.next();
                switch (event) {
                    case END_ELEMENT -> {
                        return text.toString();
                    }
                    case CHARACTERS, CDATA, SPACE -> text.append(xml.getText());
                    case START_ELEMENT -> throw unexpected("element", xml.getLocalName());
                    default -> remark(event);
                }
                if (text.length() > StoreXml.MAX_TEXT) {
                    throw problem(
                            xml.getLocation(),
                            "text is longer than " + StoreXml.MAX_TEXT + " characters");
                }
            }
        }

        private void remark(int event) throws XMLStreamException {
            switch (event) {
                case COMMENT -> remarks.add("<!--" + xml.getText() + "-->");
                case PROCESSING_INSTRUCTION -> {
                    String data = xml.getPIData();
                    boolean bare = data == null || data.isEmpty();
                    remarks.add("<?" + xml.getPITarget() + (bare ? "" : " " + data) + "?>");
                }
                case DTD ->
                        throw problem(
                                xml.getLocation(), "a document type declaration is not allowed");
                default -> throw problem(xml.getLocation(), "entities are not allowed");
            }
        }

        private Map<String, String> attributes(Set<String> known) {
            Map<String, String> values = new LinkedHashMap<>();
            for (int i = 0; i < xml.getAttributeCount(); i++) {
                String attribute = xml.getAttributeLocalName(i);
                if (!known.contains(attribute)) {
                    throw unexpected("attribute", attribute);
                }
                values.put(attribute, xml.getAttributeValue(i));
            }
            return values;
        }

        private void require(String element) {
            if (!xml.getLocalName().equals(element)) {
                throw unexpected("element", xml.getLocalName());
            }
        }

        private void refuseSecond(boolean seen) {
            if (seen) {
                throw problem(
                        xml.getLocation(), "element " + xml.getLocalName() + " is there twice");
            }
        }

        private StoreFormatException unexpected(String kind, String what) {
            return problem(
                    xml.getLocation(),
                    kind
                            + " "
                            + Repr.quote(shortened(what))
                            + " is not understood here; remove it or use the version that wrote it");
        }

        /** What a part of the file says, if it can be said in rules. */
        private <T> T made(Location at, Supplier<T> making) {
            try {
                return making.get();
            } catch (IllegalArgumentException e) {
                throw new StoreFormatException(name, at, String.valueOf(e.getMessage()), e);
            }
        }

        private StoreFormatException problem(@Nullable Location at, String what) {
            return new StoreFormatException(name, at, what);
        }

        private static String shortened(String text) {
            String stripped = text.strip();
            return stripped.length() > 40 ? stripped.substring(0, 40) + "…" : stripped;
        }
    }
}
