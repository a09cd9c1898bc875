package qubes.core.vm;

import java.util.List;
import java.util.Optional;
import qubes.core.error.QubesVMNotFoundError;
import qubes.core.error.QubesVMNotHaltedError;
import qubes.core.error.QubesValueError;
import qubes.core.error.Repr;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolCapability;
import qubes.core.storage.VolumeKind;
import qubes.core.storage.VolumeSpec;

/**
 * What can be set of one domain's volumes. Every setter waits until no start or stop of the domain
 * is under way, and must not be called under the model lock. Source: spec admin-api §10.
 */
public final class VolumeSettings {
    private static final int NO_SNAPSHOTS = -1;

    private final QubesVM vm;
    private final DomainStorage storage;

    VolumeSettings(QubesVM vm, DomainStorage storage) {
        this.vm = vm;
        this.storage = storage;
    }

    /**
     * Sets how many committed revisions are kept.
     *
     * @param volume name of the volume
     * @param revisions -1 also turns snapshots off
     * @throws QubesValueError if it is below -1
     * @throws QubesVMNotHaltedError if it turns snapshots off or on while the domain runs, or a
     *     disposable that is a copy of it
     * @throws qubes.core.error.QubesNotImplementedError if the driver cannot keep so many
     */
    public void keepRevisions(String volume, long revisions) {
        if (revisions < NO_SNAPSHOTS) {
            throw new QubesValueError("Invalid value for revisions_to_keep");
        }
        exclusively(
                "set revisions_to_keep",
                () -> {
                    boolean off = storage.spec(volume).revisionsToKeep() == NO_SNAPSHOTS;
                    if (off != (revisions == NO_SNAPSHOTS)) {
                        refuseWhileInUse();
                    }
                    set(volume, "revisions_to_keep", Long.toString(revisions), revisions != 0);
                });
    }

    private void refuseWhileInUse() {
        refuseUnlessHalted(vm);
        List<BaseVM> copies =
                vm.find(DisposableTemplate.class).isPresent() ? Templates.basedOn(vm) : List.of();
        copies.forEach(VolumeSettings::refuseUnlessHalted);
    }

    /**
     * Sets whether the guest may write.
     *
     * @param volume name of the volume
     * @param writable true if the guest may write from its next start on
     * @throws QubesVMNotHaltedError if the domain is not halted
     */
    public void writable(String volume, boolean writable) {
        exclusively(
                "set rw",
                () -> {
                    refuseUnlessHalted(vm);
                    set(volume, "rw", VolumeLayout.flag(writable), writable);
                });
    }

    /**
     * Sets whether the volume is encrypted with a key that is forgotten when the domain stops.
     *
     * @param volume name of the volume
     * @param ephemeral true to encrypt it with a key that is forgotten
     * @throws QubesValueError if it is to be, and is not a writable volume that is empty at every
     *     start
     */
    public void ephemeral(String volume, boolean ephemeral) {
        exclusively(
                "set ephemeral",
                () -> {
                    VolumeSpec spec = storage.spec(volume);
                    if (ephemeral && (spec.kind() != VolumeKind.VOLATILE || !spec.writable())) {
                        throw new QubesValueError(
                                "Cannot enable ephemeral on snap_on_start or save_on_stop or non-dom0 or not writable volume");
                    }
                    storage.put(volume, "ephemeral", VolumeLayout.flag(ephemeral));
                });
    }

    /**
     * Sets what the pool has a say in: a volume that it would refuse is not made, and where nothing
     * can be written nothing can be turned on.
     */
    private void set(String volume, String attribute, String text, boolean on) {
        Pool pool = vm.qubes().pools().open(storage.poolOf(volume));
        if (on && !pool.capabilities().contains(PoolCapability.WRITE)) {
            throw new QubesValueError(
                    "Cannot set "
                            + attribute
                            + " of volume "
                            + volume
                            + ": nothing in pool "
                            + pool.name()
                            + " is ever written");
        }
        pool.volume(storage.specWith(volume, attribute, Optional.of(text)));
        storage.put(volume, attribute, text);
    }

    private static void refuseUnlessHalted(BaseVM vm) {
        if (!vm.isHalted()) {
            throw notHalted(vm);
        }
    }

    static QubesVMNotHaltedError notHalted(BaseVM vm) {
        return new QubesVMNotHaltedError(
                "Domain is not powered off: " + Repr.quote(vm.name().value()));
    }

    private void exclusively(String operation, Runnable action) {
        vm.context()
                .exclusively(
                        operation,
                        () -> {
                            if (!vm.available()) {
                                throw new QubesVMNotFoundError(vm.name().value());
                            }
                            action.run();
                            return null;
                        });
    }
}
