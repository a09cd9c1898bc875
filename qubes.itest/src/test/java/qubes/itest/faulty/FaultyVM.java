package qubes.itest.faulty;

import qubes.core.event.FeatureSet;
import qubes.core.property.Property;
import qubes.core.property.PropertyType;
import qubes.core.vm.DomainContext;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.QubesVM;
import qubes.core.vm.VolumeLayout;

/** A domain whose rules go wrong. */
public final class FaultyVM extends QubesVM {
    /** A property with a default and a check. */
    public static final Property<String> WISH =
            Property.of(FaultyVM.class, "wish", PropertyType.STR)
                    .doc("What the domain wishes.")
                    .defaultsTo(
                            "nothing",
                            vm -> {
                                Fault.at("default");
                                return "nothing";
                            })
                    .check((name, value) -> Fault.at("check"))
                    .define();

    /** What the klass declares. */
    public static final KlassTraits TRAITS =
            QubesVM.TRAITS
                    .extend("FaultyVM")
                    .declare(WISH)
                    .on(
                            FeatureSet.of("klassy"),
                            FaultyVM.class,
                            (vm, e) -> Fault.at("klass handler"))
                    .volumes(VolumeLayout.NONE)
                    .define();

    FaultyVM(DomainContext context) {
        super(context);
    }
}
