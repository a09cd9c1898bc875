package qubes.core.internal.store;

import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import javax.xml.stream.Location;
import javax.xml.stream.XMLStreamException;
import org.codehaus.stax2.XMLStreamReader2;
import org.jspecify.annotations.Nullable;
import qubes.core.error.QubesException;
import qubes.core.error.Repr;
import qubes.core.state.DomainRecord;
import qubes.core.state.PoolRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;
import qubes.core.state.XmlFragment;
import qubes.core.value.DomainName;
import qubes.core.value.Label;

/**
 * Reads a store. Values stay text; klasses, drivers, properties and features need not be known;
 * elements, attributes and comments that nobody here understands are kept and written back by
 * {@link StoreWriter}.
 *
 * <p>Safe for use by several threads.
 */
public final class StoreReader {
    private static final String LABEL_ID = "label-";

    private final StoreXml parsers = new StoreXml();

    public StoreReader() {}

    /**
     * Reads a whole store; blocks while {@code in} does, and leaves it open.
     *
     * @param name name of the store, for messages
     * @throws StoreFormatException if the text is not XML, is larger than any store, or is no
     *     store: a domain without identity, a qid, name or uuid that two domains share
     * @throws QubesException if {@code in} fails
     */
    public SystemState read(InputStream in, String name) {
        XMLStreamReader2 xml = null;
        try {
            xml = parsers.parser(in);
            return new Document(xml, new ElementReader(xml, parsers.tokens(), name)).read();
        } catch (XMLStreamException e) {
            throw malformed(name, e, xml);
        }
    }

    /** What a parser's complaint is to users. */
    static QubesException malformed(
            String name, XMLStreamException e, @Nullable XMLStreamReader2 xml) {
        if (e.getNestedException() instanceof IOException io
                && !(io instanceof CharConversionException)) {
            return new QubesException(name + " cannot be read: " + StoreErrors.reason(io), io);
        }
        String problem = String.valueOf(e.getMessage());
        int end = problem.indexOf("\n at [row");
        String line = oneLine(end < 0 ? problem : problem.substring(0, end));
        Location at = e.getLocation() == null && xml != null ? xml.getLocation() : e.getLocation();
        return new StoreFormatException(name, at, line, e);
    }

    private static String oneLine(String text) {
        String line = text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        return line.length() > 200 ? line.substring(0, 200) + "…" : line;
    }

    /** One store being read. */
    private static final class Document {
        private final XMLStreamReader2 xml;
        private final ElementReader reader;
        private final DomainReader domainReader;

        private final Map<Integer, Label> labels = new TreeMap<>(); // by index
        private final Map<String, PoolRecord> pools = new LinkedHashMap<>(); // by name
        private final Map<String, StoredValue> globals = new LinkedHashMap<>(); // by property name
        private final List<DomainRecord> domains = new ArrayList<>();
        private final List<XmlFragment> strays = new ArrayList<>();

        private final Map<Integer, DomainName> names = new HashMap<>(); // by qid
        private final Set<DomainName> takenNames = new HashSet<>();
        private final Map<UUID, DomainName> uuids = new HashMap<>(); // to who has it

        Document(XMLStreamReader2 xml, ElementReader reader) {
            this.xml = xml;
            this.reader = reader;
            this.domainReader = new DomainReader(reader);
        }

        SystemState read() throws XMLStreamException {
            if ("1.1".equals(xml.getVersion())) {
                throw reader.problem("a store is XML 1.0, this is 1.1");
            }
            reader.children(
                    "",
                    strays,
                    element -> {
                        if (!element.equals("qubes")) {
                            throw reader.problem(
                                    "the root element of a store is qubes, this is "
                                            + Repr.quote(element));
                        }
                        reader.strayAttributes("qubes", strays, Set.of("version"));
                        reader.children("qubes", strays, this::section);
                        return element;
                    });
            if (!names.containsKey(0)) {
                domains.add(
                        DomainRecord.create(
                                0,
                                DomainName.DOM0,
                                DomainRecord.NIL_UUID,
                                DomainRecord.ADMIN_KLASS));
            }
            return SystemState.of(
                    List.copyOf(labels.values()),
                    List.copyOf(pools.values()),
                    globals,
                    strays,
                    domains);
        }

        private @Nullable String section(String element) throws XMLStreamException {
            ElementReader.Children children =
                    switch (element) {
                        case "labels" -> this::label;
                        case "pools" -> this::pool;
                        case "properties" ->
                                child -> reader.property(child, element, globals, strays);
                        case "domains" -> this::domain;
                        default -> null;
                    };
            if (children == null) {
                return null;
            }
            reader.strayAttributes(element, strays, Set.of());
            reader.children(element, strays, children);
            return element;
        }

        private @Nullable String label(String element) throws XMLStreamException {
            if (!element.equals("label")) {
                return null;
            }
            int index = labelIndex(reader.required("id"));
            String key = "label:" + index;
            reader.strayAttributes("labels/" + key, strays, Set.of("id", "color"));
            Map<String, String> values = reader.flat("labels/" + key, strays);
            String name = values.getOrDefault(StoreXml.TEXT, "").strip();
            if (name.isEmpty()) {
                throw reader.problem("label " + index + " has no name");
            }
            reader.requireOneLine("a label", name);
            Label label = new Label(index, values.getOrDefault("color", ""), name);
            if (labels.values().stream().anyMatch(other -> other.name().equals(name))
                    || labels.put(index, label) != null) {
                throw reader.problem(
                        "label " + index + ", " + Repr.quote(name) + ", is there twice");
            }
            return key;
        }

        private int labelIndex(String id) {
            if (id.startsWith(LABEL_ID)) {
                try {
                    int index = Integer.parseInt(id.substring(LABEL_ID.length()));
                    if (index >= 0) {
                        return index;
                    }
                } catch (NumberFormatException e) {
                    // refused below
                }
            }
            throw reader.problem("the id of a label is label-<number>, not " + Repr.quote(id));
        }

        private @Nullable String pool(String element) throws XMLStreamException {
            if (!element.equals("pool")) {
                return null;
            }
            String name = reader.required("name");
            reader.requireOneLine("a pool", name);
            reader.required("driver");
            String key = "pool:" + name;
            PoolRecord pool = new PoolRecord(reader.attributes("pools/" + key, strays));
            if (pools.put(name, pool) != null) {
                throw reader.problem("pool " + Repr.quote(name) + " is there twice");
            }
            return key;
        }

        private @Nullable String domain(String element) throws XMLStreamException {
            if (!element.equals("domain")) {
                return null;
            }
            Location start = reader.here();
            DomainRecord domain = domainReader.read();
            DomainName sameQid = names.put(domain.qid(), domain.name());
            if (sameQid != null) {
                throw reader.problem(
                        start,
                        "domains "
                                + shown(sameQid)
                                + " and "
                                + shown(domain.name())
                                + " have the same qid, "
                                + domain.qid());
            }
            if (!takenNames.add(domain.name())) {
                throw reader.problem(start, "two domains are named " + shown(domain.name()));
            }
            DomainName sameUuid = uuids.put(domain.uuid(), domain.name());
            if (sameUuid != null) {
                throw reader.problem(
                        start,
                        "domains "
                                + shown(sameUuid)
                                + " and "
                                + shown(domain.name())
                                + " have the same uuid, "
                                + domain.uuid());
            }
            domains.add(domain);
            return "domain:" + domain.qid();
        }

        private static String shown(DomainName name) {
            return Repr.quote(name.value());
        }
    }
}
