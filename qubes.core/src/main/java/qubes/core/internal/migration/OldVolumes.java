package qubes.core.internal.migration;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import qubes.core.state.DomainRecord;
import qubes.core.state.SystemState;
import qubes.core.state.VolumeRecord;

/** Volumes as older stores describe them. */
final class OldVolumes {
    private static final String INTERNAL = "internal";
    private static final String SNAPSHOT = "snap_on_start";

    private OldVolumes() {}

    /** The attribute {@code internal} means nothing any more. */
    static DomainRecord internal(DomainRecord domain, SystemState all, Notes notes) {
        return changed(
                domain,
                volume -> volume.text(INTERNAL).isPresent(),
                INTERNAL,
                Optional.empty(),
                notes);
    }

    /** A kernel is no snapshot of anything. */
    static DomainRecord kernelWithoutSource(DomainRecord domain, SystemState all, Notes notes) {
        return changed(
                domain,
                volume ->
                        volume.name().equals("kernel")
                                && volume.flag(SNAPSHOT)
                                && volume.text("source").orElse("").isEmpty(),
                SNAPSHOT,
                Optional.of("False"),
                notes);
    }

    private static DomainRecord changed(
            DomainRecord domain,
            Predicate<VolumeRecord> which,
            String attribute,
            Optional<String> value,
            Notes notes) {
        if (domain.volumes().values().stream().noneMatch(which)) {
            return domain;
        }
        Map<String, VolumeRecord> all = new LinkedHashMap<>(domain.volumes());
        all.replaceAll(
                (name, volume) -> {
                    if (!which.test(volume)) {
                        return volume;
                    }
                    notes.changed(
                            domain.name()
                                    + ": Volume "
                                    + name
                                    + ": "
                                    + attribute
                                    + value.map(text -> " became " + text).orElse(" was removed"));
                    return volume.with(attribute, value);
                });
        return domain.withVolumes(all);
    }
}
