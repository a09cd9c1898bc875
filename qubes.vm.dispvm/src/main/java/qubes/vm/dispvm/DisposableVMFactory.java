package qubes.vm.dispvm;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import qubes.core.error.QubesValueError;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DisposableTemplate;
import qubes.core.vm.DomainContext;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.DomainKlass;
import qubes.core.vm.Globals;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.NewDomain;
import qubes.core.vm.Qubes;

/** Makes disposables: domains of klass DispVM, which {@code DisposableVM} also stands for. */
@Component(property = "klass.alias=DisposableVM")
@DomainKlass(klass = "DispVM")
public final class DisposableVMFactory implements DomainFactory {
    private final DisposableIds ids;
    private final Preloading preloading;

    /**
     * @param ids the numbers
     * @param preloading what starts disposables before anybody asks
     */
    @Activate
    public DisposableVMFactory(@Reference DisposableIds ids, @Reference Preloading preloading) {
        this.ids = ids;
        this.preloading = preloading;
    }

    @Override
    public KlassTraits traits() {
        return DisposableVM.TRAITS;
    }

    /**
     * Finds the template, the number, and the name made of the number, where they are not asked
     * for.
     */
    @Override
    public NewDomain prepare(Qubes qubes, NewDomain asked) {
        NewDomain complete =
                asked.value(DisposableVM.TEMPLATE).isPresent()
                        ? asked
                        : asked.with(DisposableVM.TEMPLATE, standardTemplate(qubes));
        refuseUnlessDisposable(qubes, complete);
        if (complete.value(DisposableVM.DISPID).isEmpty()) {
            complete = complete.with(DisposableVM.DISPID, ids.next(qubes));
        }
        return complete.name().isPresent()
                ? complete
                : complete.named(
                        new DomainName("disp" + complete.value(DisposableVM.DISPID).orElseThrow()));
    }

    @Override
    public BaseVM create(DomainContext context) {
        return new DisposableVM(context, preloading);
    }

    private static DomainName standardTemplate(Qubes qubes) {
        return qubes.get(Globals.DEFAULT_DISPVM)
                .orElseThrow(
                        () ->
                                new QubesValueError(
                                        "Template for the qube not specified, nor default_dispvm set."));
    }

    /** Said before a number is drawn, in the words for a new disposable. */
    private static void refuseUnlessDisposable(Qubes qubes, NewDomain asked) {
        DomainName template = asked.value(DisposableVM.TEMPLATE).orElseThrow();
        if (!qubes.find(template).map(DisposableTemplate::isOne).orElse(false)) {
            throw new QubesValueError(
                    "No disposable can be made from "
                            + template
                            + ": it is no qube with template_for_dispvms set");
        }
    }
}
