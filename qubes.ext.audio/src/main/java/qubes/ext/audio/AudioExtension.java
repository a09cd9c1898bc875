package qubes.ext.audio;

import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.error.QubesVMInUseError;
import qubes.core.event.Event;
import qubes.core.event.Extension;
import qubes.core.event.Lifecycle;
import qubes.core.event.PropertyReset;
import qubes.core.event.PropertySet;
import qubes.core.event.Subscriptions;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DisposableTemplate;
import qubes.core.vm.Globals;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.core.vm.ReferenceTags;
import qubes.core.vm.Referrers;

/**
 * Keeps the tag {@code audiovm-<qube>} in step with the effective {@code audiovm}, and a qube that
 * carries the audio of running ones from being shut down (spec qubesdb-services-extensions.md §5).
 */
@Component
public final class AudioExtension implements Extension {
    private static final ReferenceTags TAGS = new ReferenceTags(QubesVM.AUDIOVM.name());

    @Activate
    public AudioExtension() {}

    @Override
    public void subscribe(Subscriptions on) {
        on.after(Lifecycle.Init.class, AudioExtension::tag);
        on.after(Lifecycle.Load.class, AudioExtension::tag);
        on.after(PropertySet.of(QubesVM.AUDIOVM), event -> TAGS.renew((BaseVM) event.subject()));
        on.after(PropertyReset.of(QubesVM.AUDIOVM), event -> TAGS.renew((BaseVM) event.subject()));
        on.before(Lifecycle.PreShutdown.class, AudioExtension::refuseWhileClientsRun);
        on.forApplication()
                .after(PropertySet.of(Globals.DEFAULT_AUDIOVM), AudioExtension::announceDefault);
    }

    private static void tag(Event event) {
        BaseVM vm = (BaseVM) event.subject();
        if (!TAGS.isThere(vm)) {
            TAGS.renew(vm);
        }
    }

    private static void announceDefault(PropertySet event) {
        for (BaseVM vm : ((Qubes) event.subject()).atDefault(QubesVM.AUDIOVM)) {
            vm.fire(new PropertySet(vm, QubesVM.AUDIOVM, event.newValue(), event.oldValue()));
        }
    }

    private static void refuseWhileClientsRun(Lifecycle.PreShutdown event) {
        BaseVM vm = (BaseVM) event.subject();
        List<String> clients =
                event.force()
                        ? List.of()
                        : Referrers.of(vm, QubesVM.AUDIOVM.name()).stream()
                                .filter(client -> client != vm && hears(client))
                                .map(BaseVM::subjectName)
                                .toList();
        if (!clients.isEmpty()) {
            throw new QubesVMInUseError(
                    vm
                            + " carries the audio of running qubes: "
                            + String.join(", ", clients)
                            + "; shut these down first, or force it");
        }
    }

    /** A disposable that was started in advance hears nothing yet. */
    private static boolean hears(BaseVM client) {
        return client.as(QubesVM.class).filter(QubesVM::isRunning).isPresent()
                && !DisposableTemplate.isPreload(client);
    }
}
