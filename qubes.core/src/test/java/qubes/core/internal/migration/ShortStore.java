package qubes.core.internal.migration;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.UUID;
import qubes.core.state.DomainRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;
import qubes.core.state.VolumeRecord;
import qubes.core.value.DomainName;
import qubes.core.value.Label;

/**
 * A store in one line, for tables: {@code netvm=a; a:AppVM hvm=True +feature=1 #root.rw=True}.
 * First the labels ({@code 5:0x555753:gray}) and the system's properties, then the domains, each
 * with properties, features and attributes of volumes. {@code key@=value} is a property by {@code
 * ref}.
 */
final class ShortStore {
    private ShortStore() {}

    /** The uuid of the domain of that qid. */
    static UUID uuid(int qid) {
        return new UUID(0x5b1d0b0e_2f0b_4e7eL, 0x9d0e_0000_0000_0000L + qid);
    }

    /** The state that a line stands for; dom0 is added if it is not there. */
    static SystemState read(String line) {
        List<Label> labels = new ArrayList<>();
        Map<String, StoredValue> globals = new LinkedHashMap<>();
        List<DomainRecord> domains = new ArrayList<>();
        String[] parts = line.split(";", -1);
        for (String word : words(parts[0])) {
            String[] label = word.split(":", -1);
            if (label.length == 3) {
                labels.add(new Label(Integer.parseInt(label[0]), label[1], label[2]));
            } else {
                globals.putAll(property(word));
            }
        }
        for (int qid = 1; qid < parts.length; qid++) {
            domains.add(domain(qid, words(parts[qid])));
        }
        if (domains.stream().noneMatch(domain -> domain.qid() == 0)) {
            domains.add(
                    DomainRecord.create(
                            0, DomainName.DOM0, DomainRecord.NIL_UUID, DomainRecord.ADMIN_KLASS));
        }
        return SystemState.of(labels, List.of(), globals, List.of(), domains);
    }

    private static DomainRecord domain(int position, List<String> words) {
        String[] head = words.get(0).split(":", -1);
        boolean admin = head[1].equals(DomainRecord.ADMIN_KLASS);
        int qid = admin ? 0 : position;
        DomainRecord domain =
                DomainRecord.create(
                        qid,
                        new DomainName(head[0]),
                        admin ? DomainRecord.NIL_UUID : uuid(qid),
                        head[1]);
        for (String word : words.subList(1, words.size())) {
            int equals = word.indexOf('=');
            String value = word.substring(equals + 1).replace('_', ' ');
            switch (word.charAt(0)) {
                case '+' ->
                        domain = domain.withFeature(word.substring(1, equals), Optional.of(value));
                case '#' -> {
                    String[] path = word.substring(1, equals).split("[.]", -1);
                    Map<String, VolumeRecord> volumes = new LinkedHashMap<>(domain.volumes());
                    VolumeRecord volume =
                            volumes.getOrDefault(
                                    path[0], new VolumeRecord(Map.of("name", path[0])));
                    volumes.put(
                            path[0], volume.with(path[1], Optional.of(word.substring(equals + 1))));
                    domain = domain.withVolumes(volumes);
                }
                default -> {
                    for (Map.Entry<String, StoredValue> one : property(word).entrySet()) {
                        domain = domain.withProperty(one.getKey(), Optional.of(one.getValue()));
                    }
                }
            }
        }
        return domain;
    }

    private static Map<String, StoredValue> property(String word) {
        int equals = word.indexOf('=');
        String name = word.substring(0, equals);
        String value = word.substring(equals + 1);
        return name.endsWith("@")
                ? Map.of(name.substring(0, name.length() - 1), StoredValue.ofReference(value))
                : Map.of(name, StoredValue.ofText(value));
    }

    private static List<String> words(String text) {
        return List.of(text.strip().split("\\s+", -1)).stream()
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /** The line that stands for a state; a dom0 of which nothing is to be said is left out. */
    static String write(SystemState state) {
        StringJoiner parts = new StringJoiner("; ");
        StringJoiner head = new StringJoiner(" ");
        state.labels()
                .forEach(
                        label ->
                                head.add(label.index() + ":" + label.color() + ":" + label.name()));
        state.globals().forEach((name, value) -> head.add(property(name, value)));
        parts.add(head.toString());
        List<DomainRecord> byQid = new ArrayList<>(state.domains());
        byQid.sort(Comparator.comparingInt(DomainRecord::qid));
        for (DomainRecord domain : byQid) {
            StringJoiner words = new StringJoiner(" ");
            domain.properties()
                    .forEach(
                            (name, value) -> {
                                if (!List.of("name", "qid", "uuid").contains(name)) {
                                    words.add(property(name, value));
                                }
                            });
            domain.features()
                    .forEach(
                            (name, value) -> words.add("+" + name + "=" + value.replace(' ', '_')));
            domain.volumes()
                    .values()
                    .forEach(
                            volume ->
                                    volume.attributes()
                                            .forEach(
                                                    (name, value) -> {
                                                        if (!name.equals("name")) {
                                                            words.add(
                                                                    "#"
                                                                            + volume.name()
                                                                            + "."
                                                                            + name
                                                                            + "="
                                                                            + value);
                                                        }
                                                    }));
            if (domain.qid() != 0 || words.length() > 0) {
                parts.add((domain.name() + ":" + domain.klass() + " " + words).strip());
            }
        }
        return parts.toString();
    }

    private static String property(String name, StoredValue value) {
        return name + (value.reference() ? "@=" : "=") + value.text();
    }
}
