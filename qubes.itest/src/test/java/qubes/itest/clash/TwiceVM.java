package qubes.itest.clash;

import qubes.core.property.Property;
import qubes.core.property.PropertyType;
import qubes.core.vm.DomainContext;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.QubesVM;

/** Declares two properties of one name. */
public final class TwiceVM extends QubesVM {
    /** What it wishes. */
    public static final Property<String> WISH =
            Property.of(TwiceVM.class, "wish", PropertyType.STR)
                    .doc("What the domain wishes.")
                    .defaultsTo("nothing")
                    .define();

    /** Wished for again. */
    public static final Property<Integer> WISHES =
            Property.of(TwiceVM.class, "wish", PropertyType.INT)
                    .doc("How much the domain wishes.")
                    .defaultsTo(0)
                    .define();

    /** Cannot be defined. */
    public static final KlassTraits TRAITS =
            QubesVM.TRAITS.extend("TwiceVM").declare(WISH, WISHES).define();

    TwiceVM(DomainContext context) {
        super(context);
    }
}
