package qubes.vm.remotevm;

import java.util.Optional;
import qubes.core.property.Property;
import qubes.core.property.PropertyType;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainContext;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.PowerState;
import qubes.core.vm.QubesVM;
import qubes.core.vm.References;

/**
 * A qube of another system, reached through a local one that relays to it. It has no volumes,
 * devices or network here.
 */
public final class RemoteVM extends BaseVM {
    private static final PropertyType<Optional<String>> TEXT =
            new PropertyType<>(
                    "str",
                    "str",
                    text -> Optional.of(PropertyType.STR_OF_ANY.parse(text)),
                    value -> value.orElse(""));

    public static final Property<Boolean> INCLUDE_IN_BACKUPS =
            QubesVM.INCLUDE_IN_BACKUPS.redeclaredFor(RemoteVM.class).defaultsTo(false).define();

    public static final Property<Optional<DomainName>> RELAYVM =
            Property.of(RemoteVM.class, "relayvm", PropertyType.OPTIONAL_DOMAIN)
                    .doc("Local qube through which this one is reached.")
                    .loadStage(4)
                    .defaultsTo(Optional.empty())
                    .accept(References.existing("relayvm"))
                    .define();

    public static final Property<Optional<String>> TRANSPORT_RPC =
            text("transport_rpc", "Service of the relay that carries calls to this qube.");

    public static final Property<Optional<String>> REMOTE_NAME =
            text("remote_name", "Name of the qube on its own system.");

    /** What the klass declares. */
    public static final KlassTraits TRAITS =
            BaseVM.TRAITS
                    .extend("RemoteVM")
                    .icon("remotevm-")
                    .declare(INCLUDE_IN_BACKUPS, RELAYVM, TRANSPORT_RPC, REMOTE_NAME)
                    .define();

    RemoteVM(DomainContext context) {
        super(context);
    }

    /** Always running: what it really does, only its own system knows. */
    @Override
    public PowerState powerState() {
        return PowerState.RUNNING;
    }

    /**
     * None is what such a property is until it is set; none that is set is the word, as with the
     * original, and so is the nothing that a store may hold.
     */
    private static Property<Optional<String>> text(String name, String doc) {
        return Property.of(RemoteVM.class, name, TEXT)
                .doc(doc)
                .defaultsTo(Optional.empty())
                .parsedBy((vm, text) -> Optional.of(text))
                .accept((vm, value) -> Optional.of(value.orElse("None")))
                .define();
    }
}
