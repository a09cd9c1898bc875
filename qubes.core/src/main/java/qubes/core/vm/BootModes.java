package qubes.core.vm;

import java.util.Optional;
import qubes.core.event.FeatureSet;
import qubes.core.event.PropertyReset;
import qubes.core.property.Property;

/** Boot modes: named sets of kernel options that features describe (spec vm-classes §3.6). */
final class BootModes {
    private static final String DEFAULT = "default";
    private static final String OPTIONS = "boot-mode.kernelopts.";

    private BootModes() {}

    static String defaultOf(QubesVM vm) {
        String active = vm.features().get("boot-mode.active");
        if (active != null && (active.equals(DEFAULT) || options(vm, active).isPresent())) {
            return active;
        }
        BaseVM subject = vm;
        Optional<BaseVM> template = vm.template();
        for (int hops = 0; template.isPresent() && hops < BaseVM.MAX_CHAIN; hops++) {
            Optional<String> mode = appDefault(template.get());
            if (mode.isPresent()
                    && (mode.get().equals(DEFAULT) || options(subject, mode.get()).isPresent())) {
                return mode.get();
            }
            subject = template.get();
            template = subject.template();
        }
        return DEFAULT;
    }

    /** A handler: the feature that names the active mode changed, and with it the default. */
    static void announceActive(QubesVM vm, FeatureSet event) {
        if (!event.oldValue().equals(Optional.of(event.value()))
                && vm.isDefault(QubesVM.BOOTMODE)) {
            vm.fire(new PropertyReset(vm, QubesVM.BOOTMODE, Optional.empty()));
        }
    }

    /** The options of the domain's boot mode, with a blank in front; empty if there are none. */
    static String kernelOptions(QubesVM vm) {
        String mode = vm.get(QubesVM.BOOTMODE);
        if (mode.equals(DEFAULT)) {
            return "";
        }
        return options(vm, mode)
                .or(() -> natural(vm).flatMap(other -> options(vm, other)))
                .filter(text -> !text.isEmpty())
                .map(text -> " " + text)
                .orElse("");
    }

    private static Optional<String> natural(QubesVM vm) {
        return Optional.of(defaultOf(vm)).filter(mode -> !mode.equals(DEFAULT));
    }

    /** Who commands in the guest run as, in the domain's boot mode. */
    static String effectiveUser(QubesVM vm) {
        String mode = vm.get(QubesVM.BOOTMODE);
        String user = vm.get(QubesVM.DEFAULT_USER);
        return mode.equals(DEFAULT)
                ? user
                : vm.features().checkWithTemplate("boot-mode.default-user." + mode, user);
    }

    private static Optional<String> options(BaseVM vm, String mode) {
        return vm.features().findWithTemplate(OPTIONS + mode);
    }

    private static Optional<String> appDefault(BaseVM template) {
        return template.properties()
                .find("appvm_default_bootmode")
                .flatMap((Property<?> property) -> template.find(property))
                .map(Object::toString);
    }
}
