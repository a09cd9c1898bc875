package qubes.ext.gui;

import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.error.QubesVMError;
import qubes.core.event.Extension;
import qubes.core.event.Lifecycle;
import qubes.core.event.PropertyReset;
import qubes.core.event.PropertySet;
import qubes.core.event.Subscriptions;
import qubes.core.event.TagAdd;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Globals;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.core.vm.ReferenceTags;
import qubes.core.vm.Referrers;

/**
 * Keeps the tag {@code guivm-<qube>} in step with the effective {@code guivm}, tells those whose
 * keyboard layout follows another's, gives a new qube the guivm that its creator asks for, and
 * keeps a qube that shows the windows of running ones from being shut down (spec
 * qubesdb-services-extensions.md §5).
 */
@Component
public final class GuiExtension implements Extension {
    private static final ReferenceTags TAGS = new ReferenceTags(QubesVM.GUIVM.name());
    private static final String CREATED_BY = "created-by-";

    /** Feature of a creator: the guivm of what it creates. */
    private static final String CREATED_GUIVM = "set-created-guivm";

    @Activate
    public GuiExtension() {}

    @Override
    public void subscribe(Subscriptions on) {
        on.after(Lifecycle.Init.class, event -> TAGS.add((BaseVM) event.subject()));
        on.after(Lifecycle.Load.class, event -> TAGS.add((BaseVM) event.subject()));
        on.after(PropertySet.of(QubesVM.GUIVM), event -> TAGS.follow((BaseVM) event.subject()));
        on.after(PropertyReset.of(QubesVM.GUIVM), event -> TAGS.follow((BaseVM) event.subject()));
        on.after(PropertySet.of(QubesVM.KEYBOARD_LAYOUT), GuiExtension::announceLayout);
        on.after(TagAdd.of(CREATED_BY + "*"), GuiExtension::takeCreatorsChoice);
        on.before(Lifecycle.PreShutdown.class, GuiExtension::refuseWhileClientsRun);
        on.forApplication()
                .after(PropertySet.of(Globals.DEFAULT_GUIVM), GuiExtension::announceDefault);
    }

    private static void announceDefault(PropertySet event) {
        for (BaseVM vm : ((Qubes) event.subject()).atDefault(QubesVM.GUIVM)) {
            vm.fire(new PropertySet(vm, QubesVM.GUIVM, event.newValue(), event.oldValue()));
        }
    }

    private static void announceLayout(PropertySet event) {
        if (event.oldValue().equals(Optional.of(event.newValue()))) {
            return;
        }
        BaseVM guivm = (BaseVM) event.subject();
        for (BaseVM vm : Referrers.of(guivm, QubesVM.GUIVM.name())) {
            if (vm != guivm && vm.isDefault(QubesVM.KEYBOARD_LAYOUT)) {
                vm.fire(new PropertyReset(vm, QubesVM.KEYBOARD_LAYOUT, event.oldValue()));
            }
        }
    }

    private static void takeCreatorsChoice(TagAdd event) {
        BaseVM vm = (BaseVM) event.subject();
        String creator = event.tag().substring(CREATED_BY.length());
        if (!creator.isEmpty() && vm.hasProperty(QubesVM.GUIVM.name())) {
            vm.qubes()
                    .find(new DomainName(creator))
                    .map(found -> found.features().getOrDefault(CREATED_GUIVM, ""))
                    .filter(guivm -> !guivm.isEmpty())
                    .ifPresent(guivm -> vm.set(QubesVM.GUIVM, Optional.of(new DomainName(guivm))));
        }
    }

    private static void refuseWhileClientsRun(Lifecycle.PreShutdown event) {
        BaseVM guivm = (BaseVM) event.subject();
        List<String> clients =
                event.force()
                        ? List.of()
                        : Referrers.of(guivm, QubesVM.GUIVM.name()).stream()
                                .filter(vm -> vm != guivm)
                                .flatMap(vm -> vm.as(QubesVM.class).stream())
                                .filter(QubesVM::isRunning)
                                .map(BaseVM::subjectName)
                                .toList();
        if (!clients.isEmpty()) {
            throw new QubesVMError(
                    guivm
                            + " shows the windows of running qubes: "
                            + String.join(", ", clients)
                            + "; shut these down first, or force it");
        }
    }
}
