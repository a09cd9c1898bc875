package qubes.core.vm;

import java.util.List;
import java.util.Optional;
import qubes.core.error.QubesVMInUseError;
import qubes.core.event.EventPattern;
import qubes.core.event.PropertyPreReset;
import qubes.core.event.PropertyPreSet;
import qubes.core.event.PropertyReset;
import qubes.core.event.PropertySet;
import qubes.core.property.Property;
import qubes.core.property.PropertyType;

/** The capability of being the template of disposables. */
public final class DisposableTemplate {
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

    /** True if {@code vm} can be the template of disposables and says it is. */
    public static boolean isOne(BaseVM vm) {
        return vm.find(DisposableTemplate.class).map(DisposableTemplate::enabled).orElse(false);
    }

    /** True if disposables can be made from the domain now. */
    public boolean enabled() {
        return vm.find(TEMPLATE_FOR_DISPVMS).orElse(false);
    }

    /**
     * The volumes of running disposables are copies of this domain's, which are about to become
     * others.
     */
    private static void refuseWhileDisposablesRun(BaseVM vm, PropertyPreSet event) {
        List<String> running =
                Templates.basedOn(vm).stream()
                        .filter(child -> !child.isHalted())
                        .map(BaseVM::subjectName)
                        .toList();
        if (!event.oldValue().equals(Optional.of(event.newValue())) && !running.isEmpty()) {
            throw new QubesVMInUseError(
                    "Cannot change template of "
                            + vm.name()
                            + " while disposables of it run: "
                            + String.join(", ", running)
                            + "; shut these down first");
        }
    }

    /** The domain is about to be a disposable template no more. */
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
