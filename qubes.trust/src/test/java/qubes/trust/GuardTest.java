package qubes.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import qubes.testkit.Await;
import qubes.testkit.EmbeddedFelix;

/** Bundles in a framework that the guard watches, and the drop folder in front of it. */
class GuardTest {
    private static final String CODE = "Bundle-Activator: qubes.trust.Probe";
    private static final String IMPORT = "Import-Package: org.osgi.framework";

    @TempDir private static Path folder;
    private static Path signed;
    private static Path signedNext;
    private static Path unsigned;
    private static Path unsignedNext;
    private static Path signedNeedy;
    private static Path unsignedPlain;
    private static Path signedHost;
    private static Path unsignedFragment;
    private static Path unsignedExtension;
    private static TrustedCertificates trusted;

    private EmbeddedFelix felix;
    private Guard guard;
    private DroppedJars dropped;

    @BeforeAll
    static void makeJars() throws Exception {
        Signing signing = new Signing(folder);
        signing.key("listed");
        trusted = TrustedCertificates.in(signing.list("listed"));
        signed = signing.sign(signing.probe("plugin", "1", CODE, IMPORT), "listed");
        signedNext = signing.sign(signing.probe("plugin", "2", CODE, IMPORT), "listed");
        unsigned = signing.probe("plugin", "1", CODE, IMPORT);
        unsignedNext = signing.probe("plugin", "2", CODE, IMPORT);
        signedNeedy =
                signing.sign(
                        signing.probe("needy", "1", "Import-Package: org.osgi.service.cm"),
                        "listed");
        unsignedPlain = signing.probe("plain", "1");
        signedHost = signing.sign(signing.probe("host", "1"), "listed");
        Map<String, byte[]> files =
                Signing.unpack(signing.probe("fragment", "1", "Fragment-Host: host"));
        files.put("fragment.txt", new byte[0]);
        unsignedFragment = signing.pack(files);
        unsignedExtension =
                signing.probe(
                        "extension", "1", "Fragment-Host: system.bundle; extension:=framework");
    }

    @BeforeEach
    void open() throws Exception {
        felix = EmbeddedFelix.empty();
        watch();
    }

    /** The framework's own services, and more, are the product. */
    private void watch(Path... more) throws IOException {
        Set<String> shipped = new HashSet<>();
        for (Bundle bundle : felix.context().getBundles()) {
            shipped.add(Content.of(bundle).digest());
        }
        for (Path jar : more) {
            shipped.add(Content.digest(jar));
        }
        guard =
                new Guard(
                        felix.context(),
                        new ShippedBundles(shipped, Set.of()),
                        InstantSource.system());
        dropped = new DroppedJars(felix.context(), guard);
        felix.context().addBundleListener(guard);
        felix.context().registerService(ResolverHookFactory.class, guard, null);
        guard.require(trusted);
    }

    @AfterEach
    void close() {
        felix.close();
    }

    @Test
    @DisplayName("a bundle that is signed runs")
    void signedRuns() {
        felix.install(signed);
        assertTrue(runs());
        assertEquals(null, reason("plugin"));
    }

    @Test
    @DisplayName("beside one that is refused, others still find what they need of other bundles")
    void refusedHarmsNoOther() throws Exception {
        install(unsigned);
        felix.install(signedNeedy);
        assertEquals(Bundle.ACTIVE, felix.bundle("needy").getState());
        assertEquals("is not signed", reason("plugin"));
    }

    @Test
    @DisplayName("one that needs nothing is not resolved either")
    void withoutNeeds() throws Exception {
        Bundle plain = install(unsignedPlain);
        assertThrows(BundleException.class, plain::start);
        assertEquals(Bundle.INSTALLED, plain.getState());
    }

    @Test
    @DisplayName("one that is not is never resolved: none of its classes is loaded")
    void unsignedIsNotResolved() throws Exception {
        Bundle plugin = install(unsigned);
        assertThrows(BundleException.class, plugin::start);
        assertThrows(ClassNotFoundException.class, () -> plugin.loadClass("qubes.trust.Probe"));
        assertEquals(Bundle.INSTALLED, plugin.getState());
        assertEquals("is not signed", reason("plugin"));
    }

    @Test
    @DisplayName("an update by an unsigned one does not run, whoever updates")
    void unsignedUpdateDoesNotRun() throws Exception {
        Bundle plugin = felix.install(signed);
        assertThrows(BundleException.class, () -> update(plugin, unsignedNext));
        assertEquals(Bundle.INSTALLED, plugin.getState());
        assertEquals(false, runs());
        assertEquals("is not signed", reason("plugin"));
        update(plugin, signedNext);
        plugin.start();
        assertTrue(runs());
        assertEquals(null, reason("plugin"));
    }

    @Test
    @DisplayName(
            "what runs without a signature stops when one is asked for, and starts again after")
    void switchedOnAndOff() throws Exception {
        guard.require(null);
        Bundle plugin = felix.install(unsigned);
        assertTrue(runs());
        guard.require(trusted);
        Await.until("it stops", () -> plugin.getState() == Bundle.INSTALLED);
        assertEquals("is not signed", reason("plugin"));
        assertThrows(BundleException.class, plugin::start);
        guard.require(null);
        Await.until("it runs again", this::runs);
        assertEquals(Map.of(), guard.refusals());
    }

    @Test
    @DisplayName("a bundle starts as soon as its signer is listed, and stops when no longer")
    void signerIsListedLater() throws Exception {
        guard.require(new TrustedCertificates(Set.of()));
        Bundle plugin = install(signed);
        assertThrows(BundleException.class, plugin::start);
        guard.require(trusted);
        Await.until("it runs", this::runs);
        guard.require(new TrustedCertificates(Set.of()));
        Await.until("it stops", () -> plugin.getState() == Bundle.INSTALLED);
    }

    @Test
    @DisplayName("a bundle of the product needs no signature, another of its name does")
    void productIsKnownByContent() throws Exception {
        felix.close();
        felix = EmbeddedFelix.empty();
        watch(unsigned);
        Bundle plugin = felix.install(unsigned);
        assertTrue(runs());
        assertThrows(BundleException.class, () -> update(plugin, unsignedNext));
        assertEquals(false, runs());
    }

    @Test
    @DisplayName("a signed bundle that is run from its file, where it could be altered, is refused")
    void referenceIsRefused() throws Exception {
        Bundle plugin = felix.context().installBundle("reference:" + signed.toUri());
        assertThrows(BundleException.class, plugin::start);
        assertEquals("is not copied, so that its file could still be altered", reason("plugin"));
    }

    @Test
    @DisplayName("a fragment that is not signed is not attached to its host")
    void fragmentIsNotAttached() throws Exception {
        Bundle host = install(signedHost);
        install(unsignedFragment);
        host.start();
        assertNull(host.getResource("fragment.txt"));
        assertEquals("is not signed", reason("fragment"));
    }

    @Test
    @DisplayName("a dropped jar that is refused is installed, but shows as not resolved")
    void droppedIsInstalledButDoesNotRun() throws Exception {
        assertEquals(Content.digest(unsigned), Content.digest(transform(unsigned)));
        assertEquals(Map.of(), dropped.refusals());
    }

    @Test
    @DisplayName("what is installed is the copy that was looked at, not the file")
    void copyIsInstalled() throws Exception {
        Path copy = transform(signed);
        assertTrue(!copy.equals(signed));
        assertEquals(-1, Files.mismatch(signed, copy));
    }

    @Test
    @DisplayName("a refused update of a dropped jar leaves what is installed")
    void refusedUpdateLeavesInstalled() throws Exception {
        Path file = Files.copy(signed, folder.resolve("dropped.jar"));
        // the location is as File Install has it
        Bundle plugin = felix.context().installBundle(file.toFile().toURI().toString());
        plugin.start();
        Files.delete(file);
        Files.copy(unsignedNext, file);
        update(plugin, transform(file));
        assertTrue(runs());
        assertEquals("1.0.0", plugin.getVersion().toString());
        assertEquals(Map.of(file, "is not signed"), dropped.refusals());
        Files.delete(file);
    }

    @Test
    @DisplayName("a refused jar under another name does not take a running bundle's place")
    void refusedNamesakeIsNotInstalled() throws Exception {
        felix.install(signed);
        assertNull(dropped.transform(unsigned.toFile(), folder.toFile()));
        assertEquals(Map.of(unsigned, "is not signed"), dropped.refusals());
    }

    @Test
    @DisplayName("a refused extension of the framework is not installed: it would not be resolved")
    void refusedExtensionIsNotInstalled() throws Exception {
        assertNull(dropped.transform(unsignedExtension.toFile(), folder.toFile()));
    }

    @Test
    @DisplayName("a refused file is looked at again once it may be installed")
    void refusedFileIsLookedAtAgain() throws Exception {
        felix.install(signed);
        dropped.transform(unsigned.toFile(), folder.toFile());
        Files.setLastModifiedTime(unsigned, java.nio.file.attribute.FileTime.fromMillis(0));
        dropped.lookAgain();
        assertEquals(0, Files.getLastModifiedTime(unsigned).toMillis());
        guard.require(null);
        dropped.lookAgain();
        assertTrue(Files.getLastModifiedTime(unsigned).toMillis() > 0);
    }

    private Path transform(Path file) throws IOException {
        var transformed = dropped.transform(file.toFile(), folder.toFile());
        assertNotNull(transformed);
        return transformed.toPath();
    }

    private Bundle install(Path jar) throws BundleException {
        return felix.context().installBundle(jar.toUri().toString());
    }

    private static void update(Bundle bundle, Path jar) throws Exception {
        try (InputStream in = Files.newInputStream(jar)) {
            bundle.update(in);
        }
    }

    /** Whether code of the plugin ran and goes on. */
    private boolean runs() {
        return felix.context().getServiceReference(Runnable.class) != null;
    }

    private String reason(String name) {
        return guard.refusals().get(felix.bundle(name).getBundleId());
    }
}
