package qubes.vm.appvm;

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
import qubes.core.vm.QubesVM;
import qubes.core.vm.Templates;
import qubes.core.vm.VolumeLayout;

/** A qube whose root volume is a snapshot of its template's; only its private volume persists. */
public final class AppVM extends QubesVM {
    public static final Property<DomainName> TEMPLATE =
            Property.of(BaseVM.class, "template", PropertyType.DOMAIN)
                    .allows("the name of a TemplateVM")
                    .doc(
                            "Template whose root volume the qube starts from. Changes only while the qube is halted.")
                    .loadStage(4)
                    .accept(Templates.ofKlass("TemplateVM"))
                    .define();

    /** What the klass declares. */
    public static final KlassTraits TRAITS =
            QubesVM.TRAITS
                    .extend("AppVM")
                    .declare(TEMPLATE)
                    .with(DisposableTemplate.CAPABILITY)
                    .volumes(
                            VolumeLayout.NONE
                                    .snapshot("root")
                                    .persistent("private", 2)
                                    .scratch("volatile", 10)
                                    .kernel())
                    .on(PropertyPreSet.of(TEMPLATE), AppVM.class, Templates::refuseUnlessHalted)
                    .on(
                            PropertyPreReset.of(TEMPLATE),
                            AppVM.class,
                            Templates.refuseReset(Globals.DEFAULT_TEMPLATE))
                    .on(PropertySet.of(TEMPLATE), AppVM.class, Templates::planAgain)
                    .define();

    AppVM(DomainContext context) {
        super(context);
    }
}
