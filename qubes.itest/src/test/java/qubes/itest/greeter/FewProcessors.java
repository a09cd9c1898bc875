package qubes.itest.greeter;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.error.QubesValueError;
import qubes.core.event.Extension;
import qubes.core.event.PropertyPreSet;
import qubes.core.event.Subscriptions;
import qubes.core.vm.QubesVM;

/** Refuses more than four processors, whatever the klass. */
@Component
public final class FewProcessors implements Extension {
    private static final int MOST = 4;

    @Activate
    public FewProcessors() {}

    @Override
    public void subscribe(Subscriptions on) {
        on.before(PropertyPreSet.of(QubesVM.VCPUS), FewProcessors::check);
    }

    private static void check(PropertyPreSet event) {
        if ((Integer) event.newValue() > MOST) {
            throw new QubesValueError(
                    event.subject().subjectName() + ": at most " + MOST + " processors");
        }
    }
}
