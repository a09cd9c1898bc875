package qubes.hypervisor.libvirt.xml;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.hypervisor.libvirt.jinja.Undefined;
import qubes.hypervisor.libvirt.jinja.Visible;

/** {@code vm.app} in templates: global properties, other domains, the host. */
record SystemView(DomainFacts facts) implements Visible {
    private static final Logger log = LoggerFactory.getLogger(SystemView.class);

    @Override
    public @Nullable Object attribute(String name) {
        return switch (name) {
            case "domains" -> new Domains(facts);
            case "host" -> new Host();
            default -> DomainView.shown(facts.global(name));
        };
    }

    /** {@code vm.app.domains['name']}. */
    private record Domains(DomainFacts facts) implements Visible {
        @Override
        public Object attribute(String name) {
            return facts.domain(name)
                    .<Object>map(DomainView::new)
                    .orElseGet(() -> Undefined.attribute("domains", name));
        }
    }

    /** {@code vm.app.host}. */
    private record Host() implements Visible {
        @Override
        public Object attribute(String name) {
            return name.equals("cpu_family_model")
                    ? familyAndModel()
                    : Undefined.attribute("host", name);
        }

        private static List<Long> familyAndModel() {
            try {
                List<String> lines = Files.readAllLines(Path.of("/proc/cpuinfo"));
                List<Long> found = new ArrayList<>();
                for (String key : List.of("cpu family", "model")) {
                    lines.stream()
                            .filter(line -> line.matches(key + "\\s*:.*"))
                            .findFirst()
                            .map(line -> line.replaceFirst(".*:\\s*", ""))
                            .filter(value -> value.matches("\\d+"))
                            .map(Long::valueOf)
                            .ifPresent(found::add);
                }
                return found;
            } catch (IOException e) {
                log.warn("The host's processor is not known", e);
                return List.of();
            }
        }
    }
}
