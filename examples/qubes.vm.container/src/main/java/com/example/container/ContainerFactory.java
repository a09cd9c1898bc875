package com.example.container;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainContext;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.DomainKlass;
import qubes.core.vm.KlassTraits;

/**
 * Makes domains of klass Container. This service is all that the core sees of the klass: while it
 * is there such domains can be made and used, while it is away they are kept as they were stored.
 */
@Component
@DomainKlass(klass = Container.KLASS)
public final class ContainerFactory implements DomainFactory {
    /** Called by Declarative Services when the bundle starts. */
    @Activate
    public ContainerFactory() {}

    @Override
    public KlassTraits traits() {
        return Container.TRAITS;
    }

    /** Called for each domain, often, and by readers: no I/O, and nothing is changed. */
    @Override
    public BaseVM create(DomainContext context) {
        return new Container(context);
    }
}
