package ${package};

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.error.QubesValueError;
import qubes.core.event.Event;
import qubes.core.event.Extension;
import qubes.core.event.Lifecycle;
import qubes.core.event.PropertyPreSet;
import qubes.core.event.Subscriptions;
import qubes.core.vm.BaseVM;
import qubes.core.vm.QubesVM;

/**
 * A house rule: no qube has more than eight processors, and every qube carries the tag {@code
 * ${artifactId}}. Begin your own reaction to events here; docs/reference/events.md of qubesd lists
 * them all.
 */
@Component
public final class ${name}Extension implements Extension {
    /** The tag of every qube. */
    static final String TAG = "${artifactId}";

    private static final int MOST = 8;

    /** Called by Declarative Services when the bundle starts. */
    @Activate
    public ${name}Extension() {}

    /** Says what is to be heard, once. All of it ends when the bundle stops. */
    @Override
    public void subscribe(Subscriptions on) {
        // Before it happens: a handler that throws refuses it.
        on.before(PropertyPreSet.of(QubesVM.VCPUS), ${name}Extension::refuseMany);
        // After it happened: of a new qube, and of each that was there before the bundle.
        on.after(Lifecycle.Init.class, ${name}Extension::tag);
        on.after(Lifecycle.Load.class, ${name}Extension::tag);
    }

    /**
     * A handler of a change runs as part of it, while other changes wait: it does not block, and
     * what it changes is part of the same change.
     */
    private static void tag(Event event) {
        ((BaseVM) event.subject()).tags().add(TAG);
    }

    private static void refuseMany(PropertyPreSet event) {
        if ((Integer) event.newValue() > MOST) {
            throw new QubesValueError(
                    event.subject().subjectName() + ": at most " + MOST + " processors");
        }
    }
}
