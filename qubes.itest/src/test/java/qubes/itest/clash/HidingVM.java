package qubes.itest.clash;

import qubes.core.property.Property;
import qubes.core.property.PropertyType;
import qubes.core.vm.DomainContext;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.QubesVM;

/** Declares a property that would hide one of every domain's. */
public final class HidingVM extends QubesVM {
    /** The name is taken. */
    public static final Property<String> LABEL =
            Property.of(HidingVM.class, "label", PropertyType.STR)
                    .doc("Another label.")
                    .defaultsTo("none")
                    .define();

    /** Cannot be defined. */
    public static final KlassTraits TRAITS =
            QubesVM.TRAITS.extend("HidingVM").declare(LABEL).define();

    HidingVM(DomainContext context) {
        super(context);
    }
}
