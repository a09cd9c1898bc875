package qubes.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import qubes.core.error.QubesException;
import qubes.core.event.FeaturesRequest;
import qubes.core.event.Lifecycle;
import qubes.core.property.Property;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Globals;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;

/**
 * What happens to a domain that lives long enough, in one go: its properties, features and tags
 * change, it is started, paused, shut down and killed where it can be, and it is loaded once more.
 * Afterwards it is halted and has what it had, but the label, and memory where it has any.
 */
public final class OrdinaryLife {
    private final BaseVM vm;
    private final List<String> refused = new ArrayList<>();

    private OrdinaryLife(BaseVM vm) {
        this.vm = vm;
    }

    /**
     * Lets the domain live. Blocks.
     *
     * @param vm a halted domain
     * @return the steps that were refused with an error that clients know, with its message
     * @throws RuntimeException any other error, at once
     */
    public static List<String> of(BaseVM vm) {
        OrdinaryLife life = new OrdinaryLife(vm);
        life.changeProperties();
        life.changeFeaturesAndTags();
        life.changeGlobals();
        vm.as(QubesVM.class).ifPresent(life::run);
        life.step("load", () -> vm.fire(new Lifecycle.Load(vm)));
        return List.copyOf(life.refused);
    }

    private void changeProperties() {
        for (Property<?> property : vm.properties()) {
            if (!property.computed() && !property.writeOnce() && vm.isDefault(property)) {
                step(property.name(), () -> setToDefault(property));
            }
        }
        step("label", () -> Domains.set(vm, "label=green"));
        if (vm.hasProperty(QubesVM.MEMORY.name())) {
            step("memory", () -> Domains.set(vm, "memory=500"));
        }
    }

    private <T> void setToDefault(Property<T> property) {
        Optional<T> value = vm.find(property);
        if (value.isPresent() && !value.get().equals(Optional.empty())) {
            vm.set(property, value.orElseThrow());
            vm.reset(property);
        }
    }

    private void changeFeaturesAndTags() {
        for (String feature : List.of("contract", "gui", "service.contract", "menu-items")) {
            if (!vm.features().containsKey(feature)) {
                step(
                        "feature " + feature,
                        () -> {
                            vm.features().set(feature, "1");
                            vm.features().set(feature, "2");
                            vm.features().remove(feature);
                        });
            }
        }
        step(
                "a request for features",
                () ->
                        vm.fire(
                                new FeaturesRequest(
                                        vm, Map.of("qrexec", "1", "os", "Linux", "contract", ""))));
        step(
                "tag",
                () -> {
                    vm.tags().add("contract");
                    vm.tags().discard("contract");
                });
    }

    private void changeGlobals() {
        Qubes qubes = vm.qubes();
        for (Property<Optional<DomainName>> global :
                List.of(Globals.DEFAULT_AUDIOVM, Globals.DEFAULT_GUIVM, Globals.UPDATEVM)) {
            if (qubes.isDefault(global)) {
                step(
                        global.name(),
                        () -> {
                            qubes.set(global, Optional.of(qubes.admin().name()));
                            qubes.reset(global);
                        });
            }
        }
    }

    private void run(QubesVM guest) {
        step(
                "start",
                () -> {
                    if (guest.hasProperty(QubesVM.KERNEL.name())
                            && guest.isDefault(QubesVM.KERNEL)) {
                        guest.set(QubesVM.KERNEL, "");
                    }
                    guest.start();
                });
        step("features while it runs", () -> guest.features().set("contract", "running"));
        step("pause", guest::pause);
        step("unpause", guest::unpause);
        step("shutdown", () -> guest.shutdown(false, true));
        if (!guest.isHalted()) {
            step("kill", guest::kill);
        }
        if (vm.available()) {
            step("features once more", () -> guest.features().remove("contract"));
            step("start again", guest::start);
            step("kill", guest::kill);
        }
    }

    private void step(String name, Runnable action) {
        try {
            action.run();
        } catch (QubesException e) {
            refused.add(name + ": " + e.getMessage());
        }
    }
}
