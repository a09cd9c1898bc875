package qubes.ext.audio;

import qubes.core.property.Property;
import qubes.core.property.PropertyType;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainContext;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.QubesVM;
import qubes.core.vm.VolumeLayout;

/** The least that says of itself that nobody uses it yet. */
final class Waiting extends QubesVM {
    private static final KlassTraits TRAITS =
            QubesVM.TRAITS
                    .extend("Waiting")
                    .declare(
                            Property.of(BaseVM.class, "is_preload", PropertyType.BOOL)
                                    .computed("always", vm -> true)
                                    .define())
                    .volumes(VolumeLayout.NONE)
                    .define();

    private Waiting(DomainContext context) {
        super(context);
    }

    /** Registered by the test, as a bundle's component would be. */
    static final class Factory implements DomainFactory {
        @Override
        public KlassTraits traits() {
            return TRAITS;
        }

        @Override
        public BaseVM create(DomainContext context) {
            return new Waiting(context);
        }
    }
}
