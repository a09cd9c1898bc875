package qubes.core.vm;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import qubes.core.error.QubesException;
import qubes.core.error.StoragePoolException;
import qubes.core.state.DomainRecord;
import qubes.core.state.VolumeRecord;

/**
 * Where the volumes of one domain are to live, and what they are copies of. Source: spec storage.md
 * §2.1, §2.2.
 */
final class VolumePlan {
    /** What a copy has from the volume it is a copy of, and from its klass. */
    private static final Set<String> FROM_SOURCE =
            Set.of("pool", "vid", "size", "source", "save_on_stop", "snap_on_start");

    private final QubesVM vm;
    private final DomainStorage storage;

    VolumePlan(QubesVM vm, DomainStorage storage) {
        this.vm = vm;
        this.storage = storage;
    }

    /**
     * The volumes of a new domain: those of its klass, and what its template has beyond.
     *
     * @param everywhere pool of the writable volumes that are no snapshots
     * @param byVolume volume name to pool
     */
    Map<String, VolumeRecord> all(Optional<String> everywhere, Map<String, String> byVolume) {
        Map<String, VolumeRecord> planned = new LinkedHashMap<>();
        for (VolumeLayout.Entry entry : vm.traits().volumes().entries()) {
            planned.put(entry.name(), plan(entry, everywhere, byVolume));
        }
        vm.template()
                .map(template -> template.record().volumes())
                .orElse(Map.of())
                .forEach((name, volume) -> planned.computeIfAbsent(name, n -> like(volume)));
        return planned;
    }

    /** A volume that only the template has, under an id of its own. */
    private VolumeRecord like(VolumeRecord volume) {
        String pool =
                volume.text("pool")
                        .or(() -> vm.qubes().pools().defaultFor(volume.name()))
                        .orElseThrow(
                                () ->
                                        new StoragePoolException(
                                                "No default pool for volume "
                                                        + volume.name()
                                                        + ": set default_pool"));
        return volume.with("vid", Optional.of(storage.newVid(pool, volume.name())));
    }

    /** A record with the volumes planned again that are copies of the template's. */
    DomainRecord withSnapshots(DomainRecord record) {
        Map<String, VolumeRecord> planned = new LinkedHashMap<>(record.volumes());
        for (VolumeLayout.Entry entry : vm.traits().volumes().entries()) {
            VolumeRecord had = planned.get(entry.name());
            if (entry.fromTemplate() && had != null) {
                VolumeRecord again = plan(entry, Optional.empty(), Map.of());
                planned.put(entry.name(), withSettingsOf(had, again));
            }
        }
        return record.withVolumes(planned);
    }

    /** What was set for a volume stays when it becomes a copy of another. */
    private static VolumeRecord withSettingsOf(VolumeRecord had, VolumeRecord planned) {
        Map<String, String> attributes = new LinkedHashMap<>(planned.attributes());
        had.attributes()
                .forEach(
                        (attribute, text) -> {
                            if (!FROM_SOURCE.contains(attribute)) {
                                attributes.put(attribute, text);
                            }
                        });
        return VolumeRecord.ordered(attributes);
    }

    private VolumeRecord plan(
            VolumeLayout.Entry entry, Optional<String> everywhere, Map<String, String> byVolume) {
        Optional<String> asked = Optional.ofNullable(byVolume.get(entry.name()));
        Optional<Source> source =
                entry.fromTemplate() ? Optional.of(source(entry.name())) : Optional.empty();
        if (asked.isPresent() && entry.fromTemplate()) {
            throw new QubesException(
                    "Snapshot volume "
                            + entry.name()
                            + " must be in the same pool as its origin ("
                            + entry.name()
                            + " volume of template),cannot move to pool "
                            + asked.get()
                            + " ");
        }
        Optional<VolumeRecord> model =
                vm.traits().volumes().isLikeTemplate()
                        ? vm.template()
                                .map(template -> template.record().volumes().get(entry.name()))
                        : Optional.empty();
        String pool =
                source.flatMap(Source::pool)
                        .or(() -> asked)
                        .or(() -> entry.writable() ? everywhere : Optional.empty())
                        .or(() -> model.flatMap(volume -> volume.text("pool")))
                        .or(() -> vm.qubes().pools().defaultFor(entry.name()))
                        .orElseThrow(
                                () ->
                                        new StoragePoolException(
                                                "No default pool for volume "
                                                        + entry.name()
                                                        + ": set default_pool"));
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("name", entry.name());
        attributes.put("pool", pool);
        attributes.put("vid", vid(pool, entry.name()));
        attributes.put(
                "revisions_to_keep",
                entry.kind().saveOnStop()
                        ? Integer.toString(vm.qubes().pools().open(pool).revisionsToKeep())
                        : "0");
        attributes.put(
                "rw",
                VolumeLayout.flag(model.map(volume -> volume.flag("rw")).orElse(entry.writable())));
        attributes.put("save_on_stop", VolumeLayout.flag(entry.kind().saveOnStop()));
        attributes.put("snap_on_start", VolumeLayout.flag(entry.kind().snapOnStart()));
        String size = source.flatMap(Source::size).orElse(Long.toString(entry.sizeBytes()));
        if (!size.equals("0")) {
            attributes.put("size", size);
        }
        source.flatMap(Source::vid).ifPresent(vid -> attributes.put("source", vid));
        model.flatMap(volume -> volume.text("ephemeral"))
                .ifPresent(text -> attributes.put("ephemeral", text));
        return VolumeRecord.ordered(attributes);
    }

    /** The id of a volume: the one it has, while it stays in its pool. */
    private String vid(String pool, String volume) {
        if (volume.equals("kernel")) {
            return vm.find(QubesVM.KERNEL).orElse("");
        }
        return Optional.ofNullable(vm.record().volumes().get(volume))
                .filter(record -> record.text("pool").equals(Optional.of(pool)))
                .flatMap(record -> record.text("vid"))
                .orElseGet(() -> storage.newVid(pool, volume));
    }

    /** The id of what a volume of the layout is a copy of, where the store does not say. */
    Optional<String> sourceVid(String volume) {
        boolean copy =
                vm.traits().volumes().entries().stream()
                        .anyMatch(entry -> entry.fromTemplate() && entry.name().equals(volume));
        return copy
                ? findSource(volume).filter(source -> !source.isCopy()).flatMap(Source::vid)
                : Optional.empty();
    }

    private Source source(String volume) {
        return findSource(volume)
                .orElseThrow(
                        () ->
                                new StoragePoolException(
                                        "Volume "
                                                + volume
                                                + " of "
                                                + vm
                                                + " is to be a copy of its template's, and "
                                                + vm.template()
                                                        .map(t -> t + " has none")
                                                        .orElse("there is no template")));
    }

    /**
     * The volume that is snapshotted in the end: up the templates, until one that is no snapshot
     * itself.
     */
    private Optional<Source> findSource(String volume) {
        Optional<Source> found = Optional.empty();
        Optional<BaseVM> at = vm.template();
        for (int hops = 0; at.isPresent() && hops < BaseVM.MAX_CHAIN; hops++) {
            VolumeRecord stored = at.get().record().volumes().get(volume);
            if (stored == null) {
                break;
            }
            found =
                    Optional.of(
                            new Source(at.get(), at.get().traits().volumes().completed(stored)));
            if (!found.get().isCopy()) {
                break;
            }
            at = at.get().template();
        }
        return found;
    }

    /** A volume to copy; of a domain whose klass is not installed it is as the store has it. */
    private record Source(BaseVM holder, VolumeRecord stored) {
        boolean isCopy() {
            return stored.flag("snap_on_start");
        }

        Optional<String> size() {
            return stored.text("size");
        }

        Optional<String> pool() {
            return holder instanceof QubesVM managed
                    ? Optional.of(managed.storage().poolOf(stored.name()))
                    : stored.text("pool");
        }

        Optional<String> vid() {
            return holder instanceof QubesVM managed
                    ? Optional.of(managed.storage().spec(stored.name()).vid())
                    : stored.text("vid");
        }
    }
}
