package ${package};

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainContext;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.DomainKlass;
import qubes.core.vm.KlassTraits;

/**
 * Makes domains of klass ${name}VM. This service is all that the core sees of the bundle: while it
 * is there such domains can be made and used, while it is away they are kept as they were stored.
 */
@Component
@DomainKlass(klass = ${name}VM.KLASS)
public final class ${name}VMFactory implements DomainFactory {
    /** Called by Declarative Services when the bundle starts. */
    @Activate
    public ${name}VMFactory() {}

    @Override
    public KlassTraits traits() {
        return ${name}VM.TRAITS;
    }

    /** Called for each domain, often, and by readers: no I/O, and nothing is changed. */
    @Override
    public BaseVM create(DomainContext context) {
        return new ${name}VM(context);
    }
}
