package qubes.core.vm;

import java.util.Optional;
import qubes.core.error.QubesException;
import qubes.core.event.Lifecycle;
import qubes.core.event.PropertyPreSet;
import qubes.core.event.PropertySet;
import qubes.core.value.DomainName;

/**
 * What becomes of another netvm for a paused domain (spec network.md §4): its guest cannot be told,
 * so a feature remembers which netvm it still believes to have, until the guest runs on.
 */
final class DeferredNetvm {
    /** Name of the netvm that the guest was last connected to; empty for none. */
    private static final String ORIGINAL = "deferred-netvm-original";

    private DeferredNetvm() {}

    /** A handler: the netvm is about to change. The first of several changes counts. */
    static void remember(BaseVM vm, PropertyPreSet event) {
        if (vm.powerState() == PowerState.PAUSED && !vm.features().containsKey(ORIGINAL)) {
            String original = vm.reference("netvm").map(BaseVM::subjectName).orElse("");
            vm.features().set(ORIGINAL, original);
        }
    }

    /** A handler: the guest runs on. */
    static void applyAfterPause(BaseVM vm, Lifecycle.Unpaused event) {
        if (vm.powerState() == PowerState.RUNNING) {
            apply(vm);
        }
    }

    /**
     * A handler: a netvm was started, for which clients waited. The netvm's start does not fail
     * with them.
     */
    static void applyToClients(BaseVM netvm, Lifecycle.Started event) {
        Network network = Network.of(netvm);
        if (!network.provides()) {
            return;
        }
        for (BaseVM client : network.connected()) {
            if (!client.isHalted() && client.powerState() != PowerState.PAUSED) {
                try {
                    apply(client);
                } catch (QubesException e) {
                    client.log().error("{} was not connected to {}", client, netvm, e);
                }
            }
        }
    }

    /** A handler: no guest is left to be told. */
    static void forget(BaseVM vm, Lifecycle.Shutdown event) {
        vm.write(
                () -> {
                    if (vm.features().containsKey(ORIGINAL)) {
                        vm.features().delete(ORIGINAL);
                    }
                });
    }

    /** Tells of the change that was put off, if one was and the new netvm runs. */
    static void apply(BaseVM vm) {
        if (!DisposableTemplate.isPreload(vm) && vm.features().containsKey(ORIGINAL)) {
            vm.write(() -> tell(vm));
        }
    }

    private static void tell(BaseVM vm) {
        String original = vm.features().get(ORIGINAL);
        Optional<BaseVM> netvm = vm.reference("netvm");
        if (original == null || netvm.filter(BaseVM::isHalted).isPresent()) {
            return;
        }
        Optional<DomainName> now = netvm.map(BaseVM::name);
        Optional<DomainName> before =
                Optional.of(original)
                        .filter(name -> !name.isEmpty())
                        .map(DomainName::new)
                        .filter(name -> vm.qubes().find(name).isPresent());
        vm.fire(new PropertyPreSet(vm, Network.NETVM, now, Optional.of(before)));
        if (now.isPresent()) {
            vm.fire(new PropertySet(vm, Network.NETVM, now, Optional.of(before)));
        }
        vm.features().delete(ORIGINAL);
    }
}
