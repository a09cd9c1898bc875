package qubes.itest.faulty;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainContext;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.DomainKlass;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.NewDomain;
import qubes.core.vm.Qubes;

/** Makes domains of klass FaultyVM. */
@Component
@DomainKlass(klass = "FaultyVM")
public final class FaultyFactory implements DomainFactory {
    @Activate
    public FaultyFactory() {
        Fault.at("activate");
    }

    @Deactivate
    void deactivate() {
        Fault.at("deactivate");
    }

    @Override
    public KlassTraits traits() {
        Fault.at("traits");
        return FaultyVM.TRAITS;
    }

    @Override
    public NewDomain prepare(Qubes qubes, NewDomain asked) {
        Fault.at("prepare");
        return asked;
    }

    @Override
    public BaseVM create(DomainContext context) {
        Fault.at("create");
        return new FaultyVM(context);
    }
}
