package qubes.core.vm;

import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMNotFoundError;
import qubes.core.error.QubesVMNotHaltedError;
import qubes.core.error.QubesVolumeRevisionNotFoundError;
import qubes.core.error.Repr;
import qubes.core.error.StoragePoolException;
import qubes.core.event.Lifecycle;
import qubes.core.storage.Revision;
import qubes.core.storage.Volume;

/**
 * What changes the data of one domain's volumes. Every operation runs under the domain's lifecycle
 * lock, so that no start or stop is under way meanwhile; it blocks on that and on I/O, and must not
 * be called under the model lock. A failure leaves the committed data as it was. Source: spec
 * storage.md §2.3.
 */
public final class VolumeData {
    private final QubesVM vm;
    private final DomainStorage storage;
    private final Map<String, Integer> beingCopied =
            new ConcurrentHashMap<>(); // volume's name to number of copies under way

    /**
     * An import of data that has begun.
     *
     * @param sizeBytes how many bytes are waited for
     * @param path where they are to be written to
     */
    public record Import(long sizeBytes, Path path) {}

    VolumeData(QubesVM vm, DomainStorage storage) {
        this.vm = vm;
        this.storage = storage;
    }

    /**
     * Makes an earlier revision the committed state.
     *
     * @param volume name of the volume
     * @param revision id of the revision
     * @throws QubesVolumeRevisionNotFoundError if the volume has no such revision
     * @throws qubes.core.error.QubesNotImplementedError if the pool keeps none
     * @throws QubesException if the driver refuses, for instance while the domain runs
     */
    public void revert(String volume, String revision) {
        exclusively(
                "revert",
                () -> {
                    Volume target = storage.volume(volume);
                    if (target.revisions().stream().map(Revision::id).noneMatch(revision::equals)) {
                        throw new QubesVolumeRevisionNotFoundError(
                                "Volume "
                                        + target.spec().vid()
                                        + " has no revision "
                                        + Repr.quote(revision));
                    }
                    refuseWhileWrittenTo(target);
                    target.revert(revision);
                    recordSize(volume);
                    vm.log().info("{}: volume {} reverted to {}", vm, volume, revision);
                    return null;
                });
    }

    /**
     * Changes the logical size, also to less. A running guest sees its disk grow where the
     * hypervisor can tell it; what lies on the disk is then still to be resized, by the guest's
     * service {@code qubes.ResizeDisk}. No guest here has an agent to call that with, so that for a
     * running domain the change is made and reported as half of what was asked for.
     *
     * @param volume name of the volume
     * @param bytes the new size
     * @throws StoragePoolException also if the domain runs; the volume has its new size then
     * @throws qubes.core.error.QubesNotImplementedError if the pool cannot
     */
    public void resize(String volume, long bytes) {
        exclusively(
                "resize",
                () -> {
                    Volume target = storage.volume(volume);
                    target.resize(bytes);
                    storage.put(volume, "size", Long.toString(bytes));
                    vm.log().info("{}: volume {} resized to {} bytes", vm, volume, bytes);
                    if (vm.isRunning()) {
                        resizeInGuest(target, bytes);
                    }
                    return null;
                });
    }

    private void resizeInGuest(Volume target, long bytes) {
        String reason = "the qube has no agent to run qubes.ResizeDisk";
        try {
            boolean seen =
                    target.block()
                            .map(
                                    block ->
                                            vm.qubes()
                                                    .hypervisor()
                                                    .resizeDisk(vm.uuid(), block.path(), bytes))
                            .orElse(false);
            if (!seen) {
                reason = "the disk has its new size at the next start";
            }
        } catch (QubesException e) {
            vm.log().warn("{}: its disk keeps its size until the next start", vm, e);
            reason = "the disk has its new size at the next start";
        }
        throw new StoragePoolException(
                "Online resize of volume "
                        + target.spec().vid()
                        + " failed (you need to resize filesystem manually): "
                        + reason);
    }

    /**
     * Begins an import: what is written to the path becomes the volume's data at {@link
     * #endImport}. One that was begun and never ended is dropped.
     *
     * @param volume name of the volume
     * @param bytes absent for the volume's size now
     * @return where to write, and how much
     * @throws QubesVMNotHaltedError if the domain is not halted
     * @throws ProtocolError if the path cannot be told to the caller
     * @throws qubes.core.error.QubesNotImplementedError if the pool cannot
     */
    public Import beginImport(String volume, OptionalLong bytes) {
        return exclusively(
                "begin import",
                () -> {
                    refuseUnlessHalted();
                    Import begun = begin(volume, bytes);
                    vm.log().info("{}: import to volume {} begun", vm, volume);
                    return begun;
                });
    }

    private Import begin(String volume, OptionalLong bytes) {
        Volume target = storage.volume(volume);
        refuseWhileWrittenTo(target);
        long size = bytes.orElseGet(target::sizeBytes);
        Path path = target.importData(size);
        try {
            if (path.toString().indexOf(' ') >= 0) {
                throw new ProtocolError("Volume path contains a space");
            }
            vm.fire(new Lifecycle.VolumeImportBegin(vm, volume, size));
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            target.importDataEnd(false);
            throw e;
        }
        return new Import(size, path);
    }

    /**
     * Ends an import.
     *
     * @param volume name of the volume
     * @param success true to make what was written the committed data, false to drop it
     * @throws QubesException if none was begun, or the domain was started meanwhile
     */
    public void endImport(String volume, boolean success) {
        exclusively(
                "end import",
                () -> {
                    end(volume, success);
                    vm.log()
                            .info(
                                    "{}: import to volume {} {}",
                                    vm,
                                    volume,
                                    success ? "done" : "given up");
                    return null;
                });
    }

    private void end(String volume, boolean success) {
        Volume target = storage.volume(volume);
        if (success) {
            refuseWhileWrittenTo(target);
        }
        target.importDataEnd(success);
        if (success) {
            recordSize(volume);
        }
        vm.fire(new Lifecycle.VolumeImportEnd(vm, volume, success));
    }

    /**
     * Replaces the data by zeroes, as an import of nothing.
     *
     * @param volume name of the volume
     * @throws QubesException if the driver refuses, for instance while the domain runs
     */
    public void clear(String volume) {
        exclusively(
                "clear",
                () -> {
                    begin(volume, OptionalLong.empty());
                    end(volume, true);
                    vm.log().info("{}: volume {} cleared", vm, volume);
                    return null;
                });
    }

    /**
     * Replaces the data by the committed data of another domain's volume, which may be in another
     * pool. The source may run, unless its snapshots are off; while it is read it cannot start
     * then.
     *
     * @param volume name of the volume
     * @param source the domain whose volume is copied
     * @param sourceVolume name of that volume
     * @throws StoragePoolException if the source must be halted and is not, or the driver refuses
     */
    public void copyFrom(String volume, QubesVM source, String sourceVolume) {
        VolumeData other = source.storage().data();
        boolean lent = other.lend(sourceVolume);
        try {
            exclusively(
                    "import",
                    () -> {
                        Volume from = source.storage().volume(sourceVolume);
                        Volume target = storage.volume(volume);
                        refuseWhileWrittenTo(target);
                        target.importVolume(from);
                        recordSize(volume);
                        vm.fire(new Lifecycle.ImportVolume(vm, volume, from.spec().vid()));
                        vm.log()
                                .info(
                                        "{}: volume {} imported from {} of {}",
                                        vm,
                                        volume,
                                        sourceVolume,
                                        source);
                        return null;
                    });
        } finally {
            if (lent) {
                other.takeBack(sourceVolume);
            }
        }
    }

    /**
     * A volume without snapshots is written to directly: nobody may start it while it is read. Its
     * domain's lock is not kept meanwhile, since whoever waits for two such locks could wait
     * forever.
     *
     * @return true if the volume is to be taken back
     */
    private boolean lend(String volume) {
        if (!storage.spec(volume).snapshotsDisabled()) {
            return false;
        }
        return exclusively(
                "lend",
                () -> {
                    if (vm.isRunning()) {
                        throw new StoragePoolException(
                                "Volume "
                                        + storage.spec(volume).vid()
                                        + " must be stopped before importing its data");
                    }
                    beingCopied.merge(volume, 1, Integer::sum);
                    return true;
                });
    }

    /** One of those who read it is through. */
    private void takeBack(String volume) {
        beingCopied.computeIfPresent(volume, (name, copies) -> copies == 1 ? null : copies - 1);
    }

    /** Called under the lifecycle lock. */
    void refuseStartWhileCopied(Volume volume) {
        if (beingCopied.containsKey(volume.spec().name())) {
            throw new StoragePoolException(
                    "Volume "
                            + volume.spec().vid()
                            + " is being copied and has no snapshots; start the qube after that");
        }
    }

    /** Without snapshots nothing in the pool tells that a guest has the data itself in use. */
    private void refuseWhileWrittenTo(Volume target) {
        if (target.spec().snapshotsDisabled() && !vm.isHalted()) {
            throw new StoragePoolException(
                    "Cannot change the data of volume "
                            + target.spec().vid()
                            + ": it has no snapshots and its qube runs; stop the qube first");
        }
    }

    private void refuseUnlessHalted() {
        if (!vm.isHalted()) {
            throw VolumeSettings.notHalted(vm);
        }
    }

    /** The store has the size that the volume got from what was put into it. */
    private void recordSize(String volume) {
        long size = storage.volume(volume).sizeBytes();
        if (size != storage.spec(volume).sizeBytes()) {
            storage.put(volume, "size", Long.toString(size));
        }
    }

    private <T> T exclusively(String operation, Supplier<T> action) {
        return vm.context()
                .exclusively(
                        operation,
                        () -> {
                            if (!vm.available()) {
                                throw new QubesVMNotFoundError(vm.name().value());
                            }
                            return action.get();
                        });
    }
}
