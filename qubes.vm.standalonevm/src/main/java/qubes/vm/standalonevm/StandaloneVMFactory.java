package qubes.vm.standalonevm;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainContext;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.DomainKlass;
import qubes.core.vm.KlassTraits;

/** Makes domains of klass StandaloneVM. */
@Component
@DomainKlass(klass = "StandaloneVM")
public final class StandaloneVMFactory implements DomainFactory {
    @Activate
    public StandaloneVMFactory() {}

    @Override
    public KlassTraits traits() {
        return StandaloneVM.TRAITS;
    }

    @Override
    public BaseVM create(DomainContext context) {
        return new StandaloneVM(context);
    }
}
