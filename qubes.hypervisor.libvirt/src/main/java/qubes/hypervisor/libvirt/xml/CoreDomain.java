package qubes.hypervisor.libvirt.xml;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qubes.core.device.DeviceAssignment;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;
import qubes.core.state.AssignmentRecord;
import qubes.core.value.DomainName;
import qubes.core.vm.AdminVM;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Features;
import qubes.core.vm.PowerState;
import qubes.core.vm.Qubes;

/**
 * A domain of the core. One without a system around it, as tests have, shows its properties only.
 */
record CoreDomain(PropertyHolder holder, Optional<BaseVM> vm) implements DomainFacts {
    static DomainFacts of(PropertyHolder holder) {
        return new CoreDomain(holder, holder.as(BaseVM.class));
    }

    @Override
    public String name() {
        return holder.subjectName();
    }

    @Override
    public boolean hasProperty(String name) {
        return holder.properties().has(name);
    }

    @Override
    public @Nullable Object property(String name) {
        return value(holder, name);
    }

    private @Nullable Object value(PropertyHolder of, String name) {
        Optional<Property<?>> property = of.properties().find(name);
        Object value = property.flatMap(p -> (Optional<?>) of.find(p)).orElse(null);
        if (value instanceof Optional<?> optional) {
            value = optional.orElse(null);
        }
        return value instanceof DomainName referred ? domain(referred.value()).orElse(null) : value;
    }

    @Override
    public Optional<String> feature(String name, Chain chain) {
        if (vm.isEmpty()) {
            return Optional.empty();
        }
        Features features = vm.get().features();
        return switch (chain) {
            case OWN -> Optional.ofNullable(features.get(name));
            case TEMPLATE -> features.checkWithTemplate(name);
            case NETVM -> features.checkWithNetvm(name);
            case ADMINVM -> features.checkWithAdminvm(name);
            case TEMPLATE_AND_ADMINVM -> features.checkWithTemplateAndAdminvm(name);
        };
    }

    @Override
    public List<AssignmentRecord> assignments() {
        return vm.stream()
                .flatMap(v -> v.devices().assigned().stream())
                .map(DeviceAssignment::record)
                .toList();
    }

    @Override
    public Optional<DomainFacts> domain(String name) {
        return vm.flatMap(v -> v.qubes().find(new DomainName(name))).map(CoreDomain::of);
    }

    @Override
    public @Nullable Object global(String name) {
        Optional<Qubes> qubes = vm.map(BaseVM::qubes);
        return qubes.isPresent() ? value(qubes.get(), name) : null;
    }

    @Override
    public boolean running() {
        return admin() || vm.filter(v -> v.powerState() != PowerState.HALTED).isPresent();
    }

    @Override
    public boolean paused() {
        return vm.filter(v -> v.powerState() == PowerState.PAUSED).isPresent();
    }

    @Override
    public boolean admin() {
        return vm.filter(AdminVM.class::isInstance).isPresent();
    }
}
