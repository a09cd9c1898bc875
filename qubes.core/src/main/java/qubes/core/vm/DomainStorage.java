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
import qubes.core.plugin.Plugins;
import qubes.core.state.VolumeRecord;
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

    private static final long USUAL_REVISIONS = 1; // of a pool that says nothing of them

    private final QubesVM vm;
    private final VolumePlan plan;
    private final VolumeData data;
    private final VolumeSettings settings;

    DomainStorage(QubesVM vm) {
        this.vm = vm;
        this.plan = new VolumePlan(vm, this);
        this.data = new VolumeData(vm, this);
        this.settings = new VolumeSettings(vm, this);
    }

    /** {@return what changes the volumes' data; never blocks} */
    public VolumeData data() {
        return data;
    }

    /** {@return what can be set of the volumes; never blocks} */
    public VolumeSettings settings() {
        return settings;
    }

    /** {@return names of the volumes, in order; never blocks} */
    public List<String> names() {
        return List.copyOf(vm.record().volumes().keySet());
    }

    /**
     * {@return what a volume is; never blocks}
     *
     * @param volume name of the volume
     */
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

    /**
     * {@return name of the pool a volume is in; never blocks}
     *
     * @param volume name of the volume
     */
    public String poolOf(String volume) {
        return recordOf(volume)
                .text("pool")
                .or(() -> vm.qubes().pools().defaultFor(volume))
                .orElseThrow(
                        () ->
                                new StoragePoolException(
                                        "Volume " + volume + " of " + vm + " names no pool"));
    }

    /**
     * {@return a volume}
     *
     * @param volume name of the volume
     */
    public Volume volume(String volume) {
        return vm.qubes().pools().open(poolOf(volume)).volume(spec(volume));
    }

    /** {@return the folder of the domain's own files} */
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
        Map<String, VolumeRecord> planned = plan.all(everywhere, byVolume);
        vm.context().write(() -> vm.context().update(record -> record.withVolumes(planned)));
    }

    /**
     * Plans again the volumes that are copies of the template's, after the template changed. For
     * handlers of a klass; does nothing for a domain whose volumes are not planned yet, and opens a
     * pool only where the new template's is another.
     */
    public void planSnapshots() {
        vm.context().write(() -> vm.context().update(plan::withSnapshots));
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
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            undo(made, folderIsNew);
            throw e;
        }
    }

    /** Deletes all volumes and the folder; what fails is logged and does not keep the rest. */
    public void remove() {
        for (String name : names()) {
            try {
                Volume volume = volume(name);
                stop(volume);
                volume.remove();
            } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
                tell(name, "removed", e);
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
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
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
            } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
                tell(name, "stopped", e);
            }
        }
    }

    /** {@return the disks for the guest, between {@link #start} and {@link #stop}} */
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

    /**
     * {@return names of the volumes whose source changed since the start; none of a halted domain}
     */
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
        Optional<String> source =
                record.flag("snap_on_start")
                        ? record.text("source").or(() -> plan.sourceVid(record.name()))
                        : Optional.empty();
        VolumeKind kind = VolumeKind.of(source.isPresent(), record.flag("save_on_stop"));
        return new VolumeSpec(
                record.name(),
                kernel ? vm.find(QubesVM.KERNEL).orElse("") : vid(record),
                kind,
                number("size", record.name(), record.text("size"), 0),
                record.flag("rw"),
                source,
                (int) Math.min(revisionsToKeep(record, kind), Integer.MAX_VALUE));
    }

    /** A store that does not say leaves it to the pool, as for a new volume. */
    private long revisionsToKeep(VolumeRecord record, VolumeKind kind) {
        if (record.text("revisions_to_keep").isPresent() || !kind.saveOnStop()) {
            return number("revisions_to_keep", record.name(), record.text("revisions_to_keep"), 0);
        }
        return number(
                "revisions_to_keep",
                record.name(),
                record.text("pool")
                        .or(() -> vm.qubes().pools().defaultFor(record.name()))
                        .flatMap(vm.qubes().pools()::find)
                        .map(pool -> pool.attributes().get("revisions_to_keep")),
                USUAL_REVISIONS);
    }

    private String vid(VolumeRecord record) {
        return record.text("vid").orElseGet(() -> newVid(poolOf(record.name()), record.name()));
    }

    private long number(String attribute, String volume, Optional<String> text, long otherwise) {
        try {
            return text.isEmpty() ? otherwise : Long.parseLong(text.get());
        } catch (NumberFormatException e) {
            throw new StoragePoolException(
                    "Volume "
                            + volume
                            + " of "
                            + vm
                            + " has an unusable "
                            + attribute
                            + ": "
                            + text.get(),
                    e);
        }
    }

    /** The id of a volume that is not there yet. */
    String newVid(String pool, String volume) {
        return vm.qubes().pools().open(pool).newVid(owner(), volume);
    }

    /**
     * A source that is written to directly, because its snapshots are off, cannot be copied while
     * it runs.
     */
    private void refuseWhileSourceRuns(Volume volume) {
        Optional<String> wanted = volume.spec().source();
        Optional<BaseVM> at = wanted.flatMap(vid -> vm.template());
        for (int hops = 0; at.isPresent() && hops < BaseVM.MAX_CHAIN; hops++) {
            if (at.get() instanceof QubesVM source
                    && !source.isHalted()
                    && source.record().volumes().containsKey(volume.spec().name())) {
                VolumeSpec held = source.storage().spec(volume.spec().name());
                if (held.snapshotsDisabled() && wanted.equals(Optional.of(held.vid()))) {
                    throw new QubesVMError("Volume " + held.vid() + " is running");
                }
            }
            at = at.get().template();
        }
    }

    private void stop(Volume volume) {
        try {
            volume.stop();
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            tell(volume.spec().name(), "stopped", e);
        }
    }

    /** What fails where the rest goes on, with the plugin that is to blame if one is. */
    private void tell(String volume, String participle, Throwable error) {
        Plugins plugins = vm.qubes().plugins();
        Optional<String> culprit =
                error instanceof QubesException ? Optional.empty() : plugins.blame(error);
        if (culprit.isEmpty()) {
            vm.log().error("{}: volume {} could not be {}", vm, volume, participle, error);
            return;
        }
        vm.log()
                .error(
                        "{}: volume {} could not be {}: {}",
                        vm,
                        volume,
                        participle,
                        error.toString());
        plugins.failed(culprit.get(), "a volume that is to be " + participle, error);
    }

    private void undo(List<Volume> made, boolean folderIsNew) {
        for (Volume volume : made) {
            try {
                volume.remove();
            } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
                tell(volume.spec().name(), "removed again", e);
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
