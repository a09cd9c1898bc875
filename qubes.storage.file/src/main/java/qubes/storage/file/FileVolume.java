package qubes.storage.file;

import static qubes.storage.file.DurableFiles.GROUP_WRITABLE;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import qubes.core.error.QubesNotImplementedError;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.BlockSource;
import qubes.core.storage.Revision;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeKind;
import qubes.core.storage.VolumeSpec;

/** A volume of a {@code file} pool. */
final class FileVolume implements Volume {
    static final int MOST_REVISIONS = 1;

    private final VolumeSpec spec;
    private final ImageDirectory directory;
    private final CopyOnWrite sessions;
    private final ImageCopy copy;
    private final DiskUsage usage;
    private final Map<String, Integer> exported;
    private final FileImages images;
    private final Optional<FileImages> source;
    private volatile long sizeWithoutImage; // of a volume that has no image while it is stopped

    FileVolume(
            VolumeSpec spec,
            ImageDirectory directory,
            CopyOnWrite sessions,
            ImageCopy copy,
            DiskUsage usage,
            Map<String, Integer> exported) {
        this.spec = spec;
        this.directory = directory;
        this.sessions = sessions;
        this.copy = copy;
        this.usage = usage;
        this.exported = exported;
        this.images = new FileImages(directory.stem(spec.vid()));
        this.source = spec.source().map(vid -> new FileImages(directory.stem(vid)));
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
                    if (source.isPresent()) {
                        return;
                    }
                    if (spec.sizeBytes() == 0) {
                        throw new StoragePoolException(
                                "Volume " + spec.vid() + " cannot be created without a size");
                    }
                    if (images.exists()) {
                        throw new FileAlreadyExistsException(images.image().toString());
                    }
                    DurableFiles.replaceBySparse(images.image(), GROUP_WRITABLE, spec.sizeBytes());
                });
    }

    @Override
    public void remove() {
        change(
                "Removal",
                () -> {
                    // Whoever copies it meanwhile has it open, or fails and changes nothing.
                    for (Path file : images.all()) {
                        DurableFiles.delete(file);
                    }
                    directory.dropEmptyFolder(images.stem());
                });
    }

    @Override
    public void start() {
        if (spec.source().isPresent()) {
            // The source must neither start nor commit meanwhile. Sources are never snapshots: no
            // circle of locks.
            directory.change(
                    spec.source().get(),
                    "Start of " + spec.vid() + " from its source",
                    () -> change("Start", this::startLocked));
        } else {
            change("Start", this::startLocked);
        }
    }

    private void startLocked() throws IOException {
        if (exported.containsKey(spec.vid())) {
            throw new StoragePoolException("file pool cannot start a VM with an exported volume");
        }
        if (source.isPresent()) {
            present(source.get(), spec.source().orElseThrow());
            sessions.startSnapshot(images, source.get());
        } else if (spec.kind() == VolumeKind.VOLATILE) {
            DurableFiles.replaceBySparse(images.image(), GROUP_WRITABLE, sizeWithoutImage);
        } else {
            present(images, spec.vid());
            DurableFiles.delete(images.importing()); // what comes of it would undo this session
            if (hasSessions()) {
                sessions.startOrigin(images);
            } else {
                startOnImage();
            }
        }
    }

    private void startOnImage() throws IOException {
        if (sessions.dirty(images)) {
            sessions.commit(
                    images, false); // of a session from before the volume was told to have none
        }
        DurableFiles.delete(images.cow());
        if (spec.writable()) {
            ownImage(Files.size(images.image()));
        }
    }

    /** Gives the volume an image of {@code bytes} that no started snapshot reads from. */
    private void ownImage(long bytes) throws IOException {
        if ((Integer) Files.getAttribute(images.image(), "unix:nlink") > 1) {
            copy.copy(
                    images.image(), images.image(), GROUP_WRITABLE, OptionalLong.of(bytes), false);
        } else if (Files.size(images.image()) != bytes) {
            DurableFiles.setLength(images.image(), bytes);
        }
    }

    @Override
    public void stop() {
        change(
                "Stop",
                () -> {
                    if (source.isPresent()) {
                        sessions.dropSnapshot(images, source.get());
                    } else if (spec.kind() == VolumeKind.VOLATILE) {
                        if (images.exists()) {
                            sizeWithoutImage = Files.size(images.image());
                        }
                        DurableFiles.delete(images.image());
                    } else if (hasSessions()) {
                        sessions.commit(images, spec.revisionsToKeep() != 0);
                    }
                });
    }

    @Override
    public void resize(long bytes) {
        change(
                "Resize",
                () -> {
                    if (!spec.writable()) {
                        throw new StoragePoolException(
                                "Can not resize readonly volume " + spec.vid());
                    }
                    if (source.isPresent()) {
                        throw new StoragePoolException(
                                "Cannot resize volume based on a template - resizethe template instead");
                    }
                    if (hasSessions()) {
                        present(images, spec.vid());
                        sessions.resize(images, bytes);
                    } else if (images.exists()) {
                        ownImage(bytes);
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
                    DurableFiles.replaceBySparse(images.importing(), GROUP_WRITABLE, bytes);
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
                        DurableFiles.sync(images.importing());
                        DurableFiles.rename(images.importing(), images.image());
                    } else {
                        DurableFiles.delete(images.importing());
                    }
                });
    }

    @Override
    public void importVolume(Volume from) {
        if (from.spec().kind().snapOnStart()) {
            throw new StoragePoolException(
                    "Cannot import volume "
                            + from.spec().vid()
                            + " to "
                            + spec.vid()
                            + ": it is a snapshot; import its source instead");
        }
        if (!spec.kind().saveOnStop()) {
            return;
        }
        Path data = from.export(); // before this volume's lock: the other may have one too
        try {
            change(
                    "Import",
                    () -> {
                        refuseImportUnlessStopped();
                        copy.copy(
                                data, images.image(), GROUP_WRITABLE, OptionalLong.empty(), false);
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
        if (exported.containsKey(spec.vid())) {
            throw new StoragePoolException(
                    "Cannot import data to volume " + spec.vid() + ": it is being exported");
        }
        if (sessions.running(images) || sessions.dirty(images)) {
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
        return compute(
                "Export",
                () -> {
                    present(images, spec.vid());
                    if (sessions.running(images)) {
                        throw new StoragePoolException("file pool cannot export running volumes");
                    }
                    if (sessions.dirty(images)) {
                        throw new StoragePoolException("file pool cannot export dirty volumes");
                    }
                    exported.merge(spec.vid(), 1, Integer::sum);
                    return images.image();
                });
    }

    @Override
    public void exportEnd(Path path) {
        exported.computeIfPresent(spec.vid(), (vid, readers) -> readers == 1 ? null : readers - 1);
    }

    @Override
    public void verify() {
        Path image = source.orElse(images).image();
        if (spec.kind() != VolumeKind.VOLATILE && !Files.exists(image)) {
            throw new StoragePoolException("Missing image file: " + image + ".");
        }
    }

    @Override
    public Optional<BlockSource> block() {
        return ImageDirectory.reading(
                spec.vid(),
                "Disk",
                () -> {
                    Optional<BlockSource> disk;
                    if (source.isPresent()) {
                        disk = sessions.snapshotDisk(images, source.get());
                    } else if (hasSessions()) {
                        disk = sessions.originDisk(images);
                    } else {
                        disk =
                                Optional.of(
                                        new BlockSource(
                                                images.image(), "raw", false, spec.writable()));
                    }
                    return disk.map(
                            d ->
                                    new BlockSource(
                                            d.path(),
                                            d.format(),
                                            d.blockDevice(),
                                            spec.writable()));
                });
    }

    @Override
    public Optional<Path> path() {
        return Optional.of(source.isPresent() ? images.cow() : images.image());
    }

    @Override
    public long sizeBytes() {
        return ImageDirectory.reading(
                spec.vid(),
                "Size",
                () -> {
                    try {
                        return Files.size(source.orElse(images).image());
                    } catch (NoSuchFileException notStarted) {
                        return sizeWithoutImage;
                    }
                });
    }

    @Override
    public long usageBytes() {
        return ImageDirectory.reading(
                spec.vid(),
                "Usage",
                () -> {
                    long session = spec.kind() == VolumeKind.VOLATILE ? 0 : usage.of(images.cow());
                    return session + (source.isPresent() ? 0 : usage.of(images.image()));
                });
    }

    @Override
    public boolean dirty() {
        return ImageDirectory.reading(
                spec.vid(), "Look at", () -> spec.kind().saveOnStop() && sessions.dirty(images));
    }

    @Override
    public List<Revision> revisions() {
        return ImageDirectory.reading(
                spec.vid(),
                "Listing of revisions",
                () -> {
                    if (!Files.exists(images.oldCow())) {
                        return List.of();
                    }
                    FileTime changed = (FileTime) Files.getAttribute(images.oldCow(), "unix:ctime");
                    return List.of(new Revision("old", changed.toInstant()));
                });
    }

    /**
     * True if the guest's writes are kept apart until the stop; else it writes to the image, or not
     * at all.
     */
    private boolean hasSessions() {
        return spec.kind() == VolumeKind.ORIGIN && spec.writable() && !spec.snapshotsDisabled();
    }

    private void present(FileImages of, String vid) {
        if (!of.exists()) {
            throw new StoragePoolException(
                    "The image of volume " + vid + " is missing from pool " + directory.pool());
        }
    }

    private void change(String what, ImageDirectory.Step step) {
        directory.change(spec.vid(), what, step);
    }

    private <T> T compute(String what, ImageDirectory.Work<T> work) {
        return directory.exclusively(spec.vid(), what, work);
    }
}
