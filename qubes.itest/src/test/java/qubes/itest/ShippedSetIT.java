package qubes.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleRevision;
import qubes.testkit.exam.PaxExam;
import qubes.testkit.exam.QubesExam;

@ExtendWith(PaxExam.class)
class ShippedSetIT {
    @Configuration
    static Option[] system() {
        return options(QubesExam.options());
    }

    @Test
    @DisplayName("every bundle of ours and of the services is active")
    void everyBundleIsActive(BundleContext context) {
        Set<String> idle =
                Arrays.stream(context.getBundles())
                        .filter(bundle -> bundle.getState() != Bundle.ACTIVE)
                        .map(Bundle::getSymbolicName)
                        .collect(Collectors.toSet());
        assertEquals(Set.of(), idle);
    }

    @ParameterizedTest
    @ValueSource(strings = {"qubes.core", "qubes.admin", "qubes.hypervisor.libvirt", "qubes.shell"})
    @DisplayName("the set holds each floor")
    void holdsEachFloor(String name, BundleContext context) {
        assertEquals(1, bundles(context, name).size());
    }

    @Test
    @DisplayName("no shell is in the set: it would read the daemon's standard input")
    void holdsNoShell(BundleContext context) {
        List<Map<String, Object>> shells =
                Arrays.stream(context.getBundles())
                        .flatMap(
                                bundle ->
                                        bundle
                                                .adapt(BundleRevision.class)
                                                .getDeclaredCapabilities("org.apache.felix.gogo")
                                                .stream())
                        .map(capability -> capability.getAttributes())
                        .filter(attributes -> attributes.containsValue("shell.implementation"))
                        .toList();
        assertEquals(List.of(), shells);
    }

    private static List<Bundle> bundles(BundleContext context, String name) {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()))
                .toList();
    }
}
