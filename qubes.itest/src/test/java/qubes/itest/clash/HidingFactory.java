package qubes.itest.clash;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainContext;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.DomainKlass;
import qubes.core.vm.KlassTraits;

/** Would make domains of klass HidingVM. */
@Component
@DomainKlass(klass = "HidingVM")
public final class HidingFactory implements DomainFactory {
    @Activate
    public HidingFactory() {}

    @Override
    public KlassTraits traits() {
        return HidingVM.TRAITS;
    }

    @Override
    public BaseVM create(DomainContext context) {
        return new HidingVM(context);
    }
}
