package qubes.itest.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.felix.bundlerepository.RepositoryAdmin;
import org.apache.felix.bundlerepository.Resolver;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;

/** The index of the shipped set, as Felix's Bundle Repository reads it in an empty framework. */
class IndexIT {
    private static final Path INDEX =
            BuiltClone.workspace("qubes.dist/target/dist/bundle/index.xml");

    @TempDir private Path room;

    @ParameterizedTest(name = "{0} {2}: {3}")
    @CsvSource({
        "qubes.klass, klass, AppVM, qubes.vm.appvm",
        "qubes.driver, driver, lvm_thin, qubes.storage.lvm",
        "qubes.device, deviceClass, pci, qubes.device.pci",
    })
    @DisplayName(
            "asked for a capability, it has all that its bundle needs, and that starts and serves it")
    void findsWhatIsAskedFor(String namespace, String property, String name, String bundle)
            throws Exception {
        Framework framework = framework();
        try {
            framework.start();
            BundleContext context = framework.getBundleContext();
            install(context, jar(RepositoryAdmin.class));
            install(context, configurationAdmin());
            RepositoryAdmin admin =
                    context.getService(context.getServiceReference(RepositoryAdmin.class));
            assertEquals(Set.of(), serving(context, property, name));
            admin.addRepository(INDEX.toUri().toURL());
            Resolver resolver = admin.resolver();
            resolver.add(
                    admin.getHelper().requirement(namespace, "(" + namespace + "=" + name + ")"));
            resolver.resolve(Resolver.NO_OPTIONAL_RESOURCES);
            assertEquals(
                    List.of(),
                    Arrays.stream(resolver.getUnsatisfiedRequirements())
                            .map(it -> it.getResource() + ": " + it.getRequirement().getFilter())
                            .toList());
            resolver.deploy(Resolver.START | Resolver.NO_OPTIONAL_RESOURCES);

            Map<String, Integer> states =
                    Arrays.stream(context.getBundles())
                            .collect(Collectors.toMap(Bundle::getSymbolicName, Bundle::getState));
            assertTrue(states.keySet().containsAll(Set.of(bundle, "qubes.core")), states::toString);
            assertEquals(Set.of(Bundle.ACTIVE), Set.copyOf(states.values()), states::toString);
            assertEquals(Set.of(bundle), serving(context, property, name));
        } finally {
            framework.stop();
            framework.waitForStop(0);
        }
    }

    /** Bundles with a service that has this property. */
    private static Set<String> serving(BundleContext context, String property, String value)
            throws Exception {
        ServiceReference<?>[] services =
                context.getAllServiceReferences(null, "(" + property + "=" + value + ")");
        return Stream.ofNullable(services)
                .flatMap(Arrays::stream)
                .map(it -> it.getBundle().getSymbolicName())
                .collect(Collectors.toSet());
    }

    private static void install(BundleContext context, Path jar) throws BundleException {
        context.installBundle("reference:" + jar.toUri()).start();
    }

    private static Path jar(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static Path configurationAdmin() throws IOException {
        try (Stream<Path> jars = Files.list(INDEX.getParent())) {
            return jars.filter(it -> it.toString().contains("felix.configadmin-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** One with nothing in it, and settings for a core in a home of its own. */
    private Framework framework() throws IOException {
        Path settings = Files.createDirectories(room.resolve("settings/qubes"));
        Files.writeString(
                settings.resolve("core.config"),
                """
                service.pid="qubes.core"
                home="%1$s"
                store="%1$s/qubes.xml"
                create="true"
                profile="embedded"
                """
                        .formatted(room));
        return new FrameworkFactory()
                .newFramework(
                        Map.of(
                                "felix.cm.dir",
                                room.resolve("settings").toString(),
                                Constants.FRAMEWORK_STORAGE,
                                room.resolve("framework").toString(),
                                Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                                "org.apache.felix.bundlerepository;version=2.1.0,"
                                        + "org.osgi.service.repository;version=1.0.0"));
    }
}
