package qubes.shell;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/**
 * What one bundle adds to the core, by its manifest, so that it can be told of one that does not
 * even resolve.
 */
final class Plugin {
    private static final String CONTRACTS = "qubes.core.";

    /** Capability namespaces that name what a service is for, to the word that stands for them. */
    private static final Map<String, String> NAMED =
            Map.of("qubes.klass", "klass ", "qubes.driver", "driver ");

    /** Contracts without names of their own, to the word that stands for them. */
    private static final Map<String, String> PLAIN =
            Map.of(
                    "qubes.core.hypervisor.Hypervisor", "hypervisor",
                    "qubes.core.admin.AdminMethod", "methods",
                    "qubes.core.event.Extension", "extension");

    private final Bundle bundle;
    private final FrameworkWiring framework;
    private final ServiceComponentRuntime components;

    Plugin(Bundle bundle, FrameworkWiring framework, ServiceComponentRuntime components) {
        this.bundle = bundle;
        this.framework = framework;
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

    /** Why what it adds is not there; empty if it is. */
    String reason() {
        return switch (bundle.getState()) {
            case Bundle.INSTALLED -> missing();
            case Bundle.ACTIVE, Bundle.STARTING -> componentTrouble();
            default -> "";
        };
    }

    private String missing() {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        StringJoiner missing = new StringJoiner(", ", "needs ", "").setEmptyValue("never started");
        for (BundleRequirement requirement : revision.getDeclaredRequirements(null)) {
            boolean optional = "optional".equals(requirement.getDirectives().get("resolution"));
            if (!optional && framework.findProviders(requirement).isEmpty()) {
                missing.add(
                        requirement.getNamespace()
                                + " "
                                + requirement.getDirectives().getOrDefault("filter", ""));
            }
        }
        return missing.toString();
    }

    private String componentTrouble() {
        StringJoiner trouble = new StringJoiner(", ");
        for (ComponentDescriptionDTO description : components.getComponentDescriptionDTOs(bundle)) {
            for (ComponentConfigurationDTO component :
                    components.getComponentConfigurationDTOs(description)) {
                if (component.state == ComponentConfigurationDTO.FAILED_ACTIVATION) {
                    trouble.add(firstLine(component.failure));
                }
                for (UnsatisfiedReferenceDTO reference : component.unsatisfiedReferences) {
                    trouble.add("waits for " + reference.name);
                }
            }
        }
        return trouble.toString();
    }

    private static String firstLine(String text) {
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }
}
