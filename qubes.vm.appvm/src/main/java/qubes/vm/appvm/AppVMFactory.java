package qubes.vm.appvm;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainContext;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.DomainKlass;
import qubes.core.vm.KlassTraits;

/** Makes domains of klass AppVM. */
@Component
@DomainKlass(klass = "AppVM")
public final class AppVMFactory implements DomainFactory {
    @Activate
    public AppVMFactory() {}

    @Override
    public KlassTraits traits() {
        return AppVM.TRAITS;
    }

    @Override
    public BaseVM create(DomainContext context) {
        return new AppVM(context);
    }
}
