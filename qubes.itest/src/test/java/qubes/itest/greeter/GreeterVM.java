package qubes.itest.greeter;

import qubes.core.property.Property;
import qubes.core.property.PropertyType;
import qubes.core.vm.DomainContext;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.QubesVM;
import qubes.core.vm.VolumeLayout;

/** A domain with something to say. */
public final class GreeterVM extends QubesVM {
    /** What it says. */
    public static final Property<String> GREETING =
            Property.of(GreeterVM.class, "greeting", PropertyType.STR)
                    .doc("What the domain says.")
                    .defaultsTo("hello")
                    .define();

    /** What the klass declares. */
    public static final KlassTraits TRAITS =
            QubesVM.TRAITS
                    .extend("GreeterVM")
                    .declare(GREETING)
                    .volumes(VolumeLayout.NONE)
                    .define();

    GreeterVM(DomainContext context) {
        super(context);
    }
}
