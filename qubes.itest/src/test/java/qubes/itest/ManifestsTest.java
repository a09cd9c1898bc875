package qubes.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestsTest {
    private static final String VM = "qubes.core.vm;version=\"[1.0,2)\"";
    private static final BundleFacts CORE =
            bundle(
                    "qubes.core",
                    "qubes.core.vm;version=\"1.0.0\";uses:=\"qubes.core.event,qubes.core.internal\"",
                    "org.slf4j;version=\"[2.0,3)\"",
                    "qubes.core.vm");
    private static final BundleFacts APPVM =
            bundle(
                    "qubes.vm.appvm",
                    "",
                    "qubes.core.vm;version=\"[1.0,2)\",org.slf4j;version=\"[2.0,3)\"");
    private static final BundleFacts EXPORTER =
            bundle("qubes.vm.appvm", "qubes.vm.appvm", "", "qubes.vm.appvm");
    private static final BundleFacts NETVM = bundle("qubes.vm.netvm", "", VM);
    private static final BundleFacts LIBVIRT =
            bundle(
                    "qubes.hypervisor.libvirt",
                    "org.libvirt;version=\"0.5.4\",org.libvirt.jna",
                    "com.sun.jna;version=\"[5.0,6)\"," + VM);

    @Test
    @DisplayName("a house in order has no violations")
    void orderIsAccepted() {
        assertEquals(List.of(), Manifests.violations(List.of(CORE, APPVM, NETVM, LIBVIRT)));
    }

    @Test
    @DisplayName("an exported package that is no contract is caught")
    void exportWithoutContractIsCaught() {
        assertCaught(
                "qubes.vm.appvm: exports qubes.vm.appvm.parts, which is not annotated as a contract",
                bundle("qubes.vm.appvm", "qubes.vm.appvm.parts", ""));
    }

    @Test
    @DisplayName("an exported internal package is caught even when annotated")
    void exportedInternalIsCaught() {
        assertCaught(
                "qubes.core: exports qubes.core.internal.store, which is internal",
                bundle("qubes.core", "qubes.core.internal.store", "", "qubes.core.internal.store"));
    }

    @Test
    @DisplayName("a contract that is not exported is caught")
    void contractThatIsNotExportedIsCaught() {
        assertCaught(
                "qubes.core: does not export its contract qubes.core.vm",
                bundle("qubes.core", "", "", "qubes.core.vm"));
    }

    @Test
    @DisplayName("a library exported by any bundle but libvirt's is caught")
    void exportedLibraryIsCaught() {
        assertCaught(
                "qubes.admin: exports org.libvirt, which is not its own",
                bundle("qubes.admin", "org.libvirt", ""));
    }

    @Test
    @DisplayName("a floor-1 bundle that imports another is caught")
    void importOfAnotherPluginIsCaught() {
        assertCaught(
                "qubes.vm.netvm: imports qubes.vm.appvm of qubes.vm.appvm",
                EXPORTER,
                bundle("qubes.vm.netvm", "", "qubes.vm.appvm;version=\"[1.0,2)\""));
    }

    @Test
    @DisplayName("the core importing a plugin, and the client importing the core, are caught")
    void importAgainstTheFloorsIsCaught() {
        assertCaught(
                "qubes.core: imports qubes.vm.appvm of qubes.vm.appvm",
                EXPORTER,
                bundle("qubes.core", "", "qubes.vm.appvm;version=\"[1.0,2)\""));
        assertCaught(
                "qubes.client: imports qubes.core.vm of qubes.core",
                CORE,
                bundle("qubes.client", "", VM));
    }

    @Test
    @DisplayName("libvirt or JNA imported by any other bundle is caught")
    void libvirtElsewhereIsCaught() {
        assertCaught(
                "qubes.admin: imports org.libvirt.event, which only qubes.hypervisor.libvirt may",
                bundle("qubes.admin", "", "org.libvirt.event;version=\"[0.5,1)\""));
        assertCaught(
                "qubes.storage.file: imports com.sun.jna, which only qubes.hypervisor.libvirt may",
                bundle("qubes.storage.file", "", "com.sun.jna;version=\"[5.0,6)\""));
    }

    @Test
    @DisplayName("a symbolic name that is not the folder's is caught")
    void wrongNameIsCaught() {
        Manifest manifest = manifest("org.qubes.admin", "", "");
        assertCaught(
                "qubes.admin: its Bundle-SymbolicName is org.qubes.admin",
                BundleFacts.of("qubes.admin", manifest, Set.of(), Set.of()));
    }

    @Test
    @DisplayName("activators, required bundles, dynamic imports and java.* imports are caught")
    void wiringByHandIsCaught() {
        for (String header :
                List.of("Bundle-Activator", "Require-Bundle", "DynamicImport-Package")) {
            Manifest manifest = manifest("qubes.admin", "", "");
            manifest.getMainAttributes().putValue(header, "x");
            assertCaught(
                    "qubes.admin: has " + header,
                    BundleFacts.of("qubes.admin", manifest, Set.of(), Set.of()));
        }
        assertCaught("qubes.admin: imports java.util", bundle("qubes.admin", "", "java.util"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "qubes.core.vm;version=\"[1.0,2)\"   | in order",
                "qubes.core.vm;version=\"[1.3,2)\"   | in order",
                "qubes.core.vm                       | imports qubes.core.vm without a range of versions",
                "qubes.core.vm;version=\"1.0\"       | imports qubes.core.vm without a range of versions",
                "qubes.core.vm;version=\"[1.0,3)\"   | imports qubes.core.vm in [1.0,3) instead of [1.0,2)",
                "qubes.core.vm;version=\"[1.0,1.1)\" | imports qubes.core.vm in [1.0,1.1) instead of [1.0,2)",
                "qubes.core.internal.store;version=\"[1.0,2)\" "
                        + "| imports qubes.core.internal.store, which qubes.core does not export",
                "org.slf4j                           | imports org.slf4j without a range of versions",
                "org.slf4j;resolution:=optional      | in order",
                "javax.xml.stream                    | in order",
            })
    @DisplayName("a user of a package takes all compatible versions of it")
    void rangesOfUsersAreWide(String imports, String outcome) {
        List<String> expected =
                outcome.equals("in order") ? List.of() : List.of("qubes.admin: " + outcome);
        assertEquals(
                expected, Manifests.violations(List.of(CORE, bundle("qubes.admin", "", imports))));
    }

    @Test
    @DisplayName("who implements what is the provider's takes no version with more to implement")
    void rangesOfProvidersAreNarrow() {
        Manifest wide = manifest("qubes.admin", "", VM);
        Manifest narrow = manifest("qubes.admin", "", "qubes.core.vm;version=\"[1.0,1.1)\"");
        Set<String> provided = Set.of("qubes.core.vm");
        assertCaught(
                "qubes.admin: imports qubes.core.vm in [1.0,2) instead of [1.0,1.1)",
                CORE,
                BundleFacts.of("qubes.admin", wide, Set.of(), provided));
        assertEquals(
                List.of(),
                Manifests.violations(
                        List.of(CORE, BundleFacts.of("qubes.admin", narrow, Set.of(), provided))));
    }

    @Test
    @DisplayName("a package that is imported twice is caught")
    void importedTwiceIsCaught() {
        assertCaught(
                "qubes.admin: imports qubes.core.vm twice",
                CORE,
                bundle("qubes.admin", "", VM + "," + VM));
    }

    private static void assertCaught(String violation, BundleFacts... bundles) {
        assertEquals(List.of(violation), Manifests.violations(List.of(bundles)));
    }

    private static BundleFacts bundle(
            String module, String exports, String imports, String... contracts) {
        return BundleFacts.of(
                module, manifest(module, exports, imports), Set.of(contracts), Set.of());
    }

    private static Manifest manifest(String name, String exports, String imports) {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.putValue("Manifest-Version", "1.0");
        main.putValue("Bundle-SymbolicName", name);
        main.putValue("Export-Package", exports);
        main.putValue("Import-Package", imports);
        return manifest;
    }
}
