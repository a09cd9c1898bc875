package qubes.shell;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/**
 * What one bundle adds to the core, by its manifest, so that it can be told of one that does not
 * even resolve.
 */
final class Plugin {
    private static final String CAUSE = "Caused by: ";

    /** Capability namespaces that name what a service is for, to the word that stands for them. */
    private static final Map<String, String> NAMED =
            Map.of(
                    "qubes.klass",
                    "klass ",
                    "qubes.driver",
                    "driver ",
                    "qubes.device",
                    "device class ");

    /** Contracts without names of their own, to the word that stands for them. */
    private static final Map<String, String> PLAIN =
            Map.of(
                    "qubes.core.hypervisor.Hypervisor", "hypervisor",
                    "qubes.core.admin.AdminMethod", "methods",
                    "qubes.core.event.Extension", "extension");

    private final Bundle bundle;
    private final ServiceComponentRuntime components;

    Plugin(Bundle bundle, ServiceComponentRuntime components) {
        this.bundle = bundle;
        this.components = components;
    }

    /**
     * What it adds: {@code klass AppVM}, {@code driver file}, {@code hypervisor}. Empty for bundles
     * that are no plugins.
     */
    List<String> additions() {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        if (revision == null) {
            return List.of();
        }
        List<String> additions = new ArrayList<>();
        NAMED.forEach(
                (namespace, word) ->
                        revision.getDeclaredCapabilities(namespace)
                                .forEach(
                                        capability ->
                                                additions.add(
                                                        word
                                                                + capability
                                                                        .getAttributes()
                                                                        .get(namespace))));
        revision.getDeclaredCapabilities("osgi.service")
                .forEach(
                        capability -> {
                            if (capability.getAttributes().get(Constants.OBJECTCLASS)
                                    instanceof Collection<?> types) {
                                PLAIN.forEach(
                                        (type, word) -> {
                                            if (types.contains(type) && !additions.contains(word)) {
                                                additions.add(word);
                                            }
                                        });
                            }
                        });
        additions.sort(null);
        return additions;
    }

    String state() {
        return switch (bundle.getState()) {
            case Bundle.ACTIVE -> "active";
            case Bundle.STARTING -> "starting";
            case Bundle.STOPPING -> "stopping";
            case Bundle.RESOLVED -> "stopped";
            case Bundle.INSTALLED -> "unresolved";
            default -> "uninstalled";
        };
    }

    /** Its symbolic name; of one without, that of its file. */
    String name() {
        String name = bundle.getSymbolicName();
        String location = bundle.getLocation();
        return name == null ? location.substring(location.lastIndexOf('/') + 1) : name;
    }

    /**
     * Why what it adds is not there, as far as its components tell.
     *
     * @param soFarUnknown whether nobody else has told a reason
     */
    List<String> reasons(boolean soFarUnknown) {
        return switch (bundle.getState()) {
            case Bundle.INSTALLED -> soFarUnknown ? List.of("never started") : List.of();
            case Bundle.ACTIVE, Bundle.STARTING -> componentTroubles();
            default -> List.of();
        };
    }

    private List<String> componentTroubles() {
        List<String> troubles = new ArrayList<>();
        for (ComponentDescriptionDTO description : components.getComponentDescriptionDTOs(bundle)) {
            for (ComponentConfigurationDTO component :
                    components.getComponentConfigurationDTOs(description)) {
                if (component.state == ComponentConfigurationDTO.FAILED_ACTIVATION) {
                    troubles.add(lastCause(component.failure));
                }
                for (UnsatisfiedReferenceDTO reference : component.unsatisfiedReferences) {
                    troubles.add("waits for " + reference.name);
                }
            }
        }
        return troubles;
    }

    /** Of a stack trace, what it all began with: what is around it is the framework's. */
    private static String lastCause(String stackTrace) {
        return stackTrace
                .lines()
                .filter(line -> line.startsWith(CAUSE))
                .map(line -> line.substring(CAUSE.length()))
                .reduce((earlier, later) -> later)
                .or(() -> stackTrace.lines().findFirst())
                .map(line -> "does not start: " + line)
                .orElse("does not start");
    }
}
