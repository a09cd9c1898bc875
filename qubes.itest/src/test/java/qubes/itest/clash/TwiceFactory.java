package qubes.itest.clash;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainContext;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.DomainKlass;
import qubes.core.vm.KlassTraits;

/** Would make domains of klass TwiceVM. */
@Component
@DomainKlass(klass = "TwiceVM")
public final class TwiceFactory implements DomainFactory {
    @Activate
    public TwiceFactory() {}

    @Override
    public KlassTraits traits() {
        return TwiceVM.TRAITS;
    }

    @Override
    public BaseVM create(DomainContext context) {
        return new TwiceVM(context);
    }
}
