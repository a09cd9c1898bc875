package qubes.vm.templatevm;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainContext;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.DomainKlass;
import qubes.core.vm.KlassTraits;

/** Makes domains of klass TemplateVM. */
@Component
@DomainKlass(klass = "TemplateVM")
public final class TemplateVMFactory implements DomainFactory {
    @Activate
    public TemplateVMFactory() {}

    @Override
    public KlassTraits traits() {
        return TemplateVM.TRAITS;
    }

    @Override
    public BaseVM create(DomainContext context) {
        return new TemplateVM(context);
    }
}
