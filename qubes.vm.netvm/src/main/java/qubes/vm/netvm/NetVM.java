package qubes.vm.netvm;

import qubes.core.event.Lifecycle;
import qubes.core.event.PropertyPreReset;
import qubes.core.event.PropertyPreSet;
import qubes.core.event.PropertySet;
import qubes.core.property.Property;
import qubes.core.property.PropertyType;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DisposableTemplate;
import qubes.core.vm.DomainContext;
import qubes.core.vm.Globals;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.Network;
import qubes.core.vm.QubesVM;
import qubes.core.vm.Templates;
import qubes.core.vm.VolumeLayout;

/** A qube based on a template that gives others their network. */
public final class NetVM extends QubesVM {
    public static final Property<DomainName> TEMPLATE =
            Property.of(BaseVM.class, "template", PropertyType.DOMAIN)
                    .doc(
                            "Template whose root volume the qube starts from. Changes only while the qube is halted.")
                    .loadStage(4)
                    .accept(Templates.ofKlass("TemplateVM"))
                    .define();

    /** True from birth: to give network is what such a qube is for. */
    public static final Property<Boolean> PROVIDES_NETWORK =
            Network.PROVIDES_NETWORK.redeclaredFor(NetVM.class).defaultsTo(true).define();

    /** What the klass declares. */
    public static final KlassTraits TRAITS =
            QubesVM.TRAITS
                    .extend("NetVM")
                    .declare(TEMPLATE)
                    .override(PROVIDES_NETWORK)
                    .with(DisposableTemplate.CAPABILITY)
                    .volumes(
                            VolumeLayout.NONE
                                    .snapshot("root")
                                    .persistent("private", 2)
                                    .scratch("volatile", 10)
                                    .kernel())
                    .on(Lifecycle.Init.class, NetVM.class, NetVM::markService)
                    .on(PropertyPreSet.of(TEMPLATE), NetVM.class, Templates::refuseUnlessHalted)
                    .on(
                            PropertyPreReset.of(TEMPLATE),
                            NetVM.class,
                            Templates.refuseReset(Globals.DEFAULT_TEMPLATE))
                    .on(PropertySet.of(TEMPLATE), NetVM.class, Templates::planAgain)
                    .define();

    NetVM(DomainContext context) {
        super(context);
    }

    /** What serves others is marked so when it begins to; this klass begins at birth. */
    private void markService(Lifecycle.Init event) {
        if (get(PROVIDES_NETWORK)) {
            features().set("servicevm", true);
        }
    }
}
