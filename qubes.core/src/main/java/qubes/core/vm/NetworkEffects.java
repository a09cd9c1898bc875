package qubes.core.vm;

import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import qubes.core.error.QubesVMInUseError;
import qubes.core.error.QubesVMNotStartedError;
import qubes.core.event.Event;
import qubes.core.event.EventPattern;
import qubes.core.event.Lifecycle;
import qubes.core.event.NetDomainConnect;
import qubes.core.event.PropertyPreReset;
import qubes.core.event.PropertyPreSet;
import qubes.core.event.PropertyReset;
import qubes.core.event.PropertySet;
import qubes.core.property.Property;
import qubes.core.value.DomainName;

/**
 * What a change of one domain's network means to it and to others (spec events.md §3, network.md
 * §4): the handlers of the capability {@link Network}.
 */
final class NetworkEffects {
    private NetworkEffects() {}

    static List<ClassHandler<?>> handlers() {
        return List.of(
                on(PropertyPreSet.of(Network.NETVM), NetworkEffects::refuseStoppedProvider),
                on(PropertyPreSet.of(Network.NETVM), DeferredNetvm::remember),
                on(PropertyPreReset.of(Network.NETVM), NetworkEffects::announceDefault),
                on(PropertyReset.of(Network.NETVM), NetworkEffects::announceChange),
                on(PropertySet.of(Network.NETVM), NetworkEffects::connect),
                on(PropertySet.of(Network.IP), NetworkEffects::ipSet),
                on(PropertyReset.of(Network.IP), NetworkEffects::ipReset),
                on(PropertySet.of(Network.IP6), NetworkEffects::ip6Set),
                on(PropertySet.of(Network.PROVIDES_NETWORK), NetworkEffects::providesSet),
                on(PropertyReset.of(Network.PROVIDES_NETWORK), NetworkEffects::markService),
                on(
                        EventPattern.of(Lifecycle.PreShutdown.class),
                        NetworkEffects::refuseWhileClientsRun),
                on(EventPattern.of(Lifecycle.Unpaused.class), DeferredNetvm::applyAfterPause),
                on(EventPattern.of(Lifecycle.Started.class), DeferredNetvm::applyToClients),
                on(EventPattern.of(Lifecycle.Shutdown.class), DeferredNetvm::forget));
    }

    private static <E extends Event> ClassHandler<E> on(
            EventPattern<E> pattern, BiConsumer<BaseVM, E> action) {
        return ClassHandler.of(pattern, BaseVM.class, action);
    }

    private static void refuseStoppedProvider(BaseVM vm, PropertyPreSet event) {
        if (vm.isHalted()) {
            return;
        }
        ((Optional<?>) event.newValue())
                .flatMap(name -> vm.qubes().find((DomainName) name))
                .filter(BaseVM::isHalted)
                .ifPresent(
                        netvm -> {
                            throw new QubesVMNotStartedError(
                                    "Cannot dynamically attach to stopped qube " + netvm);
                        });
    }

    /** A reset that changes the netvm is announced, and can be refused, as setting it is. */
    private static void announceDefault(BaseVM vm, PropertyPreReset event) {
        Optional<DomainName> next = vm.defaultOf(Network.NETVM).flatMap(name -> name);
        next.flatMap(vm.qubes()::find).ifPresent(netvm -> Network.refuseLoop(vm, netvm));
        if (!event.oldValue().equals(Optional.of(next))) {
            vm.fire(new PropertyPreSet(vm, Network.NETVM, next, event.oldValue()));
        }
    }

    private static void announceChange(BaseVM vm, PropertyReset event) {
        Optional<DomainName> now = vm.find(Network.NETVM).flatMap(name -> name);
        if (event.oldValue().isPresent() && !event.oldValue().equals(Optional.of(now))) {
            vm.fire(new PropertySet(vm, Network.NETVM, now, event.oldValue()));
        }
    }

    /** The new netvm hears of a guest that is there already. */
    private static void connect(BaseVM vm, PropertySet event) {
        if (!vm.isHalted()) {
            ((Optional<?>) event.newValue())
                    .flatMap(name -> vm.qubes().find((DomainName) name))
                    .ifPresent(netvm -> netvm.fire(new NetDomainConnect(netvm, vm)));
        }
    }

    private static void ipSet(BaseVM vm, PropertySet event) {
        if (changed(event)) {
            announceAddress(vm, Network.GATEWAY, Network.VISIBLE_IP, Network.VISIBLE_GATEWAY);
        }
    }

    private static void ipReset(BaseVM vm, PropertyReset event) {
        if (!event.oldValue().equals(vm.find(Network.IP).map(ip -> (Object) ip))) {
            announceAddress(vm, Network.GATEWAY, Network.VISIBLE_IP, Network.VISIBLE_GATEWAY);
        }
    }

    /** Of a reset of {@code ip6} nobody is told more: the original listens for another name. */
    private static void ip6Set(BaseVM vm, PropertySet event) {
        if (changed(event)) {
            announceAddress(vm, Network.GATEWAY6, Network.VISIBLE_IP6, Network.VISIBLE_GATEWAY6);
        }
    }

    private static void announceAddress(
            BaseVM vm, Property<?> gateway, Property<?> visible, Property<?> visibleGateway) {
        Network network = Network.of(vm);
        if (network.provides()) {
            announce(vm, gateway);
        }
        announce(vm, visible);
        network.connected().forEach(client -> announce(client, visibleGateway));
    }

    private static void providesSet(BaseVM vm, PropertySet event) {
        mark(vm);
        if (changed(event)) {
            announce(vm, Network.GATEWAY);
            announce(vm, Network.GATEWAY6);
        }
    }

    private static void markService(BaseVM vm, PropertyReset event) {
        mark(vm);
    }

    /** The feature {@code servicevm} says to menus and icons that the domain serves others. */
    private static void mark(BaseVM vm) {
        if (Network.of(vm).provides()) {
            vm.features().set(Icons.SERVICE, true);
        } else if (vm.features().containsKey(Icons.SERVICE)) {
            vm.features().delete(Icons.SERVICE);
        }
        announce(vm, BaseVM.ICON);
    }

    private static boolean changed(PropertySet event) {
        return !event.oldValue().equals(Optional.of(event.newValue()));
    }

    private static void announce(BaseVM vm, Property<?> computed) {
        vm.fire(new PropertyReset(vm, computed, Optional.empty()));
    }

    private static void refuseWhileClientsRun(BaseVM vm, Lifecycle.PreShutdown event) {
        Network network = Network.of(vm);
        if (event.force() || !network.provides()) {
            return;
        }
        List<String> running =
                network.connected().stream()
                        .filter(
                                client ->
                                        !client.isHalted() && !DisposableTemplate.isPreload(client))
                        .map(BaseVM::subjectName)
                        .toList();
        if (!running.isEmpty()) {
            throw new QubesVMInUseError(
                    vm
                            + " gives network to running qubes: "
                            + String.join(", ", running)
                            + "; shut these down first, or force it");
        }
    }
}
