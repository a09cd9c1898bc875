package qubes.vm.netvm;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainContext;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.DomainKlass;
import qubes.core.vm.KlassTraits;

/** Makes domains of klass NetVM. */
@Component
@DomainKlass(klass = "NetVM")
public final class NetVMFactory implements DomainFactory {
    @Activate
    public NetVMFactory() {}

    @Override
    public KlassTraits traits() {
        return NetVM.TRAITS;
    }

    @Override
    public BaseVM create(DomainContext context) {
        return new NetVM(context);
    }
}
