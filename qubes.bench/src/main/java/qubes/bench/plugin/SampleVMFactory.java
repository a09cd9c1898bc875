package qubes.bench.plugin;

import java.util.Map;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainContext;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.QubesVM;
import qubes.core.vm.VolumeLayout;

/** Makes domains of the klass that its component's property {@code klass} names. */
public final class SampleVMFactory implements DomainFactory {
    private final KlassTraits traits;

    /** Called by Declarative Services; {@link qubes.bench.KlassJar} has the descriptor. */
    public SampleVMFactory(Map<String, Object> properties) {
        this.traits =
                QubesVM.TRAITS
                        .extend(String.valueOf(properties.get("klass")))
                        .volumes(VolumeLayout.NONE)
                        .define();
    }

    @Override
    public KlassTraits traits() {
        return traits;
    }

    @Override
    public BaseVM create(DomainContext context) {
        return new SampleVM(context);
    }
}
