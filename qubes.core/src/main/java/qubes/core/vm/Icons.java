package qubes.core.vm;

import java.util.Optional;

/** Which icon stands for a domain (spec vm-classes §7). */
final class Icons {
    /** Feature of domains that serve others. */
    static final String SERVICE = "servicevm";

    private static final String TEMPLATE = "templatevm-";

    private Icons() {}

    static Optional<String> of(BaseVM vm) {
        return vm.label().map(label -> prefix(vm) + label.name());
    }

    private static String prefix(BaseVM vm) {
        String own = vm.traits().iconPrefix();
        if (own.equals(TEMPLATE)
                || (own.equals(KlassTraits.PLAIN_ICON) && DisposableTemplate.isOne(vm))) {
            return TEMPLATE;
        }
        return vm.features().isTrue(SERVICE) ? "servicevm-" : own;
    }
}
