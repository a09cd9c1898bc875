package qubes.testkit.vm;

import java.util.function.UnaryOperator;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainContext;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.QubesVM;
import qubes.core.vm.VolumeLayout;

/**
 * A domain of a klass without peculiarities, with small volumes of its own: for tests that need
 * domains, or a template, but no bundle that brings some.
 */
public final class PlainVM extends QubesVM {
    private PlainVM(DomainContext context) {
        super(context);
    }

    /**
     * {@return a factory of a klass of that name, such as {@code TemplateVM}}
     *
     * @param klass wire name of the klass
     */
    public static DomainFactory factory(String klass) {
        return factory(klass, traits -> traits);
    }

    /**
     * {@return a factory of a klass of that name}
     *
     * @param klass wire name of the klass
     * @param more adds what the klass is to declare besides
     */
    public static DomainFactory factory(String klass, UnaryOperator<KlassTraits.Builder> more) {
        KlassTraits.Builder plain =
                QubesVM.TRAITS
                        .extend(klass)
                        .volumes(
                                VolumeLayout.NONE
                                        .persistent("root", 1)
                                        .persistent("private", 1)
                                        .scratch("volatile", 1)
                                        .kernel());
        return new Factory(more.apply(plain).define());
    }

    private record Factory(KlassTraits traits) implements DomainFactory {
        @Override
        public BaseVM create(DomainContext context) {
            return new PlainVM(context);
        }
    }
}
