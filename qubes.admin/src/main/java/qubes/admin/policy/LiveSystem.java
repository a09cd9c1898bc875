package qubes.admin.policy;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DisposableTemplate;
import qubes.core.vm.PowerState;
import qubes.core.vm.Qubes;

/** The domains as they are now. */
record LiveSystem(Qubes domains) implements SystemInfo {
    private static final String RELAY = "relayvm";

    /** A domain as it is now. */
    record Qube(BaseVM vm) implements KnownQube {
        @Override
        public String name() {
            return vm.name().value();
        }

        @Override
        public UUID uuid() {
            return vm.uuid();
        }

        @Override
        public String type() {
            return vm.klass();
        }

        @Override
        public boolean hasTag(String tag) {
            return vm.tags().contains(tag);
        }

        @Override
        public boolean disposableTemplate() {
            return DisposableTemplate.isOne(vm);
        }

        @Override
        public Optional<String> defaultDispvm() {
            return vm.reference("default_dispvm").map(template -> template.name().value());
        }

        @Override
        public boolean running() {
            return vm.powerState() == PowerState.RUNNING;
        }

        @Override
        public boolean internal() {
            return vm.features().isTrue("internal");
        }

        @Override
        public boolean remote() {
            return vm.hasProperty(RELAY);
        }

        @Override
        public Optional<String> relayvm() {
            return vm.reference(RELAY).map(relay -> relay.name().value());
        }

        @Override
        public Optional<String> transportRpc() {
            return vm.properties()
                    .find("transport_rpc")
                    .flatMap(vm::find)
                    .flatMap(value -> value instanceof Optional<?> some ? some : Optional.empty())
                    .map(String::valueOf);
        }
    }

    @Override
    public Optional<Qube> find(String name) {
        return name.isEmpty()
                ? Optional.empty()
                : domains.find(new DomainName(name)).map(Qube::new);
    }

    @Override
    public Optional<Qube> find(UUID uuid) {
        return domains.find(uuid).map(Qube::new);
    }

    @Override
    public List<Qube> qubes() {
        return domains.domains().stream().map(Qube::new).toList();
    }
}
