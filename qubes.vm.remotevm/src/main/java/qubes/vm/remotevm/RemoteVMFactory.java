package qubes.vm.remotevm;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainContext;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.DomainKlass;
import qubes.core.vm.KlassTraits;

/** Makes domains of klass RemoteVM. */
@Component
@DomainKlass(klass = "RemoteVM")
public final class RemoteVMFactory implements DomainFactory {
    @Activate
    public RemoteVMFactory() {}

    @Override
    public KlassTraits traits() {
        return RemoteVM.TRAITS;
    }

    @Override
    public BaseVM create(DomainContext context) {
        return new RemoteVM(context);
    }
}
