package qubes.bench.plugin;

import qubes.core.vm.DomainContext;
import qubes.core.vm.QubesVM;

/** A domain of a sample plugin. */
public final class SampleVM extends QubesVM {
    SampleVM(DomainContext context) {
        super(context);
    }
}
