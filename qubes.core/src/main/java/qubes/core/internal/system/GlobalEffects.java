package qubes.core.internal.system;

import java.util.List;
import java.util.Optional;
import qubes.core.event.PropertyPreSet;
import qubes.core.event.PropertyReset;
import qubes.core.event.PropertySet;
import qubes.core.property.Property;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Globals;
import qubes.core.vm.Network;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;

/**
 * What a change of a global property does to domains (spec domain-model §2, events.md §3). The
 * domains concerned are those that have the property and leave it at its default, whatever that
 * default is.
 */
final class GlobalEffects {
    private static final String CLOCK_SERVICE = "service.clocksync";

    /** In the order in which they run. */
    static final List<ApplicationHandler<?>> HANDLERS =
            List.of(
                    new ApplicationHandler<>(
                            PropertyPreSet.of(Globals.DEFAULT_KERNEL),
                            (qubes, event) ->
                                    Globals.refuseMissingKernel(qubes, (String) event.newValue())),
                    new ApplicationHandler<>(
                            PropertyPreSet.of(Globals.CLOCKVM), GlobalEffects::beginClock),
                    new ApplicationHandler<>(
                            PropertySet.of(Globals.CLOCKVM), GlobalEffects::endClock),
                    new ApplicationHandler<>(
                            PropertyPreSet.of(Globals.DEFAULT_NETVM), GlobalEffects::announceNetvm),
                    new ApplicationHandler<>(
                            PropertySet.of(Globals.DEFAULT_NETVM),
                            (qubes, event) -> reset(qubes, Network.NETVM, event.oldValue())),
                    new ApplicationHandler<>(
                            PropertySet.of(Globals.DEFAULT_DISPVM),
                            (qubes, event) ->
                                    reset(qubes, QubesVM.DEFAULT_DISPVM, event.oldValue())),
                    new ApplicationHandler<>(
                            PropertyReset.of(Globals.DEFAULT_DISPVM),
                            (qubes, event) ->
                                    reset(qubes, QubesVM.DEFAULT_DISPVM, event.oldValue())));

    private GlobalEffects() {}

    private static void beginClock(Qubes qubes, PropertyPreSet event) {
        ((Optional<?>) event.newValue())
                .map(name -> qubes.domain((DomainName) name))
                .filter(vm -> !vm.features().containsKey(CLOCK_SERVICE))
                .ifPresent(vm -> vm.features().set(CLOCK_SERVICE, true));
    }

    private static void endClock(Qubes qubes, PropertySet event) {
        if (event.oldValue().equals(Optional.of(event.newValue()))) {
            return;
        }
        event.oldValue()
                .flatMap(old -> (Optional<?>) old)
                .flatMap(name -> qubes.find((DomainName) name))
                .filter(BaseVM::available)
                .map(BaseVM::features)
                .filter(features -> features.isTrue(CLOCK_SERVICE))
                .ifPresent(features -> features.delete(CLOCK_SERVICE));
    }

    private static void announceNetvm(Qubes qubes, PropertyPreSet event) {
        for (BaseVM vm : qubes.atDefault(Network.NETVM)) {
            vm.fire(new PropertyPreSet(vm, Network.NETVM, event.newValue(), event.oldValue()));
        }
    }

    private static void reset(Qubes qubes, Property<?> property, Optional<Object> old) {
        for (BaseVM vm : qubes.atDefault(property)) {
            vm.fire(new PropertyReset(vm, property, old));
        }
    }
}
