package qubes.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ManifestsIT {
    @Test
    @DisplayName("the manifests of all bundles keep the rules of the house")
    void manifestsKeepTheRules() throws Exception {
        List<BundleFacts> bundles = Modules.bundles();

        assertEquals(List.of(), Manifests.violations(bundles));
    }

    @Test
    @DisplayName("every bundle is looked at, and the core's contracts are seen")
    void everyBundleIsLookedAt() throws Exception {
        List<BundleFacts> bundles = Modules.bundles();

        BundleFacts core =
                bundles.stream()
                        .filter(bundle -> bundle.module().equals("qubes.core"))
                        .findFirst()
                        .orElseThrow();
        assertTrue(
                core.contracts().contains("qubes.core.vm"), () -> "contracts: " + core.contracts());
        assertTrue(bundles.size() >= 15, () -> "bundles: " + bundles.size());
    }
}
