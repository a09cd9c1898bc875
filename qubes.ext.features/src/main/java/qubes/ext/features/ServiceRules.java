package qubes.ext.features;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.error.QubesValueError;
import qubes.core.error.Repr;
import qubes.core.event.Extension;
import qubes.core.event.FeaturePreSet;
import qubes.core.event.FeatureSet;
import qubes.core.event.Subscriptions;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Features;
import qubes.core.vm.QubesVM;

/**
 * Features {@code service.NAME} switch services in a qube on and off: the name must do for a file
 * in it, and the one that says whether its memory may change says so by {@code maxmem} (spec
 * qubesdb-services-extensions.md §5, services).
 */
@Component
public final class ServiceRules implements Extension {
    private static final String SERVICE = "service.";
    private static final String LAUNCHER = "app-dispvm.";
    private static final String METER = SERVICE + "meminfo-writer";
    private static final int LONGEST = 48;

    @Activate
    public ServiceRules() {}

    @Override
    public void subscribe(Subscriptions on) {
        on.before(FeaturePreSet.of(SERVICE + "*"), ServiceRules::refuseOddName);
        on.after(FeatureSet.of(METER), ServiceRules::switchBalance);
    }

    private static void refuseOddName(FeaturePreSet event) {
        String name = event.feature().substring(SERVICE.length());
        boolean odd =
                name.isEmpty() || name.indexOf('/') >= 0 || name.equals(".") || name.equals("..");
        if (odd) {
            throw new QubesValueError(
                    "Service name "
                            + Repr.quote(name)
                            + " does not do for a file: it must not be empty, '.' or '..', nor"
                            + " contain a slash");
        }
        if (name.length() > LONGEST && !name.startsWith(LAUNCHER)) {
            throw new QubesValueError(
                    "Service name "
                            + Repr.quote(name)
                            + " must not be longer than "
                            + LONGEST
                            + " bytes, and it has "
                            + name.length());
        }
    }

    private static void switchBalance(FeatureSet event) {
        ((BaseVM) event.subject())
                .as(QubesVM.class)
                .ifPresent(
                        vm -> {
                            if (Features.meansTrue(event.value())) {
                                vm.reset(QubesVM.MAXMEM);
                            } else {
                                vm.set(QubesVM.MAXMEM, 0);
                            }
                            vm.features().delete(METER);
                        });
    }
}
