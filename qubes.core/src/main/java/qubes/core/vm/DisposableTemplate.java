package qubes.core.vm;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import qubes.core.error.QubesVMInUseError;
import qubes.core.error.QubesVMNotHaltedError;
import qubes.core.event.EventPattern;
import qubes.core.event.Lifecycle;
import qubes.core.event.PropertyPreReset;
import qubes.core.event.PropertyPreSet;
import qubes.core.event.PropertyReset;
import qubes.core.event.PropertySet;
import qubes.core.property.Property;
import qubes.core.property.PropertyType;

/** The capability of being the template of disposables. */
public final class DisposableTemplate {
    /** Whether disposables can be made from this qube. */
    public static final Property<Boolean> TEMPLATE_FOR_DISPVMS =
            Property.of(BaseVM.class, "template_for_dispvms", PropertyType.BOOL)
                    .doc("Whether disposables can be made from this qube.")
                    .defaultsTo(false)
                    .define();

    /** To compose a klass with. */
    public static final Capability<DisposableTemplate> CAPABILITY =
            new Capability<>(
                    "DVMTemplateMixin",
                    DisposableTemplate.class,
                    DisposableTemplate::new,
                    List.of(TEMPLATE_FOR_DISPVMS),
                    List.of(
                            ClassHandler.of(
                                    PropertyPreSet.of(TEMPLATE_FOR_DISPVMS),
                                    BaseVM.class,
                                    (vm, event) -> {
                                        if (event.newValue().equals(false)) {
                                            refuseWhileUsed(vm);
                                        }
                                    }),
                            ClassHandler.of(
                                    PropertyPreReset.of(TEMPLATE_FOR_DISPVMS),
                                    BaseVM.class,
                                    (vm, event) -> refuseWhileUsed(vm)),
                            ClassHandler.of(
                                    EventPattern.of(Lifecycle.PreStart.class),
                                    BaseVM.class,
                                    (vm, event) -> refuseUnlessSnapshotsHold(vm)),
                            ClassHandler.of(
                                    PropertySet.of(TEMPLATE_FOR_DISPVMS),
                                    BaseVM.class,
                                    (vm, event) ->
                                            vm.fire(
                                                    new PropertyReset(
                                                            vm, BaseVM.ICON, Optional.empty()))),
                            ClassHandler.of(
                                    EventPattern.of(
                                            PropertyPreSet.class, "property-pre-set:template"),
                                    BaseVM.class,
                                    DisposableTemplate::refuseWhileDisposablesRun)));

    private final BaseVM vm;

    private DisposableTemplate(BaseVM vm) {
        this.vm = vm;
    }

    /**
     * {@return true if {@code vm} can be the template of disposables and says it is}
     *
     * @param vm any domain
     */
    public static boolean isOne(BaseVM vm) {
        return vm.find(DisposableTemplate.class).map(DisposableTemplate::enabled).orElse(false);
    }

    /**
     * {@return true if {@code vm} is a disposable that was started in advance and that nobody uses
     * yet: its template may change or go, since it goes along}
     *
     * @param vm any domain
     */
    public static boolean isPreload(BaseVM vm) {
        return vm.properties()
                .find("is_preload")
                .flatMap(property -> vm.find(property))
                .filter(Boolean.TRUE::equals)
                .isPresent();
    }

    /** {@return true if disposables can be made from the domain now} */
    public boolean enabled() {
        return vm.find(TEMPLATE_FOR_DISPVMS).orElse(false);
    }

    /**
     * Runs several short changes of the domain and its disposables as one, under the model lock; so
     * an empty change returns once whatever changes the model now is done. Must do no I/O.
     *
     * @param change short changes in memory
     * @throws qubes.core.error.QubesVMNotAvailableError if the domain's klass is away, or it was
     *     removed
     */
    public void write(Runnable change) {
        vm.write(change);
    }

    /**
     * Without snapshots a start writes into the very volume that running disposables read (spec
     * dispvm.md §6).
     */
    private static void refuseUnlessSnapshotsHold(BaseVM vm) {
        boolean plain =
                vm.record().volumes().values().stream()
                        .anyMatch(
                                volume ->
                                        volume.text("revisions_to_keep").equals(Optional.of("-1"))
                                                && volume.flag("save_on_stop")
                                                && !volume.flag("snap_on_start"));
        List<String> running = plain ? names(Templates.basedOn(vm), child -> true) : List.of();
        if (isOne(vm) && !running.isEmpty()) {
            throw new QubesVMNotHaltedError(
                    "Cannot start "
                            + vm.name()
                            + ", which has a volume without snapshots, while disposables of it"
                            + " run: "
                            + String.join(", ", running)
                            + "; shut these down first");
        }
    }

    private static List<String> names(List<BaseVM> all, Predicate<BaseVM> wanted) {
        return all.stream()
                .filter(child -> !child.isHalted() && wanted.test(child))
                .map(BaseVM::subjectName)
                .toList();
    }

    /**
     * The volumes of running disposables are copies of this domain's, which are about to become
     * others. Preloaded ones do not count: they are removed.
     */
    private static void refuseWhileDisposablesRun(BaseVM vm, PropertyPreSet event) {
        List<String> running = names(Templates.basedOn(vm), child -> !isPreload(child));
        if (!event.oldValue().equals(Optional.of(event.newValue())) && !running.isEmpty()) {
            throw new QubesVMInUseError(
                    "Cannot change template of "
                            + vm.name()
                            + " while disposables of it run: "
                            + String.join(", ", running)
                            + "; shut these down first");
        }
    }

    /** The domain is about to be a disposable template no more; its preloaded ones do not count. */
    private static void refuseWhileUsed(BaseVM vm) {
        if (isOne(vm)) {
            List<String> users =
                    Dependents.of(vm, "template", "default_dispvm", "management_dispvm");
            if (!users.isEmpty()) {
                throw new QubesVMInUseError(
                        vm.name()
                                + " is still a disposable template of: "
                                + String.join(", ", users)
                                + "; change these first");
            }
        }
    }
}
