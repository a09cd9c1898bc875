package qubes.storage.lvm;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import qubes.core.error.QubesNotImplementedError;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.BlockSource;
import qubes.core.storage.Revision;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeKind;
import qubes.core.storage.VolumeSpec;

/**
 * A volume that is a thin logical volume; the guest writes to a snapshot of it, which a commit puts
 * in its place.
 */
final class LvmVolume implements Volume {
    private static final Pattern REVISION = Pattern.compile("(\\d+)-back");

    private final VolumeSpec spec;
    private final ThinPool pool;
    private final ReentrantLock lock;
    private final String vid;
    private final String live;
    private final String importing;
    private volatile long sizeWithoutVolume; // of a volume that does not exist while it is stopped

    LvmVolume(VolumeSpec spec, ThinPool pool, ReentrantLock lock) {
        this.spec = spec;
        this.pool = pool;
        this.lock = lock;
        this.vid = spec.vid();
        this.live = vid + "-snap";
        this.importing = vid + "-import";
        this.sizeWithoutVolume = spec.sizeBytes();
    }

    @Override
    public VolumeSpec spec() {
        return spec;
    }

    @Override
    public void create() {
        exclusively(
                () -> {
                    if (spec.kind() == VolumeKind.ORIGIN) {
                        pool.create(vid, spec.sizeBytes());
                    }
                });
    }

    @Override
    public void remove() {
        exclusively(
                () -> {
                    pool.remove(live);
                    pool.remove(importing);
                    for (Revision revision : revisions()) {
                        pool.remove(vid + "-" + revision.id());
                    }
                    pool.remove(vid);
                });
    }

    @Override
    public void start() {
        exclusively(
                () -> {
                    if (pool.has(importing)) {
                        throw new StoragePoolException("Import operation in progress on " + vid);
                    }
                    if (spec.kind() == VolumeKind.VOLATILE) {
                        pool.remove(vid);
                        pool.create(vid, sizeWithoutVolume);
                        return;
                    }
                    String origin = spec.source().map(this::current).orElseGet(() -> current(vid));
                    requirePresent(origin);
                    if (dirty()) {
                        pool.activate(origin);
                        pool.activate(live);
                    } else if (spec.snapshotsDisabled()) {
                        for (Revision revision : revisions()) {
                            pool.remove(vid + "-" + revision.id());
                        }
                        pool.activate(origin);
                    } else {
                        pool.remove(live);
                        pool.snapshot(origin, live);
                    }
                });
    }

    @Override
    public void stop() {
        exclusively(
                () -> {
                    switch (spec.kind()) {
                        case ORIGIN -> {
                            if (!spec.snapshotsDisabled()) {
                                commit(live);
                            }
                        }
                        case SNAPSHOT -> pool.remove(live);
                        case VOLATILE -> {
                            pool.find(vid)
                                    .ifPresent(volume -> sizeWithoutVolume = volume.sizeBytes());
                            pool.remove(vid);
                        }
                        case ORIGIN_SNAPSHOT ->
                                throw new IllegalStateException("refused by the pool");
                    }
                });
    }

    /** Puts {@code volume} in the place of the committed one, which becomes the newest revision. */
    private void commit(String volume) {
        if (!pool.has(volume)) {
            return;
        }
        if (pool.has(vid)) {
            pool.rename(vid, newRevision());
        }
        pool.rename(volume, vid);
        List<Revision> revisions = revisions();
        int tooMany = revisions.size() - Math.max(spec.revisionsToKeep(), 0);
        for (Revision revision : revisions.subList(0, Math.max(tooMany, 0))) {
            pool.remove(vid + "-" + revision.id());
        }
    }

    private String newRevision() {
        long second = pool.now();
        while (pool.has(vid + "-" + second + "-back")) {
            second++; // the second commit within a second
        }
        return vid + "-" + second + "-back";
    }

    @Override
    public void revert(String revision) {
        exclusively(
                () -> {
                    if (dirty()) {
                        throw new StoragePoolException(
                                "Cannot revert dirty volume " + vid + ", stop the qube first");
                    }
                    String wanted = vid + "-" + revision;
                    if (revisions().stream().noneMatch(known -> known.id().equals(revision))) {
                        throw new StoragePoolException("Volume " + vid + " has no /dev/" + wanted);
                    }
                    if (pool.has(importing)) {
                        throw new StoragePoolException("Import operation in progress on " + vid);
                    }
                    // the copy first: LVM may refuse it, in a full pool for one
                    pool.snapshot(wanted, importing);
                    try {
                        pool.remove(vid);
                    } catch (StoragePoolException e) {
                        pool.remove(importing);
                        throw e;
                    }
                    pool.rename(importing, vid);
                });
    }

    @Override
    public void resize(long bytes) {
        exclusively(
                () -> {
                    if (!spec.writable()) {
                        throw new StoragePoolException("Can not resize readonly volume " + vid);
                    }
                    if (bytes == sizeBytes()) {
                        return;
                    }
                    Optional<String> target =
                            pool.has(live) || !pool.has(importing)
                                    ? holder()
                                    : Optional.of(importing);
                    target.ifPresent(volume -> pool.resize(volume, bytes));
                    sizeWithoutVolume = bytes;
                });
    }

    /** The logical volume that the guest has or would get: its size is the volume's. */
    private Optional<String> holder() {
        return Optional.of(pool.has(live) ? live : current(vid)).filter(pool::has);
    }

    @Override
    public Path importData(long bytes) {
        return exclusively(
                () -> {
                    refuseImportUnlessStopped(
                            "Cannot import data to dirty volume " + vid + ", stop the qube first");
                    pool.remove(importing); // of an import whose end the daemon did not live to see
                    pool.create(importing, bytes);
                    return Path.of("/dev/" + importing);
                });
    }

    @Override
    public void importDataEnd(boolean success) {
        exclusively(
                () -> {
                    if (!pool.has(importing)) {
                        throw new StoragePoolException("No import operation in progress on " + vid);
                    }
                    if (success) {
                        commit(importing);
                    } else {
                        pool.remove(importing);
                    }
                });
    }

    @Override
    public void importVolume(Volume from) {
        if (!from.spec().kind().saveOnStop() || !spec.kind().saveOnStop()) {
            return;
        }
        String refusal =
                "Cannot import to dirty volume " + vid + " - start and stop a qube to cleanup";
        if (from instanceof LvmVolume near && near.pool.fullName().equals(pool.fullName())) {
            exclusively(
                    () -> {
                        refuseImportUnlessStopped(refusal);
                        String data = current(near.vid);
                        requirePresent(data);
                        pool.remove(importing);
                        pool.snapshot(data, importing); // may be refused: nothing has changed then
                        commit(importing);
                    });
            return;
        }
        Path data = from.export(); // before this volume's lock: the other may have one too
        try {
            exclusively(
                    () -> {
                        refuseImportUnlessStopped(refusal);
                        pool.remove(importing);
                        pool.create(importing, from.sizeBytes());
                        try {
                            pool.copy(data, importing);
                        } catch (StoragePoolException e) {
                            pool.remove(importing);
                            throw e;
                        }
                        commit(importing);
                    });
        } finally {
            from.exportEnd(data);
        }
    }

    private void refuseImportUnlessStopped(String refusal) {
        if (!spec.kind().saveOnStop()) {
            throw new StoragePoolException(
                    "Cannot import data to volume " + vid + ": it does not keep data");
        }
        if (dirty()) {
            throw new StoragePoolException(refusal);
        }
    }

    @Override
    public Path export() {
        if (!spec.kind().saveOnStop()) {
            throw new QubesNotImplementedError(
                    "Cannot export volume " + vid + ": it does not keep data");
        }
        return exclusively(
                () -> {
                    String data = current(vid);
                    requirePresent(data);
                    pool.activate(data);
                    return mapper(data);
                });
    }

    @Override
    public void verify() {
        if (spec.kind() != VolumeKind.VOLATILE) {
            requirePresent(spec.source().map(this::current).orElseGet(() -> current(vid)));
        }
    }

    @Override
    public Optional<BlockSource> block() {
        boolean direct = spec.kind() == VolumeKind.VOLATILE || spec.snapshotsDisabled();
        return Optional.of(
                new BlockSource(mapper(direct ? vid : live), "raw", true, spec.writable()));
    }

    @Override
    public Optional<Path> path() {
        return Optional.of(mapper(current(vid)));
    }

    @Override
    public long sizeBytes() {
        return holder().flatMap(pool::find).map(LogicalVolume::sizeBytes).orElse(sizeWithoutVolume);
    }

    @Override
    public long usageBytes() {
        pool.refreshUsage();
        return holder().flatMap(pool::find).map(LogicalVolume::usedBytes).orElse(0L);
    }

    @Override
    public boolean dirty() {
        return spec.kind().saveOnStop() && pool.has(live);
    }

    @Override
    public boolean outdated() {
        return spec.source().isPresent()
                && pool.find(live)
                        .map(
                                snapshot ->
                                        !current(spec.source().get())
                                                .equals(snapshot.group() + "/" + snapshot.origin()))
                        .orElse(false);
    }

    @Override
    public List<Revision> revisions() {
        return revisions(vid);
    }

    /**
     * Oldest first. What has more between vid and end than a time belongs to a qube with a longer
     * name.
     */
    private List<Revision> revisions(String of) {
        List<Revision> found = new ArrayList<>();
        for (LogicalVolume volume : pool.thinVolumes()) {
            String name = volume.fullName();
            if (name.startsWith(of + "-")) {
                String id = name.substring(of.length() + 1);
                Matcher time = REVISION.matcher(id);
                if (time.matches()) {
                    found.add(
                            new Revision(id, Instant.ofEpochSecond(Long.parseLong(time.group(1)))));
                }
            }
        }
        found.sort(Comparator.comparing(Revision::created));
        return found;
    }

    /**
     * The logical volume with the committed data: the newest revision, if a commit was cut short.
     */
    private String current(String of) {
        if (pool.has(of)) {
            return of;
        }
        List<Revision> revisions = revisions(of);
        return revisions.isEmpty() ? of : of + "-" + revisions.get(revisions.size() - 1).id();
    }

    private void requirePresent(String volume) {
        if (!pool.has(volume)) {
            throw new StoragePoolException("volume " + volume + " missing");
        }
    }

    private static Path mapper(String volume) {
        return Path.of("/dev/mapper/" + volume.replace("-", "--").replace('/', '-'));
    }

    private void exclusively(Runnable work) {
        exclusively(
                () -> {
                    work.run();
                    return true;
                });
    }

    private <T> T exclusively(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }
}
