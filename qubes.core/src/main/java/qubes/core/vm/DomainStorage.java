package qubes.core.vm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMError;
import qubes.core.error.StoragePoolException;
import qubes.core.event.Lifecycle;
import qubes.core.hypervisor.GuestDisk;
import qubes.core.state.DomainRecord;
import qubes.core.state.VolumeRecord;
import qubes.core.storage.Pool;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeKind;
import qubes.core.storage.VolumeOwner;
import qubes.core.storage.VolumeSpec;

/**
 * The volumes of one domain. Everything but {@link #names} and {@link #spec} blocks on I/O and must
 * not be called under the model lock.
 */
public final class DomainStorage {
    private static final Map<String, String> TARGETS =
            Map.of("root", "xvda", "private", "xvdb", "volatile", "xvdc", "kernel", "xvdd");

    private final QubesVM vm;
    private final VolumeData data;
    private final VolumeSettings settings;

    DomainStorage(QubesVM vm) {
        this.vm = vm;
        this.data = new VolumeData(vm, this);
        this.settings = new VolumeSettings(vm, this);
    }

    /** What changes the volumes' data; never blocks. */
    public VolumeData data() {
        return data;
    }

    /** What can be set of the volumes; never blocks. */
    public VolumeSettings settings() {
        return settings;
    }

    /** Names of the volumes, in order; never blocks. */
    public List<String> names() {
        return List.copyOf(vm.record().volumes().keySet());
    }

    /** What a volume is; never blocks. */
    public VolumeSpec spec(String volume) {
        return spec(recordOf(volume));
    }

    /** What a volume would be with another attribute; never blocks. */
    VolumeSpec specWith(String volume, String attribute, Optional<String> text) {
        return spec(recordOf(volume).with(attribute, text));
    }

    /** Sets an attribute of a volume in the store; never blocks. */
    void put(String volume, String attribute, String text) {
        vm.context()
                .write(
                        () ->
                                vm.context()
                                        .update(
                                                record ->
                                                        record.withVolumes(
                                                                with(
                                                                        record.volumes(),
                                                                        volume,
                                                                        attribute,
                                                                        text))));
    }

    private static Map<String, VolumeRecord> with(
            Map<String, VolumeRecord> all, String volume, String attribute, String text) {
        Map<String, VolumeRecord> changed = new LinkedHashMap<>(all);
        changed.computeIfPresent(
                volume, (name, record) -> record.with(attribute, Optional.of(text)));
        return changed;
    }

    /** Name of the pool a volume is in; never blocks. */
    public String poolOf(String volume) {
        return recordOf(volume)
                .text("pool")
                .or(() -> vm.qubes().pools().defaultFor(volume))
                .orElseThrow(
                        () ->
                                new StoragePoolException(
                                        "Volume " + volume + " of " + vm + " names no pool"));
    }

    /** A volume. */
    public Volume volume(String volume) {
        return vm.qubes().pools().open(poolOf(volume)).volume(spec(volume));
    }

    /** The folder of the domain's own files. */
    public Path directory() {
        return vm.qubes().baseDirectory().resolve(owner().directory()).resolve(vm.name().value());
    }

    /**
     * Decides where the volumes of a new domain live and records it; nothing is made on disk.
     *
     * @param everywhere pool of the writable volumes that are no snapshots
     * @param byVolume volume name to pool
     */
    public void plan(Optional<String> everywhere, Map<String, String> byVolume) {
        Map<String, VolumeRecord> planned = new LinkedHashMap<>();
        for (VolumeLayout.Entry entry : vm.traits().volumes().entries()) {
            planned.put(entry.name(), plan(entry, everywhere, byVolume));
        }
        vm.template()
                .ifPresent(
                        template ->
                                template.record()
                                        .volumes()
                                        .forEach(
                                                (name, volume) -> {
                                                    if (!planned.containsKey(name)) {
                                                        planned.put(
                                                                name,
                                                                volume.with(
                                                                        "vid",
                                                                        Optional.of(
                                                                                newVid(
                                                                                        volume.text(
                                                                                                        "pool")
                                                                                                .orElseThrow(),
                                                                                        name))));
                                                    }
                                                }));
        vm.context().write(() -> vm.context().update(record -> record.withVolumes(planned)));
    }

    /**
     * Plans again the volumes that are copies of the template's, after the template changed. For
     * handlers of a klass; does nothing for a domain whose volumes are not planned yet, and opens a
     * pool only where the new template's is another.
     */
    public void planSnapshots() {
        vm.context().write(() -> vm.context().update(this::withSnapshotsPlanned));
    }

    private DomainRecord withSnapshotsPlanned(DomainRecord record) {
        Map<String, VolumeRecord> planned = new LinkedHashMap<>(record.volumes());
        for (VolumeLayout.Entry entry : vm.traits().volumes().entries()) {
            if (entry.fromTemplate() && planned.containsKey(entry.name())) {
                planned.put(entry.name(), plan(entry, Optional.empty(), Map.of()));
            }
        }
        return record.withVolumes(planned);
    }

    /** Makes the folder and all volumes, or none; what was there already is left alone. */
    public void create() {
        boolean folderIsNew = !Files.exists(directory());
        List<Volume> made = new ArrayList<>();
        try {
            Files.createDirectories(directory());
            if (folderIsNew) {
                Files.setPosixFilePermissions(
                        directory(), PosixFilePermissions.fromString("rwxrwxr-x"));
            }
            for (String name : names()) {
                Volume volume = volume(name);
                volume.create();
                made.add(volume);
            }
        } catch (IOException e) {
            undo(made, folderIsNew);
            throw new StoragePoolException("The folder of " + vm + " could not be made", e);
        } catch (RuntimeException e) {
            undo(made, folderIsNew);
            throw e;
        }
    }

    /** Deletes all volumes and the folder; what fails is logged and does not keep the rest. */
    public void remove() {
        for (String name : names()) {
            try {
                Volume volume = volume(name);
                volume.stop();
                volume.remove();
            } catch (QubesException e) {
                vm.log().error("{}: volume {} could not be removed", vm, name, e);
            }
        }
        removeDirectory();
    }

    /**
     * Refuses unless everything a start needs is there.
     *
     * @throws QubesException naming what is missing
     */
    public void verify() {
        if (!Files.isDirectory(directory())) {
            throw new QubesVMError("VM directory does not exist: " + vm);
        }
        for (String name : names()) {
            volume(name).verify();
        }
        vm.fire(new Lifecycle.VerifyFiles(vm));
    }

    /** Starts all volumes, or none. */
    public void start() {
        List<Volume> started = new ArrayList<>();
        try {
            for (String name : names()) {
                Volume volume = volume(name);
                refuseWhileSourceRuns(volume);
                data.refuseStartWhileCopied(volume);
                started.add(volume);
                volume.start();
            }
        } catch (RuntimeException e) {
            for (Volume volume : started) {
                stop(volume);
            }
            throw e;
        }
    }

    /** Stops all volumes; what fails is logged and does not keep the rest. */
    public void stop() {
        for (String name : names()) {
            try {
                stop(volume(name));
            } catch (QubesException e) {
                vm.log().error("{}: volume {} could not be stopped", vm, name, e);
            }
        }
    }

    /** The disks for the guest, between {@link #start} and {@link #stop}. */
    public List<GuestDisk> disks() {
        List<GuestDisk> disks = new ArrayList<>();
        char next = 'e';
        for (String name : names()) {
            var block = volume(name).block();
            if (block.isPresent()) {
                String target = TARGETS.get(name);
                disks.add(
                        new GuestDisk(name, block.get(), target == null ? "xvd" + next++ : target));
            }
        }
        return disks;
    }

    /** Names of the volumes whose source changed since the start; none of a halted domain. */
    public List<String> outdated() {
        return vm.isHalted()
                ? List.of()
                : names().stream().filter(name -> volume(name).outdated()).toList();
    }

    private VolumeOwner owner() {
        return new VolumeOwner(vm.name(), vm.volumeDirectory());
    }

    private VolumeRecord recordOf(String volume) {
        VolumeRecord record = vm.record().volumes().get(volume);
        if (record == null) {
            throw new StoragePoolException(vm + " has no volume " + volume);
        }
        return vm.traits().volumes().completed(record);
    }

    private VolumeSpec spec(VolumeRecord record) {
        boolean kernel = record.name().equals("kernel");
        VolumeKind kind =
                VolumeKind.of(
                        record.flag("snap_on_start") && record.text("source").isPresent(),
                        record.flag("save_on_stop"));
        return new VolumeSpec(
                record.name(),
                kernel ? vm.find(QubesVM.KERNEL).orElse("") : vid(record),
                kind,
                number(record, "size"),
                record.flag("rw"),
                kind.snapOnStart() ? record.text("source") : Optional.empty(),
                (int) Math.min(number(record, "revisions_to_keep"), Integer.MAX_VALUE));
    }

    private String vid(VolumeRecord record) {
        return record.text("vid").orElseGet(() -> newVid(poolOf(record.name()), record.name()));
    }

    private long number(VolumeRecord record, String attribute) {
        String text = record.text(attribute).orElse("0");
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new StoragePoolException(
                    "Volume "
                            + record.name()
                            + " of "
                            + vm
                            + " has an unusable "
                            + attribute
                            + ": "
                            + text,
                    e);
        }
    }

    private VolumeRecord plan(
            VolumeLayout.Entry entry, Optional<String> everywhere, Map<String, String> byVolume) {
        Optional<String> asked = Optional.ofNullable(byVolume.get(entry.name()));
        Optional<VolumeRecord> source =
                entry.fromTemplate() ? source(entry.name()) : Optional.empty();
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
                source.flatMap(volume -> volume.text("pool"))
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
                entry.kind().saveOnStop() ? Integer.toString(open(pool).revisionsToKeep()) : "0");
        attributes.put(
                "rw",
                VolumeLayout.flag(model.map(volume -> volume.flag("rw")).orElse(entry.writable())));
        attributes.put("save_on_stop", VolumeLayout.flag(entry.kind().saveOnStop()));
        attributes.put("snap_on_start", VolumeLayout.flag(entry.kind().snapOnStart()));
        String size =
                source.flatMap(volume -> volume.text("size"))
                        .orElse(Long.toString(entry.sizeBytes()));
        if (!size.equals("0")) {
            attributes.put("size", size);
        }
        source.flatMap(volume -> volume.text("vid"))
                .ifPresent(vid -> attributes.put("source", vid));
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
                .orElseGet(() -> newVid(pool, volume));
    }

    /**
     * The volume that is snapshotted in the end: up the templates, until one that is no snapshot
     * itself.
     */
    private Optional<VolumeRecord> source(String volume) {
        Optional<VolumeRecord> found = Optional.empty();
        Optional<BaseVM> at = vm.template();
        for (int hops = 0; at.isPresent() && hops < BaseVM.MAX_CHAIN; hops++) {
            VolumeRecord record = at.get().record().volumes().get(volume);
            if (record == null) {
                break;
            }
            found = Optional.of(record);
            if (record.text("source").isEmpty()) {
                break;
            }
            at = at.get().template();
        }
        if (found.isEmpty()) {
            throw new StoragePoolException(
                    "Volume "
                            + volume
                            + " of "
                            + vm
                            + " is to be a copy of its template's, and "
                            + vm.template()
                                    .map(t -> t + " has none")
                                    .orElse("there is no template"));
        }
        return found;
    }

    private Pool open(String pool) {
        return vm.qubes().pools().open(pool);
    }

    private String newVid(String pool, String volume) {
        return open(pool).newVid(owner(), volume);
    }

    /**
     * A source that is written to directly, because its snapshots are off, cannot be copied while
     * it runs.
     */
    private void refuseWhileSourceRuns(Volume volume) {
        if (volume.spec().source().isEmpty()) {
            return;
        }
        Optional<BaseVM> template = vm.template();
        if (template.isPresent()
                && template.get() instanceof QubesVM source
                && !source.isHalted()) {
            VolumeRecord record = source.record().volumes().get(volume.spec().name());
            if (record != null && source.storage().spec(record.name()).snapshotsDisabled()) {
                throw new QubesVMError("Volume " + volume.spec().source().get() + " is running");
            }
        }
    }

    private void stop(Volume volume) {
        try {
            volume.stop();
        } catch (QubesException e) {
            vm.log().error("{}: volume {} could not be stopped", vm, volume.spec().name(), e);
        }
    }

    private void undo(List<Volume> made, boolean folderIsNew) {
        for (Volume volume : made) {
            try {
                volume.remove();
            } catch (QubesException e) {
                vm.log()
                        .error(
                                "{}: volume {} could not be removed again",
                                vm,
                                volume.spec().name(),
                                e);
            }
        }
        if (folderIsNew) {
            removeDirectory();
        }
    }

    private void removeDirectory() {
        if (!Files.exists(directory())) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory())) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            vm.log().error("{}: its folder could not be removed", vm, e);
        }
    }
}
