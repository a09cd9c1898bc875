package qubes.vm.dispvm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMNotFoundError;
import qubes.core.error.QubesVMNotStartedError;
import qubes.core.event.CloneProperties;
import qubes.core.event.Lifecycle;
import qubes.core.event.PropertyPreReset;
import qubes.core.event.PropertyPreSet;
import qubes.core.event.PropertySet;
import qubes.core.property.Property;
import qubes.core.property.PropertyType;
import qubes.core.state.StoredValue;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DisposableTemplate;
import qubes.core.vm.DomainContext;
import qubes.core.vm.Globals;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.QubesVM;
import qubes.core.vm.Templates;
import qubes.core.vm.VolumeLayout;

/**
 * A qube none of whose volumes persist: each start begins with those of its template, which is
 * itself based on a template. Clients know it as {@code DispVM}.
 */
public final class DisposableVM extends QubesVM {
    /** Features of a template that say what is preloaded of it begin so. */
    private static final String PRELOADING = "preload-dispvm";

    public static final Property<DomainName> TEMPLATE =
            Property.of(BaseVM.class, "template", PropertyType.DOMAIN)
                    .allows("the name of a qube with template_for_dispvms")
                    .doc(
                            "Qube with template_for_dispvms whose volumes this one starts from. Changes only while it is halted.")
                    .loadStage(4)
                    .accept(Templates.disposable())
                    .define();

    public static final Property<Integer> DISPID =
            Property.named("dispid", PropertyType.INT)
                    .allows("0 to 9999")
                    .doc(
                            "Number of the disposable, from 0 to 9999; its addresses follow from it. Cannot change.")
                    .writeOnce()
                    .notCloned()
                    .define();

    public static final Property<Boolean> AUTO_CLEANUP =
            Property.named("auto_cleanup", PropertyType.BOOL)
                    .doc("Whether the qube is removed once it is shut down.")
                    .defaultsTo(false)
                    .define();

    public static final Property<Boolean> IS_PRELOAD =
            Property.of(DisposableVM.class, "is_preload", PropertyType.BOOL)
                    .doc("Whether the qube was started in advance and waits to be used.")
                    .computed(
                            "whether its template lists it as preloaded, or it is being handed over",
                            vm -> vm.preloaded.isOne())
                    .define();

    public static final Property<Boolean> INCLUDE_IN_BACKUPS =
            QubesVM.INCLUDE_IN_BACKUPS
                    .redeclaredFor(DisposableVM.class)
                    .defaultsTo("not auto_cleanup", vm -> !vm.get(AUTO_CLEANUP))
                    .define();

    public static final Property<Optional<DomainName>> DEFAULT_DISPVM =
            QubesVM.DEFAULT_DISPVM
                    .redeclaredFor(DisposableVM.class)
                    .defaultsTo("its template", vm -> vm.find(TEMPLATE))
                    .define();

    /** What the klass declares. */
    public static final KlassTraits TRAITS =
            QubesVM.TRAITS
                    .extend("DispVM")
                    .alias("DisposableVM")
                    .defaultTemplate(Globals.DEFAULT_DISPVM)
                    .icon("dispvm-")
                    .declare(TEMPLATE, DISPID, AUTO_CLEANUP, IS_PRELOAD)
                    .override(INCLUDE_IN_BACKUPS)
                    .override(DEFAULT_DISPVM)
                    .volumes(
                            VolumeLayout.NONE
                                    .snapshot("root")
                                    .snapshot("private")
                                    .scratch("volatile", 12)
                                    .kernel()
                                    .likeTemplate())
                    .on(
                            PropertyPreSet.of(TEMPLATE),
                            DisposableVM.class,
                            Templates::refuseUnlessHalted)
                    .on(
                            PropertyPreReset.of(TEMPLATE),
                            DisposableVM.class,
                            Templates.refuseReset(Globals.DEFAULT_DISPVM))
                    .on(PropertySet.of(TEMPLATE), DisposableVM.class, Templates::planAgain)
                    .on(
                            Lifecycle.Init.class,
                            DisposableVM.class,
                            (vm, event) -> vm.takeAfterTemplate())
                    .on(
                            Lifecycle.CreateOnDisk.class,
                            DisposableVM.class,
                            (vm, event) -> vm.takeFirewall())
                    .on(
                            Lifecycle.PrePaused.class,
                            DisposableVM.class,
                            (vm, event) -> vm.preloaded.beforePause())
                    .on(
                            Lifecycle.RemoveFromDisk.class,
                            DisposableVM.class,
                            (vm, event) -> vm.preloaded.leaveQueue())
                    .on(
                            Lifecycle.Load.class,
                            DisposableVM.class,
                            (vm, event) -> vm.template().ifPresent(vm.preloading::recoverLater))
                    .afterwards(
                            Lifecycle.Started.class,
                            DisposableVM.class,
                            (vm, event) -> vm.preloaded.startUp())
                    .afterwards(
                            Lifecycle.Unpaused.class,
                            DisposableVM.class,
                            (vm, event) -> vm.preloaded.unpaused())
                    .afterwards(
                            Lifecycle.Shutdown.class,
                            DisposableVM.class,
                            (vm, event) -> vm.remove(false))
                    .define();

    private final Preloading preloading;
    private final Preloaded preloaded;

    DisposableVM(DomainContext context, Preloading preloading) {
        super(context);
        this.preloading = preloading;
        this.preloaded = new Preloaded(this, preloading);
    }

    /**
     * As of any domain; first, and before anybody hears of the start, its template must still be
     * one of disposables. One that is refused so stays as it is; one that fails to start has
     * nothing worth keeping and is removed (spec dispvm.md §3).
     */
    @Override
    public void start() {
        if (available()) {
            refuseUnlessStillDisposable();
        }
        context()
                .exclusively(
                        "start",
                        () -> {
                            startOrRemove();
                            return null;
                        });
    }

    private void startOrRemove() {
        try {
            super.start();
        } catch (RuntimeException e) {
            try {
                cleanUp(true);
            } catch (RuntimeException alsoFailed) {
                e.addSuppressed(alsoFailed);
            }
            throw e;
        }
    }

    /** Its way through preloading. */
    Preloaded preloaded() {
        return preloaded;
    }

    /** Runs several short changes of this domain and others as one, under the model lock. */
    void atomically(Runnable change) {
        context().write(change);
    }

    private BaseVM disposableTemplate() {
        return template()
                .orElseThrow(() -> new QubesException(name() + ": its template is not there"));
    }

    /**
     * A new disposable has the explicit values, features and tags of its template, where it was
     * given none itself.
     */
    private void takeAfterTemplate() {
        BaseVM template = disposableTemplate();
        cloneProperties(template);
        template.features()
                .forEach(
                        (feature, value) -> {
                            if (!feature.startsWith(PRELOADING)) {
                                features().set(feature, value);
                            }
                        });
        template.tags().forEach(tags()::add);
    }

    /** Not with the rest: the template's rules may have to be read from their file first. */
    private void takeFirewall() {
        if (disposableTemplate() instanceof QubesVM template) {
            firewall().cloneFrom(template.firewall());
        }
    }

    private void cloneProperties(BaseVM template) {
        List<Property<?>> cloned = new ArrayList<>();
        for (Property<?> property : template.properties()) {
            if (property.clonable()
                    && !property.equals(TEMPLATE)
                    && hasProperty(property.name())
                    && isDefault(property)) {
                cloned.add(property);
                Optional<StoredValue> explicit = template.record().property(property.name());
                if (explicit.isPresent()) {
                    context().update(record -> record.withProperty(property.name(), explicit));
                }
            }
        }
        fire(new CloneProperties(this, template, cloned));
    }

    private void refuseUnlessStillDisposable() {
        BaseVM template = disposableTemplate();
        if (!DisposableTemplate.isOne(template)) {
            throw new QubesException(
                    name()
                            + " cannot start: template_for_dispvms of "
                            + template
                            + " is no longer set");
        }
    }

    /**
     * Ends the guest and, unless the shutdown does, removes the domain (spec dispvm.md §3). One
     * that was removed is only not waited for any more. Blocks; must not be called under the model
     * lock.
     *
     * @param force also if it would stay after a shutdown, or does not run
     */
    void cleanUp(boolean force) {
        preloaded.giveUp();
        if (!available()) {
            return;
        }
        boolean ran = isRunning();
        try {
            kill();
        } catch (QubesVMNotStartedError e) {
            log().debug("{} was stopped already", this);
        }
        if (available() && (!get(AUTO_CLEANUP) || (force && !ran))) {
            remove(force);
        }
    }

    /** Nobody asked for the removal who could be told that it failed: the log is. */
    private void remove(boolean force) {
        if (!available() || !(force || get(AUTO_CLEANUP))) {
            return;
        }
        preloaded.leaveQueue();
        try {
            qubes().remove(this);
        } catch (QubesVMNotFoundError e) {
            log().debug("{} was removed meanwhile", name());
        } catch (QubesException e) {
            log().error("{} is kept, it could not be removed", name(), e);
        }
    }
}
