package qubes.vm.dispvm;

import java.util.Arrays;
import java.util.Optional;
import qubes.core.error.QubesException;
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
    /** Feature of a template: the names of its preloaded disposables, separated by blanks. */
    private static final String PRELOADED = "preload-dispvm";

    public static final Property<DomainName> TEMPLATE =
            Property.of(BaseVM.class, "template", PropertyType.DOMAIN)
                    .doc(
                            "Qube with template_for_dispvms whose volumes this one starts from. Changes only while it is halted.")
                    .loadStage(4)
                    .accept(Templates.disposable())
                    .define();

    public static final Property<Integer> DISPID =
            Property.named("dispid", PropertyType.INT)
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
                    .computed("whether its template lists it as preloaded", DisposableVM::preloaded)
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
                            Lifecycle.PreStart.class,
                            DisposableVM.class,
                            (vm, event) -> vm.refuseUnlessStillDisposable())
                    .on(
                            Lifecycle.RemoveFromDisk.class,
                            DisposableVM.class,
                            (vm, event) -> vm.forgotten())
                    .afterwards(
                            Lifecycle.Shutdown.class,
                            DisposableVM.class,
                            (vm, event) -> vm.removeIfAsked())
                    .afterwards(
                            Lifecycle.StartFailed.class,
                            DisposableVM.class,
                            (vm, event) -> vm.removeIfUseless())
                    .define();

    private final DisposableIds ids;

    DisposableVM(DomainContext context, DisposableIds ids) {
        super(context);
        this.ids = ids;
    }

    private BaseVM disposableTemplate() {
        return template()
                .orElseThrow(() -> new QubesException(name() + ": its template is not there"));
    }

    private boolean preloaded() {
        return template()
                .map(template -> template.features().getOrDefault(PRELOADED, ""))
                .filter(names -> Arrays.asList(names.split(" ", -1)).contains(name().value()))
                .isPresent();
    }

    /**
     * A new disposable has the explicit values, features and tags of its template, where it was
     * given none itself.
     */
    private void takeAfterTemplate() {
        BaseVM template = disposableTemplate();
        for (Property<?> property : template.properties()) {
            if (property.clonable()
                    && !property.equals(TEMPLATE)
                    && hasProperty(property.name())
                    && isDefault(property)) {
                Optional<StoredValue> explicit = template.record().property(property.name());
                explicit.ifPresent(
                        value ->
                                context()
                                        .update(
                                                record ->
                                                        record.withProperty(
                                                                property.name(),
                                                                Optional.of(value))));
            }
        }
        template.features()
                .forEach(
                        (feature, value) -> {
                            if (!feature.startsWith(PRELOADED)) {
                                features().set(feature, value);
                            }
                        });
        template.tags().forEach(tags()::add);
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

    private void forgotten() {
        find(DISPID).ifPresent(ids::release);
    }

    private void removeIfAsked() {
        if (get(AUTO_CLEANUP)) {
            removeSelf();
        }
    }

    /**
     * One that did not start holds nothing worth keeping, unless all it lacks is a template that
     * lets it start.
     */
    private void removeIfUseless() {
        if (template().filter(DisposableTemplate::isOne).isPresent()) {
            removeSelf();
        }
    }

    /** Nobody asked for the removal who could be told that it failed: the log is. */
    private void removeSelf() {
        try {
            qubes().remove(this);
        } catch (QubesException e) {
            log().error("{} is kept, it could not be removed", name(), e);
        }
    }
}
