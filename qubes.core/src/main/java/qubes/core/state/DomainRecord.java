package qubes.core.state;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import qubes.core.value.DomainName;

/**
 * All the store holds of one domain; immutable, and complete whether or not its klass is installed.
 *
 * @param qid 0 for dom0, else 1 to 10000
 * @param klass wire name of the klass
 * @param attributes attributes of the element other than {@code id} and {@code class}, name to text
 * @param properties explicit values only, property name to stored value, in file order
 * @param features feature name to value, in insertion order; empty means false
 * @param volumes volume name to record, in file order
 * @param unknown elements and comments that nobody here understands, in file order
 */
public record DomainRecord(
        int qid,
        DomainName name,
        UUID uuid,
        String klass,
        Map<String, String> attributes,
        Map<String, StoredValue> properties,
        Map<String, String> features,
        Set<String> tags,
        List<AssignmentRecord> assignments,
        Map<String, VolumeRecord> volumes,
        List<XmlFragment> unknown) {
    /** The uuid of dom0. */
    public static final UUID NIL_UUID = new UUID(0, 0);

    /** The klass that is always there. */
    public static final String ADMIN_KLASS = "AdminVM";

    /**
     * Copies its collections.
     *
     * @param qid number inside this system
     * @param name unique name
     * @param uuid identity for the hypervisor
     * @param klass wire name of the klass
     * @param attributes attributes of the element other than {@code id} and {@code class}, name to
     *     text
     * @param properties explicit values only, property name to stored value, in file order
     * @param features feature name to value, in insertion order; empty means false
     * @param volumes volume name to record, in file order
     * @param unknown elements and comments that nobody here understands, in file order
     * @param tags the domain's tags
     * @param assignments devices assigned to the domain
     */
    public DomainRecord {
        attributes = ordered(attributes);
        properties = ordered(properties);
        features = ordered(features);
        tags = Collections.unmodifiableSet(new LinkedHashSet<>(tags));
        assignments = List.copyOf(assignments);
        volumes = ordered(volumes);
        unknown = List.copyOf(unknown);
    }

    /**
     * {@return a record of a new domain that has only its identity}
     *
     * @param qid number inside this system
     * @param name unique name
     * @param uuid identity for the hypervisor
     * @param klass wire name of the klass
     */
    public static DomainRecord create(int qid, DomainName name, UUID uuid, String klass) {
        Map<String, StoredValue> identity = new LinkedHashMap<>();
        if (!klass.equals(ADMIN_KLASS)) {
            identity.put("name", StoredValue.ofText(name.value()));
            identity.put("qid", StoredValue.ofText(Integer.toString(qid)));
            identity.put("uuid", StoredValue.ofText(uuid.toString()));
        }
        return new DomainRecord(
                qid, name, uuid, klass, Map.of(), identity, Map.of(), Set.of(), List.of(), Map.of(),
                List.of());
    }

    /**
     * {@return the stored text of a property, if it is explicit}
     *
     * @param property name of the property
     */
    public Optional<StoredValue> property(String property) {
        return Optional.ofNullable(properties.get(property));
    }

    /**
     * {@return this record with an explicit value, or at the default if {@code value} is absent}
     *
     * @param property name of the property
     * @param value the value; absent to remove it
     */
    public DomainRecord withProperty(String property, Optional<StoredValue> value) {
        return withProperties(changed(properties, property, value));
    }

    /**
     * {@return this record with other explicit values}
     *
     * @param all what takes the place of what was there
     */
    public DomainRecord withProperties(Map<String, StoredValue> all) {
        return new DomainRecord(
                qid,
                name,
                uuid,
                klass,
                attributes,
                all,
                features,
                tags,
                assignments,
                volumes,
                unknown);
    }

    /**
     * {@return this record as one of another klass; what the klass does not know is kept}
     *
     * @param other wire name of the other klass
     */
    public DomainRecord withKlass(String other) {
        return new DomainRecord(
                qid,
                name,
                uuid,
                other,
                attributes,
                properties,
                features,
                tags,
                assignments,
                volumes,
                unknown);
    }

    /**
     * {@return this record with a feature set, or removed if {@code value} is absent}
     *
     * @param feature name of the feature
     * @param value the value; absent to remove it
     */
    public DomainRecord withFeature(String feature, Optional<String> value) {
        return new DomainRecord(
                qid,
                name,
                uuid,
                klass,
                attributes,
                properties,
                changed(features, feature, value),
                tags,
                assignments,
                volumes,
                unknown);
    }

    /**
     * {@return this record with other tags}
     *
     * @param all what takes the place of what was there
     */
    public DomainRecord withTags(Set<String> all) {
        return new DomainRecord(
                qid,
                name,
                uuid,
                klass,
                attributes,
                properties,
                features,
                all,
                assignments,
                volumes,
                unknown);
    }

    /**
     * {@return this record with other assignments}
     *
     * @param all what takes the place of what was there
     */
    public DomainRecord withAssignments(List<AssignmentRecord> all) {
        return new DomainRecord(
                qid,
                name,
                uuid,
                klass,
                attributes,
                properties,
                features,
                tags,
                all,
                volumes,
                unknown);
    }

    /**
     * {@return this record with other volumes}
     *
     * @param all what takes the place of what was there
     */
    public DomainRecord withVolumes(Map<String, VolumeRecord> all) {
        return new DomainRecord(
                qid,
                name,
                uuid,
                klass,
                attributes,
                properties,
                features,
                tags,
                assignments,
                all,
                unknown);
    }

    private static <V> Map<String, V> changed(Map<String, V> map, String key, Optional<V> value) {
        Map<String, V> copy = new LinkedHashMap<>(map);
        if (value.isPresent()) {
            copy.put(key, value.get());
        } else {
            copy.remove(key);
        }
        return copy;
    }

    private static <V> Map<String, V> ordered(Map<String, V> map) {
        return map.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
}
