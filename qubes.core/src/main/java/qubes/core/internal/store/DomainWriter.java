package qubes.core.internal.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import qubes.core.error.Repr;
import qubes.core.state.AssignmentRecord;
import qubes.core.state.DomainRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.VolumeRecord;

/** Writes the element {@code domain} of one domain. */
final class DomainWriter {
    private static final int DEPTH = 2;

    private final DomainRecord domain;
    private final XmlOutput out;

    private DomainWriter(DomainRecord domain) {
        this.domain = domain;
        this.out = new XmlOutput(Repr.quote(domain.name().value()), DEPTH, domain.unknown());
    }

    /**
     * The element in UTF-8, line feed included.
     *
     * @throws qubes.core.error.QubesException if the store cannot hold a text of the domain
     */
    static byte[] write(DomainRecord domain, Comparator<String> propertyOrder) {
        DomainWriter writer = new DomainWriter(domain);
        writer.domain(propertyOrder);
        return writer.out.takeBytes();
    }

    /** The name of an assignment in paths of fragments. */
    static String key(AssignmentRecord assignment) {
        return "device:"
                + assignment.backendDomain()
                + ":"
                + assignment.portId()
                + ":"
                + assignment.identity();
    }

    private void domain(Comparator<String> propertyOrder) {
        out.tag("domain")
                .attribute("id", "domain-" + domain.qid())
                .attribute("class", domain.klass())
                .attributes(domain.attributes())
                .open("domain");
        properties("domain", withIdentity(), propertyOrder, out);
        features();
        tags();
        devices();
        volumes();
        out.close("domain", "domain");
    }

    /**
     * The explicit properties, with name, qid and uuid of any domain but dom0, whose they are by
     * nature.
     */
    private Map<String, StoredValue> withIdentity() {
        if (domain.klass().equals(DomainRecord.ADMIN_KLASS)
                || domain.properties().keySet().containsAll(Set.of("name", "qid", "uuid"))) {
            return domain.properties();
        }
        Map<String, StoredValue> all =
                new LinkedHashMap<>(
                        DomainRecord.create(
                                        domain.qid(), domain.name(), domain.uuid(), domain.klass())
                                .properties());
        all.putAll(domain.properties());
        return all;
    }

    /**
     * Writes the container of properties of a domain or of the system.
     *
     * @param parent path of the element that the container is a child of
     */
    static void properties(
            String parent,
            Map<String, StoredValue> properties,
            Comparator<String> order,
            XmlOutput out) {
        out.before(parent, "properties");
        out.tag("properties");
        if (properties.isEmpty()) {
            out.empty("properties", "properties");
            return;
        }
        out.open("properties");
        List<String> names = new ArrayList<>(properties.keySet());
        names.sort(order);
        for (String name : names) {
            StoredValue value = properties.get(name);
            if (value == null) {
                continue;
            }
            String key = "property:" + name;
            out.before("properties", key);
            out.tag("property").attribute("name", name);
            if (value.reference()) {
                out.attribute("ref", value.text()).empty("properties/" + key, "property");
            } else {
                out.text("properties/" + key, "property", name, value.text());
            }
        }
        out.close("properties", "properties");
    }

    private void features() {
        out.before("domain", "features");
        out.tag("features");
        if (domain.features().isEmpty()) {
            out.empty("features", "features");
            return;
        }
        out.open("features");
        domain.features()
                .forEach(
                        (name, value) -> {
                            String key = "feature:" + name;
                            out.before("features", key);
                            out.tag("feature")
                                    .attribute("name", name)
                                    .text("features/" + key, "feature", name, value);
                        });
        out.close("features", "features");
    }

    private void tags() {
        out.before("domain", "tags");
        out.tag("tags");
        if (domain.tags().isEmpty()) {
            out.empty("tags", "tags");
            return;
        }
        out.open("tags");
        for (String name : domain.tags()) {
            String key = "tag:" + name;
            out.before("tags", key);
            out.tag("tag").attribute("name", name).empty("tags/" + key, "tag");
        }
        out.close("tags", "tags");
    }

    private void devices() {
        Map<String, List<AssignmentRecord>> byClass = new LinkedHashMap<>();
        for (AssignmentRecord assignment : domain.assignments()) {
            byClass.computeIfAbsent(assignment.deviceClass(), deviceClass -> new ArrayList<>())
                    .add(assignment);
        }
        Set<String> keys = new LinkedHashSet<>();
        byClass.keySet().forEach(deviceClass -> keys.add("devices:" + deviceClass));
        keys.addAll(out.fragments().pathsWith("devices:"));
        for (String key : keys) {
            String deviceClass = key.substring("devices:".length());
            out.before("domain", key);
            out.tag("devices").attribute("class", deviceClass).open(key);
            for (AssignmentRecord assignment : byClass.getOrDefault(deviceClass, List.of())) {
                out.before(key, key(assignment));
                device(assignment);
            }
            out.close(key, "devices");
        }
    }

    private void device(AssignmentRecord assignment) {
        XmlOutput device =
                new XmlOutput(Repr.quote(domain.name().value()), DEPTH + 2, assignment.unknown());
        device.tag("device").attributes(assignment.attributes());
        if (assignment.options().isEmpty()) {
            device.empty("device", "device");
        } else {
            device.open("device");
            assignment
                    .options()
                    .forEach(
                            (name, value) -> {
                                String key = "option:" + name;
                                device.before("device", key);
                                device.tag("option")
                                        .attribute("name", name)
                                        .text(key, "option", name, value);
                            });
            device.close("device", "device");
        }
        out.append(device);
    }

    private void volumes() {
        if (domain.volumes().isEmpty() && !out.fragments().has("volume-config")) {
            return;
        }
        out.before("domain", "volume-config");
        out.tag("volume-config").open("volume-config");
        for (VolumeRecord volume : domain.volumes().values()) {
            String key = "volume:" + volume.name();
            out.before("volume-config", key);
            out.tag("volume")
                    .attributes(volume.attributes())
                    .empty("volume-config/" + key, "volume");
        }
        out.close("volume-config", "volume-config");
    }
}
