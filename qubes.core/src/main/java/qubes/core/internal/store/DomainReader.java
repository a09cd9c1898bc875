package qubes.core.internal.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import javax.xml.stream.Location;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;
import qubes.core.error.QubesValueError;
import qubes.core.error.Repr;
import qubes.core.property.PropertyType;
import qubes.core.state.AssignmentRecord;
import qubes.core.state.DomainRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;
import qubes.core.state.VolumeRecord;
import qubes.core.state.XmlFragment;
import qubes.core.value.DomainName;

/** Reads the elements {@code domain} of a store. */
final class DomainReader {
    private static final Set<String> DOMAIN_ATTRIBUTES = Set.of("id", "class");
    private static final Set<String> NAME_ATTRIBUTE = Set.of("name");
    private static final Set<String> CLASS_ATTRIBUTE = Set.of("class");

    private static final Set<String> IDENTITY = Set.of("name", "qid", "uuid");

    /** Clients are told of klasses and domains among other words of a line. */
    private static final Pattern WORD = Pattern.compile("[^\\s\\p{Cntrl}]+");

    /** Of a name that no client could give today, what nevertheless harms no line and no path. */
    private static final Pattern NAME = Pattern.compile("(?!\\.\\.?$)[^\\s\\p{Cntrl}/]+");

    private final ElementReader reader;

    DomainReader(ElementReader reader) {
        this.reader = reader;
    }

    /** Reads the domain at whose start the parser stands, to its end. */
    DomainRecord read() throws XMLStreamException {
        String klass = reader.required("class");
        if (!WORD.matcher(klass).matches()) {
            throw reader.problem("the class of a domain is one word, not " + Repr.quote(klass));
        }
        return new Parts(klass).read();
    }

    /** One domain being read. */
    private final class Parts {
        private final String klass;
        private final Location start = reader.here();
        private final Map<String, String> attributes = reader.attributesBut(DOMAIN_ATTRIBUTES);
        private final Map<String, StoredValue> properties = new LinkedHashMap<>();
        private final Map<String, String> features = new LinkedHashMap<>();
        private final Set<String> tags = new LinkedHashSet<>();
        private final List<AssignmentRecord> assignments = new ArrayList<>();
        private final Map<String, VolumeRecord> volumes = new LinkedHashMap<>();
        private final List<XmlFragment> strays = new ArrayList<>(0);

        Parts(String klass) {
            this.klass = klass;
        }

        DomainRecord read() throws XMLStreamException {
            reader.children("domain", strays, this::part);
            if (klass.equals(DomainRecord.ADMIN_KLASS)) {
                return record(0, DomainName.DOM0, DomainRecord.NIL_UUID, withoutConstants());
            }
            DomainName name = name();
            int qid = qid(name);
            UUID uuid = uuid(name);
            properties.computeIfPresent("qid", canonical(Integer.toString(qid)));
            properties.computeIfPresent("uuid", canonical(uuid.toString()));
            return record(qid, name, uuid, properties);
        }

        /** Of an identity that is written in another form, the one that all others read. */
        private static BiFunction<String, StoredValue, StoredValue> canonical(String text) {
            return (property, stored) ->
                    stored.text().equals(text) ? stored : StoredValue.ofText(text);
        }

        private DomainRecord record(
                int qid, DomainName name, UUID uuid, Map<String, StoredValue> explicit) {
            return new DomainRecord(
                    qid,
                    name,
                    uuid,
                    klass,
                    attributes,
                    explicit,
                    features,
                    tags,
                    assignments,
                    volumes,
                    strays);
        }

        /** The properties but for those that are constants of dom0, which are not stored. */
        private Map<String, StoredValue> withoutConstants() {
            Map<String, StoredValue> explicit = new LinkedHashMap<>(properties);
            Map<String, String> constants =
                    Map.of(
                            "qid",
                            "0",
                            "name",
                            DomainName.DOM0.value(),
                            "uuid",
                            DomainRecord.NIL_UUID.toString());
            constants.forEach(
                    (property, constant) -> {
                        StoredValue stored = explicit.remove(property);
                        if (stored != null && !stored.text().equals(constant)) {
                            throw refused(
                                    "the "
                                            + property
                                            + " of the AdminVM is "
                                            + constant
                                            + ", not "
                                            + Repr.quote(stored.text()));
                        }
                    });
            return explicit;
        }

        private DomainName name() {
            StoredValue name = properties.get("name");
            if (name == null || name.text().isEmpty()) {
                throw refused("a domain of class " + Repr.quote(klass) + " has no name");
            }
            if (name.text().equals(DomainName.DOM0.value())) {
                throw refused(
                        "the name dom0 is the AdminVM's, not that of a domain of class "
                                + Repr.quote(klass));
            }
            if (!NAME.matcher(name.text()).matches()) {
                throw refused(
                        "the name of a domain is one word without slashes, not "
                                + Repr.quote(name.text()));
            }
            return new DomainName(name.text());
        }

        private int qid(DomainName name) {
            StoredValue qid = properties.get("qid");
            if (qid == null || qid.text().isBlank()) {
                throw refused("domain " + shown(name) + " has no qid");
            }
            try {
                int number = Integer.parseInt(qid.text().strip());
                if (number >= 1 && number <= SystemState.MAX_QID) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // refused below
            }
            throw refused(
                    "the qid of domain "
                            + shown(name)
                            + " is a number from 1 to "
                            + SystemState.MAX_QID
                            + ", not "
                            + Repr.quote(qid.text()));
        }

        private UUID uuid(DomainName name) {
            StoredValue uuid = properties.get("uuid");
            if (uuid == null || uuid.text().isBlank()) {
                throw refused("domain " + shown(name) + " has no uuid");
            }
            UUID parsed;
            try {
                parsed = PropertyType.UNIQUE_ID.parse(uuid.text().strip());
            } catch (QubesValueError e) {
                throw refused(
                        "the uuid of domain "
                                + shown(name)
                                + " is not a uuid: "
                                + Repr.quote(uuid.text()));
            }
            if (parsed.equals(DomainRecord.NIL_UUID)) {
                throw refused("the uuid of domain " + shown(name) + " is the AdminVM's");
            }
            return parsed;
        }

        private @Nullable String part(String element) throws XMLStreamException {
            switch (element) {
                case "properties" -> {
                    reader.strayAttributes(element, strays, Set.of());
                    reader.children(element, strays, this::property);
                }
                case "features" -> {
                    reader.strayAttributes(element, strays, Set.of());
                    reader.children(element, strays, this::feature);
                }
                case "tags" -> {
                    reader.strayAttributes(element, strays, Set.of());
                    reader.children(element, strays, this::tag);
                }
                case "devices" -> {
                    return devices();
                }
                case "volume-config" -> {
                    reader.strayAttributes(element, strays, Set.of());
                    reader.children(element, strays, this::volume);
                    return volumes.isEmpty() && !hasStrays(element) ? "" : element;
                }
                default -> {
                    return null;
                }
            }
            return element;
        }

        private @Nullable String property(String element) throws XMLStreamException {
            String name = reader.attribute("name").orElse("");
            if (IDENTITY.contains(name) && properties.containsKey(name)) {
                throw reader.problem("property " + name + " is there twice in one domain");
            }
            return reader.property(element, "properties", properties, strays);
        }

        private @Nullable String feature(String element) throws XMLStreamException {
            if (!element.equals("feature")) {
                return null;
            }
            String name = reader.required("name");
            String key = "feature:" + name;
            reader.strayAttributes("features/" + key, strays, NAME_ATTRIBUTE);
            features.put(name, reader.text("features/" + key, strays));
            return key;
        }

        private @Nullable String tag(String element) throws XMLStreamException {
            if (!element.equals("tag")) {
                return null;
            }
            String name = reader.required("name");
            String key = "tag:" + name;
            reader.strayAttributes("tags/" + key, strays, NAME_ATTRIBUTE);
            reader.children("tags/" + key, strays, child -> null);
            tags.add(name);
            return key;
        }

        private @Nullable String volume(String element) throws XMLStreamException {
            if (!element.equals("volume")) {
                return null;
            }
            String name = reader.required("name");
            String key = "volume:" + name;
            VolumeRecord volume =
                    new VolumeRecord(reader.attributes("volume-config/" + key, strays));
            if (volumes.put(name, volume) != null) {
                throw reader.problem("volume " + Repr.quote(name) + " is there twice");
            }
            return key;
        }

        private @Nullable String devices() throws XMLStreamException {
            String deviceClass = reader.attribute("class").orElse("");
            if (deviceClass.isEmpty()) {
                return null;
            }
            String key = "devices:" + deviceClass;
            int before = assignments.size();
            reader.strayAttributes(key, strays, CLASS_ATTRIBUTE);
            reader.children(
                    key,
                    strays,
                    element -> {
                        if (!element.equals("device")) {
                            return null;
                        }
                        AssignmentRecord assignment = device(deviceClass);
                        assignments.add(assignment);
                        return DomainWriter.key(assignment);
                    });
            return assignments.size() == before && !hasStrays(key) ? "" : key;
        }

        /** True if an element has pieces that make it worth writing. */
        private boolean hasStrays(String path) {
            return strays.stream().anyMatch(stray -> stray.parent().equals(path));
        }

        private AssignmentRecord device(String deviceClass) throws XMLStreamException {
            Map<String, String> attributes = reader.attributesBut(Set.of());
            Map<String, String> options = new LinkedHashMap<>();
            List<XmlFragment> unknown = new ArrayList<>(0);
            reader.children(
                    "device",
                    unknown,
                    element -> {
                        if (!element.equals("option")) {
                            return null;
                        }
                        String name = reader.required("name");
                        String key = "option:" + name;
                        reader.strayAttributes(key, unknown, NAME_ATTRIBUTE);
                        options.put(
                                name,
                                reader.text(
                                        key,
                                        unknown)); // not bound by Jackson, which drops blank text
                        return key;
                    });
            return new AssignmentRecord(deviceClass, attributes, options, unknown);
        }

        private StoreFormatException refused(String problem) {
            return reader.problem(start, problem);
        }

        /** A name for messages, safe to print. */
        private static String shown(DomainName name) {
            return Repr.quote(name.value());
        }
    }
}
