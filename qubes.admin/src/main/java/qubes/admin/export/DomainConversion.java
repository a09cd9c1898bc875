package qubes.admin.export;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import qubes.core.device.DeviceAssignment;
import qubes.core.error.Repr;
import qubes.core.state.AssignmentRecord;
import qubes.core.state.DomainRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;
import qubes.core.state.VolumeRecord;

/** One domain as the original can load it. */
final class DomainConversion {
    private static final String TEMPLATE = "template";

    private final DomainRecord domain;
    private final List<String> changes;

    /**
     * @param changes where to say what is changed
     */
    DomainConversion(DomainRecord domain, List<String> changes) {
        this.domain = domain;
        this.changes = changes;
    }

    /** The domain in a class that the original has, if it can be, and only with known parts. */
    DomainRecord classAndParts() {
        DomainRecord classed = domain.klass().equals("NetVM") ? withoutNetVM() : domain;
        boolean managed = !domain.klass().equals("RemoteVM");
        int unknown = domain.unknown().size() + domain.attributes().size();
        List<AssignmentRecord> assignments = new ArrayList<>();
        for (AssignmentRecord assignment : domain.assignments()) {
            AssignmentRecord known = withoutUnknown(assignment);
            unknown += assignment.unknown().size();
            unknown += assignment.attributes().size() - known.attributes().size();
            assignments.add(known);
        }
        if (unknown > 0) {
            say(unknown + " elements, attributes or comments are left out");
        }
        if (!managed && !domain.volumes().isEmpty()) {
            say("volumes are left out, a RemoteVM has none");
        }
        return new DomainRecord(
                domain.qid(),
                domain.name(),
                domain.uuid(),
                classed.klass(),
                Map.of(),
                classed.properties(),
                domain.features(),
                domain.tags(),
                assignments,
                managed ? volumes() : Map.of(),
                List.of());
    }

    private static AssignmentRecord withoutUnknown(AssignmentRecord assignment) {
        Map<String, String> known = new LinkedHashMap<>(assignment.attributes());
        known.keySet().removeIf(attribute -> !Original.isDeviceAttribute(attribute));
        return new AssignmentRecord(assignment.deviceClass(), known, assignment.options());
    }

    /** As the original has it: an AppVM, or without template a StandaloneVM, with the property. */
    private DomainRecord withoutNetVM() {
        boolean based =
                domain.property(TEMPLATE).filter(name -> !name.text().isEmpty()).isPresent();
        String klass = based ? "AppVM" : "StandaloneVM";
        boolean says = domain.property("provides_network").isPresent();
        say("class NetVM became " + klass + (says ? "" : " with provides_network=True"));
        DomainRecord now = domain.withKlass(klass);
        if (!says) {
            now = now.withProperty("provides_network", Optional.of(StoredValue.ofText("True")));
        }
        return based ? now : now.withProperty(TEMPLATE, Optional.empty());
    }

    private Map<String, VolumeRecord> volumes() {
        Map<String, VolumeRecord> volumes = new LinkedHashMap<>(domain.volumes());
        volumes.replaceAll(
                (name, volume) -> {
                    VolumeRecord known = volume;
                    for (String attribute : volume.attributes().keySet()) {
                        if (!Original.isVolumeAttribute(attribute)) {
                            say(
                                    "volume "
                                            + Repr.quote(name)
                                            + ": attribute "
                                            + Repr.quote(attribute)
                                            + " is left out");
                            known = known.with(attribute, Optional.empty());
                        }
                    }
                    return known;
                });
        return volumes;
    }

    /** Why the original cannot load the domain among {@code all}; absent if it can. */
    Optional<String> problem(SystemState all) {
        Optional<Map<String, Kind>> known = Original.properties(domain.klass());
        if (known.isEmpty()) {
            return Optional.of("the original has no class " + Repr.quote(domain.klass()));
        }
        for (VolumeRecord volume : domain.volumes().values()) {
            String pool = volume.text("pool").orElse("");
            if (all.pool(pool).isEmpty()) {
                return Optional.of(
                        "its volume "
                                + Repr.quote(volume.name())
                                + " is in pool "
                                + Repr.quote(pool)
                                + ", which the original does not have");
            }
        }
        Kind template = known.get().get(TEMPLATE);
        if (template != null) {
            String name = domain.property(TEMPLATE).map(StoredValue::text).orElse("");
            if (name.isEmpty() || !template.accepts(name, all)) {
                return Optional.of(
                        "the original does not load "
                                + Repr.quote(name)
                                + " as template of a "
                                + domain.klass());
            }
        }
        return Optional.empty();
    }

    /** The domain with only such properties and assignments as the original loads there. */
    DomainRecord among(SystemState loadable) {
        Map<String, Kind> known = Original.properties(domain.klass()).orElse(Map.of());
        Map<String, StoredValue> properties = new LinkedHashMap<>();
        domain.properties()
                .forEach(
                        (name, value) ->
                                CompatibleStore.value(
                                                domain.name().value(),
                                                name,
                                                value,
                                                Optional.ofNullable(known.get(name)),
                                                loadable,
                                                changes)
                                        .ifPresent(kept -> properties.put(name, kept)));
        return domain.withProperties(properties).withAssignments(assignments(loadable));
    }

    private List<AssignmentRecord> assignments(SystemState loadable) {
        boolean managed = !domain.klass().equals("RemoteVM");
        List<AssignmentRecord> kept =
                domain.assignments().stream()
                        .filter(assignment -> managed && isLoaded(assignment, loadable))
                        .toList();
        int lost = domain.assignments().size() - kept.size();
        if (lost > 0) {
            say(lost + " device assignments are left out, the original does not load them");
        }
        return kept;
    }

    /** The original stops at a mode that is none, and forgets what no qube of that name offers. */
    private static boolean isLoaded(AssignmentRecord assignment, SystemState loadable) {
        return DeviceAssignment.of(assignment)
                .flatMap(understood -> understood.device().backend())
                .filter(backend -> loadable.domain(backend) != null)
                .isPresent();
    }

    private void say(String what) {
        changes.add(domain.name() + ": " + what);
    }
}
