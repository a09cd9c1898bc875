package qubes.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.jar.Attributes;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page of bundles, of a house of four. */
class BundlePageTest {
    private static final BundleServices CORE =
            bundle(
                    "qubes.core",
                    "qubes.core.vm;version=\"1.0.0\"",
                    service("qubes.core.vm.Qubes"),
                    uses("qubes.core.vm.DomainFactory", ";resolution:=optional"));
    private static final BundleServices ONE =
            bundle(
                    "vm.one",
                    "",
                    service("qubes.core.vm.DomainFactory") + ",qubes.klass;qubes.klass=OneVM",
                    "osgi.ee");
    private static final BundleServices TWO =
            bundle(
                    "vm.two",
                    "",
                    service("qubes.core.vm.DomainFactory") + "," + service("vm.two.Own"),
                    uses("vm.two.Own", ""));
    private static final BundleServices SHELL =
            bundle(
                    "qubes.shell",
                    "",
                    service("qubes.shell.Command"),
                    uses("qubes.core.vm.Qubes", ""));

    private static BundleServices bundle(
            String name, String exports, String provides, String requires) {
        Attributes headers = new Attributes();
        headers.putValue("Bundle-SymbolicName", name);
        headers.putValue("Export-Package", exports);
        headers.putValue("Provide-Capability", provides);
        headers.putValue("Require-Capability", requires);
        return BundleServices.of(headers);
    }

    private static String service(String type) {
        return "osgi.service;objectClass:List<String>=\"" + type + "\"";
    }

    private static String uses(String type, String more) {
        return "osgi.service;filter:=\"(objectClass=" + type + ")\";effective:=active" + more;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "        vm_one[\"vm.one<br/>vm.two\"]\n",
                "    vm_one -.->|DomainFactory| qubes_core\n",
                "    qubes_core -->|Qubes| qubes_shell\n",
                "| `qubes.core` | 0 |  | Qubes | DomainFactory (optional) | `qubes.core.vm` 1.0.0 |\n",
                "| `vm.one` | 1 | klass OneVM | DomainFactory |  |  |\n",
                "| `qubes.shell` | 2 |  |  | Qubes |  |\n",
            })
    @DisplayName(
            "bundles of a kind share a box, arrows lead from providers to users, rows tell all")
    void tellsOfBundles(String line) {
        String page = BundlePage.of(List.of(CORE, ONE, TWO, SHELL));
        assertTrue(page.contains(line), page);
    }

    @Test
    @DisplayName("what a bundle keeps to itself is not shown")
    void hidesOwnServices() {
        assertEquals(List.of("DomainFactory"), List.copyOf(TWO.provides()));
        assertFalse(BundlePage.of(List.of(CORE, TWO)).contains("Own"));
    }
}
