package qubes.hypervisor.libvirt.xml;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qubes.core.hypervisor.GuestSpec;
import qubes.hypervisor.libvirt.jinja.Visible;
import qubes.hypervisor.libvirt.xml.DomainFacts.Chain;

/** {@code vm} in templates: the domain that starts, as templates of Qubes OS know it. */
final class GuestView implements Visible {
    private static final Set<String> KERNELS_OF_GUESTS = Set.of("pvgrub2", "pvgrub2-pvh");

    private final GuestSpec spec;
    private final DomainFacts facts;
    private final DomainView domain;

    GuestView(GuestSpec spec, DomainFacts facts) {
        this.spec = spec;
        this.facts = facts;
        this.domain = new DomainView(facts);
    }

    @Override
    public @Nullable Object attribute(String name) {
        return switch (name) {
            case "name" -> spec.name();
            case "uuid" -> spec.uuid().toString();
            case "memory" -> spec.memoryMiB();
            case "maxmem" -> spec.maxMemoryMiB();
            case "vcpus" -> spec.vcpus();
            case "virt_mode" -> spec.virtMode();
            case "block_devices" -> SpecView.disks(spec);
            case "use_memory_hotplug" -> usesMemoryHotplug();
            default -> domain.attribute(name);
        };
    }

    /** As spec vm-classes §3.7 says; looks for a file beside the kernel. */
    private boolean usesMemoryHotplug() {
        Optional<String> decided = facts.feature("memory-hotplug", Chain.TEMPLATE);
        if (decided.isPresent()) {
            return !decided.get().isEmpty();
        }
        if (spec.virtMode().equals("hvm")) {
            return false;
        }
        Optional<Path> folder = spec.kernel().map(Path::getParent);
        if (folder.isPresent()
                && !KERNELS_OF_GUESTS.contains(String.valueOf(folder.get().getFileName()))) {
            return Files.exists(folder.get().resolve("memory-hotplug-supported"));
        }
        return facts.feature("supported-feature.memory-hotplug", Chain.TEMPLATE)
                .filter(value -> !value.isEmpty())
                .isPresent();
    }

    @Override
    public String toString() {
        return spec.name();
    }
}
