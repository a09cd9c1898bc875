package qubes.storage.file;

import static qubes.storage.file.DurableFiles.OWNER_ONLY;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.QubesNotImplementedError;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.BlockSource;
import qubes.core.storage.Revision;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeKind;
import qubes.core.storage.VolumeSpec;

/**
 * A volume of a {@code file-reflink} pool. The guest writes to the dirty image; a commit makes that
 * the clean one.
 */
final class ReflinkVolume implements Volume {
    private static final Logger log = LoggerFactory.getLogger(ReflinkVolume.class);

    private final VolumeSpec spec;
    private final ImageDirectory directory;
    private final ImageCopy copy;
    private final DiskUsage usage;
    private final LoopDevices loops;
    private final Path stem;
    private final ReflinkImages images;
    private final Optional<ReflinkImages> source;
    private volatile long sizeWithoutImage; // of a volume that has no image while it is stopped

    ReflinkVolume(
            VolumeSpec spec,
            ImageDirectory directory,
            ImageCopy copy,
            DiskUsage usage,
            LoopDevices loops) {
        this.spec = spec;
        this.directory = directory;
        this.copy = copy;
        this.usage = usage;
        this.loops = loops;
        this.stem = directory.stem(spec.vid());
        this.images = new ReflinkImages(stem);
        this.source = spec.source().map(vid -> new ReflinkImages(directory.stem(vid)));
        this.sizeWithoutImage = spec.sizeBytes();
    }

    @Override
    public VolumeSpec spec() {
        return spec;
    }

    @Override
    public void create() {
        change(
                "Creation",
                () -> {
                    deleteAll();
                    if (spec.kind() == VolumeKind.ORIGIN) {
                        DurableFiles.replaceBySparse(images.clean(), OWNER_ONLY, spec.sizeBytes());
                        preparePrecache();
                    }
                });
    }

    @Override
    public void remove() {
        change(
                "Removal",
                () -> {
                    deleteAll();
                    directory.dropEmptyFolder(stem);
                });
    }

    @Override
    public void start() {
        change(
                "Start",
                () -> {
                    for (Path leftover : images.leftovers()) {
                        DurableFiles.delete(leftover);
                    }
                    if (dirtyNow()) {
                        log.info(
                                "Volume {} was not stopped cleanly: what was written to it is kept",
                                spec.vid());
                    } else if (spec.snapshotsDisabled()) {
                        startOnCommitted();
                    } else if (source.isPresent()) {
                        startFrom(source.get());
                    } else if (spec.kind().saveOnStop()) {
                        startOnCopy();
                    } else {
                        DurableFiles.replaceBySparse(images.dirty(), OWNER_ONLY, sizeWithoutImage);
                    }
                });
    }

    private void startOnCommitted() throws IOException {
        prune(0);
        DurableFiles.delete(images.precache());
        DurableFiles.rename(present(images.clean(), spec.vid()), images.dirty());
    }

    private void startFrom(ReflinkImages original) throws IOException {
        present(original.clean(), spec.source().orElseThrow());
        DurableFiles.delete(images.clean());
        DurableFiles.link(original.clean(), images.clean());
        copy.copy(images.clean(), images.dirty(), OWNER_ONLY, OptionalLong.empty(), false);
    }

    private void startOnCopy() throws IOException {
        present(images.clean(), spec.vid());
        images.dropStalePrecache();
        if (Files.exists(images.precache())) {
            DurableFiles.rename(images.precache(), images.dirty());
        } else {
            copy.copy(images.clean(), images.dirty(), OWNER_ONLY, OptionalLong.empty(), false);
        }
    }

    @Override
    public void stop() {
        change(
                "Stop",
                () -> {
                    if (spec.kind().saveOnStop()) {
                        if (!dirtyNow()) {
                            return;
                        }
                        if (spec.snapshotsDisabled()) {
                            DurableFiles.sync(images.dirty());
                            DurableFiles.rename(images.dirty(), images.clean());
                        } else {
                            commit(images.dirty());
                        }
                        return;
                    }
                    if (source.isEmpty() && dirtyImage()) {
                        sizeWithoutImage = Files.size(images.dirty());
                    }
                    DurableFiles.delete(images.dirty());
                    DurableFiles.delete(images.clean());
                });
    }

    /**
     * Makes an image the committed one. Until the rename nothing is lost: a failure leaves both
     * images there.
     */
    private void commit(Path image) throws IOException {
        int keep = Math.max(spec.revisionsToKeep(), 0);
        if (keep > 0 && Files.exists(images.clean())) {
            copy.copy(
                    images.clean(), images.nextRevision(), OWNER_ONLY, OptionalLong.empty(), false);
        }
        prune(keep);
        DurableFiles.sync(image);
        DurableFiles.delete(images.precache());
        DurableFiles.rename(image, images.clean());
        preparePrecache();
    }

    private void prune(int keep) throws IOException {
        TreeMap<Integer, Path> revisions = images.revisions();
        while (revisions.size() > keep) {
            DurableFiles.delete(revisions.pollFirstEntry().getValue());
        }
    }

    /** The precache only saves time at the next start, so a volume without is complete. */
    private void preparePrecache() throws IOException {
        DurableFiles.delete(images.precache());
        if (spec.snapshotsDisabled()) {
            return;
        }
        try {
            copy.copy(images.clean(), images.precache(), OWNER_ONLY, OptionalLong.empty(), true);
        } catch (IOException e) {
            log.warn(
                    "Volume {} is committed, but its next start has to copy it: {}",
                    spec.vid(),
                    e.getMessage());
        }
    }

    @Override
    public void revert(String revision) {
        change(
                "Revert",
                () -> {
                    if (dirtyNow()) {
                        throw new StoragePoolException(
                                "Cannot revert: " + spec.vid() + " is not cleanly stopped");
                    }
                    Path wanted = revisionFile(revision);
                    if (spec.revisionsToKeep() > 0) {
                        copy.copy(
                                images.clean(),
                                images.nextRevision(),
                                OWNER_ONLY,
                                OptionalLong.empty(),
                                false);
                    }
                    DurableFiles.delete(images.precache());
                    DurableFiles.rename(wanted, images.clean());
                    preparePrecache();
                });
    }

    private Path revisionFile(String revision) throws IOException {
        TreeMap<Integer, Path> revisions = images.revisions();
        for (Map.Entry<Integer, Path> known : revisions.entrySet()) {
            if (known.getKey().toString().equals(revision)) {
                return known.getValue();
            }
        }
        throw new StoragePoolException(
                "Volume "
                        + spec.vid()
                        + " has no revision '"
                        + revision
                        + "', it has "
                        + revisions.keySet());
    }

    @Override
    public void resize(long bytes) {
        change(
                "Resize",
                () -> {
                    if (!spec.writable()) {
                        throw new StoragePoolException(
                                "Cannot resize: " + spec.vid() + " is read-only");
                    }
                    if (dirtyImage()) {
                        DurableFiles.setLength(images.dirty(), bytes);
                        loops.followSize(images.dirty());
                    } else if (spec.kind().saveOnStop()) {
                        present(images.clean(), spec.vid());
                        copy.copy(
                                images.clean(),
                                images.clean(),
                                OWNER_ONLY,
                                OptionalLong.of(bytes),
                                false);
                        preparePrecache();
                    }
                    sizeWithoutImage = bytes;
                });
    }

    @Override
    public Path importData(long bytes) {
        return compute(
                "Import",
                () -> {
                    refuseImportUnlessStopped();
                    DurableFiles.replaceBySparse(images.importing(), OWNER_ONLY, bytes);
                    return images.importing();
                });
    }

    @Override
    public void importDataEnd(boolean success) {
        change(
                "End of import",
                () -> {
                    if (!Files.exists(images.importing())) {
                        throw new StoragePoolException(
                                "No import operation in progress on " + spec.vid());
                    }
                    if (success) {
                        refuseImportUnlessStopped();
                        commit(images.importing());
                    } else {
                        DurableFiles.delete(images.importing());
                    }
                });
    }

    @Override
    public void importVolume(Volume from) {
        if (!spec.kind().saveOnStop()) {
            return;
        }
        Path data = from.export(); // before this volume's lock: the other may have one too
        try {
            change(
                    "Import",
                    () -> {
                        refuseImportUnlessStopped();
                        try {
                            copy.copy(
                                    data,
                                    images.importing(),
                                    OWNER_ONLY,
                                    OptionalLong.empty(),
                                    false);
                            commit(images.importing());
                        } finally {
                            DurableFiles.delete(images.importing());
                        }
                    });
        } finally {
            from.exportEnd(data);
        }
    }

    private void refuseImportUnlessStopped() throws IOException {
        if (!spec.kind().saveOnStop()) {
            throw new StoragePoolException(
                    "Cannot import data to volume " + spec.vid() + ": it does not keep data");
        }
        if (dirtyNow()) {
            throw new StoragePoolException(
                    "Cannot import data to dirty volume " + spec.vid() + ", stop the qube first");
        }
    }

    @Override
    public Path export() {
        if (!spec.kind().saveOnStop()) {
            throw new QubesNotImplementedError(
                    "Cannot export volume " + spec.vid() + ": it does not keep data");
        }
        return ImageDirectory.reading(
                spec.vid(), "Export", () -> present(images.clean(), spec.vid()));
    }

    @Override
    public void verify() {
        boolean missing =
                source.map(original -> !Files.exists(original.clean()))
                        .orElseGet(
                                () ->
                                        spec.kind().saveOnStop()
                                                && !Files.exists(images.clean())
                                                && !dirtyImage());
        if (missing) {
            throw missing(source.isPresent() ? spec.source().orElseThrow() : spec.vid());
        }
    }

    @Override
    public Optional<BlockSource> block() {
        return Optional.of(new BlockSource(images.dirty(), "raw", false, spec.writable()));
    }

    @Override
    public Optional<Path> path() {
        return Optional.of(images.dirty());
    }

    @Override
    public long sizeBytes() {
        return ImageDirectory.reading(
                spec.vid(),
                "Size",
                () -> {
                    for (Path image : List.of(images.dirty(), images.clean())) {
                        try {
                            return Files.size(image);
                        } catch (NoSuchFileException e) {
                            log.trace("Volume {} has no such image now", spec.vid(), e);
                        }
                    }
                    return sizeWithoutImage;
                });
    }

    @Override
    public long usageBytes() {
        return ImageDirectory.reading(
                spec.vid(),
                "Usage",
                () -> usage.of(dirtyImage() ? images.dirty() : images.clean()));
    }

    @Override
    public boolean dirty() {
        return dirtyNow();
    }

    @Override
    public boolean outdated() {
        return ImageDirectory.reading(
                spec.vid(),
                "Comparison",
                () -> {
                    if (source.isEmpty() || !Files.exists(images.clean())) {
                        return false;
                    }
                    Path original = source.get().clean();
                    return !Files.exists(original) || !Files.isSameFile(original, images.clean());
                });
    }

    @Override
    public List<Revision> revisions() {
        return ImageDirectory.reading(
                spec.vid(),
                "Listing of revisions",
                () -> {
                    List<Revision> list = new ArrayList<>();
                    images.revisions()
                            .forEach(
                                    (number, file) ->
                                            list.add(
                                                    new Revision(
                                                            number.toString(),
                                                            images.created(file))));
                    return list;
                });
    }

    private boolean dirtyNow() {
        return spec.kind().saveOnStop() && dirtyImage();
    }

    private boolean dirtyImage() {
        return Files.exists(images.dirty());
    }

    private void deleteAll() throws IOException {
        for (Path file : images.all()) {
            DurableFiles.delete(file);
        }
    }

    private Path present(Path image, String vid) {
        if (!Files.exists(image)) {
            throw missing(vid);
        }
        return image;
    }

    private StoragePoolException missing(String vid) {
        return new StoragePoolException(
                "The image of volume " + vid + " is missing from pool " + directory.pool());
    }

    private void change(String what, ImageDirectory.Step step) {
        directory.change(spec.vid(), what, step);
    }

    private <T> T compute(String what, ImageDirectory.Work<T> work) {
        return directory.exclusively(spec.vid(), what, work);
    }
}
