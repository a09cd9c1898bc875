package qubes.vm.templatevm;

import qubes.core.property.Property;
import qubes.core.property.PropertyType;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainContext;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.QubesVM;
import qubes.core.vm.Templates;
import qubes.core.vm.VolumeLayout;

/** The least that can be based on a template. */
final class Child extends QubesVM {
    private static final Property<DomainName> TEMPLATE =
            Property.of(BaseVM.class, "template", PropertyType.DOMAIN)
                    .loadStage(4)
                    .accept(Templates.ofKlass("TemplateVM"))
                    .define();

    private static final KlassTraits TRAITS =
            QubesVM.TRAITS
                    .extend("Child")
                    .declare(TEMPLATE)
                    .volumes(VolumeLayout.NONE.snapshot("root"))
                    .define();

    private Child(DomainContext context) {
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
            return new Child(context);
        }
    }
}
