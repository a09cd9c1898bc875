package qubes.itest.greeter;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainContext;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.DomainKlass;
import qubes.core.vm.KlassTraits;

/** Makes domains of klass GreeterVM. */
@Component
@DomainKlass(klass = "GreeterVM")
public final class GreeterVMFactory implements DomainFactory {
    @Activate
    public GreeterVMFactory() {}

    @Override
    public KlassTraits traits() {
        return GreeterVM.TRAITS;
    }

    @Override
    public BaseVM create(DomainContext context) {
        return new GreeterVM(context);
    }
}
