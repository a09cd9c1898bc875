package qubes.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.resource.Requirement;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;

/**
 * An OSGi framework inside a plain JUnit test, with Declarative Services, Configuration Admin and
 * the bundles that the test names:
 *
 * <pre>{@code
 * try (var felix = EmbeddedFelix.with("qubes.core", "qubes.vm.appvm")) {
 *     Qubes qubes = felix.service(Qubes.class);
 *     felix.bundle("qubes.vm.appvm").stop();
 *     assertFalse(qubes.domain(WORK).available());
 * }
 * }</pre>
 *
 * <p>Bundles are found by symbolic name on the class path, and in the {@linkplain ShippedSet
 * shipped set}. What they import is found there too; only what is named is started. A module's own
 * bundle is there once it is packaged, so that such tests are named {@code …IT}.
 *
 * <p>The test and the bundles share the classes of {@code qubes.core}, {@code org.slf4j} and
 * Configuration Admin, which are those of the class path: services of these types need no
 * reflection. Everything else is the bundles' own, so that a plugin's classes come and go with it.
 * For full separation there is {@link qubes.testkit.exam.PaxExam}.
 *
 * <p>Not for use by several threads, but for {@link #service}.
 */
public final class EmbeddedFelix implements AutoCloseable {
    /** The package in the filter that a framework makes of an import. */
    private static final Pattern IMPORT = Pattern.compile("\\(osgi\\.wiring\\.package=([^)]+)\\)");

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** What every framework runs. */
    private static final List<String> SERVICES =
            List.of("org.apache.felix.configadmin", "org.apache.felix.scr");

    private final Framework framework;
    private final Path storage;
    private final Set<String> exportedByFramework;

    private EmbeddedFelix(Framework framework, Path storage) throws BundleException {
        this.framework = framework;
        this.storage = storage;
        framework.init();
        exportedByFramework =
                framework
                        .adapt(BundleRevision.class)
                        .getCapabilities(PackageNamespace.PACKAGE_NAMESPACE)
                        .stream()
                        .map(
                                export ->
                                        (String)
                                                export.getAttributes()
                                                        .get(PackageNamespace.PACKAGE_NAMESPACE))
                        .collect(Collectors.toSet());
    }

    /**
     * {@return a running framework with those bundles started, in that order}
     *
     * @param names symbolic names
     */
    public static EmbeddedFelix with(String... names) {
        EmbeddedFelix felix = empty();
        try {
            felix.start(names);
            return felix;
        } catch (RuntimeException e) {
            felix.close();
            throw e;
        }
    }

    /** {@return a running framework whose bundles are yet to be {@linkplain #start started}} */
    public static EmbeddedFelix empty() {
        EmbeddedFelix felix;
        try {
            Path storage = Files.createTempDirectory("felix-");
            felix = new EmbeddedFelix(factory().newFramework(properties(storage)), storage);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (BundleException e) {
            throw new IllegalStateException("The framework does not start: " + e.getMessage(), e);
        }
        try {
            felix.framework.start();
            felix.start(SERVICES.toArray(String[]::new));
            return felix;
        } catch (BundleException | RuntimeException e) {
            felix.close();
            throw new IllegalStateException("The framework does not start: " + e.getMessage(), e);
        }
    }

    /**
     * Starts bundles, in that order.
     *
     * @param names symbolic names
     * @throws IllegalStateException if one is not there or cannot start, with the framework's
     *     reason
     */
    public void start(String... names) {
        for (String name : names) {
            try {
                bundle(name).start();
            } catch (BundleException e) {
                throw new IllegalStateException(name + " does not start: " + e.getMessage(), e);
            }
        }
    }

    /**
     * Installs and starts a bundle from a file.
     *
     * @param jar the bundle's file
     * @return the bundle
     */
    public Bundle install(Path jar) {
        try {
            Bundle bundle = context().installBundle(jar.toUri().toString());
            bundle.start();
            return bundle;
        } catch (BundleException e) {
            throw new IllegalStateException(jar + " does not start: " + e.getMessage(), e);
        }
    }

    /**
     * {@return the bundle with that symbolic name, started or not}
     *
     * @param name symbolic name
     * @throws IllegalStateException if it was found neither on the class path nor in the shipped
     *     set
     */
    public Bundle bundle(String name) {
        return installed(name).orElseGet(() -> install(name));
    }

    private Optional<Bundle> installed(String name) {
        return Arrays.stream(context().getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()))
                .findFirst();
    }

    /**
     * Installs the bundle and those that it cannot do without: what exports the packages that it
     * imports.
     */
    private Bundle install(String name) {
        String location =
                BundleIndex.CURRENT
                        .location(name)
                        .orElseThrow(
                                () ->
                                        new IllegalStateException(
                                                "No bundle "
                                                        + name
                                                        + " on the class path or in the shipped set: make it a dependency with scope test, and run the"
                                                        + " test after packaging"));
        Bundle bundle;
        try {
            bundle = context().installBundle(location);
        } catch (BundleException e) {
            throw new IllegalStateException(name + " cannot be installed: " + e.getMessage(), e);
        }
        for (Requirement wanted :
                bundle.adapt(BundleRevision.class)
                        .getRequirements(PackageNamespace.PACKAGE_NAMESPACE)) {
            Matcher imported = IMPORT.matcher(wanted.getDirectives().getOrDefault("filter", ""));
            if (!"optional".equals(wanted.getDirectives().get("resolution"))
                    && imported.find()
                    && !exportedByFramework.contains(imported.group(1))) {
                BundleIndex.CURRENT
                        .exporter(imported.group(1))
                        .filter(exporter -> installed(exporter).isEmpty())
                        .ifPresent(this::install);
            }
        }
        return bundle;
    }

    /**
     * Sets the configuration with that pid; components that use it are there with it, or again with
     * it, on return.
     *
     * @param pid the component's pid
     * @param values setting to value
     */
    public void configure(String pid, Map<String, ?> values) {
        try {
            service(ConfigurationAdmin.class)
                    .getConfiguration(pid, "?")
                    .update(new Hashtable<>(values));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * {@return the service of that type} Waits for it up to ten seconds.
     *
     * @param <T> type of the service
     * @param type interface that it is registered with
     * @throws IllegalStateException if it does not come
     */
    public <T> T service(Class<T> type) {
        return service(type, "");
    }

    /**
     * {@return the service of that type with those properties, as {@code (klass=AppVM)}} Waits for
     * it up to ten seconds.
     *
     * @param <T> type of the service
     * @param type interface that it is registered with
     * @param properties a filter, in parentheses
     * @throws IllegalStateException if it does not come
     */
    public <T> T service(Class<T> type, String properties) {
        String filter =
                "(&(" + Constants.OBJECTCLASS + "=" + type.getName() + ")" + properties + ")";
        try {
            var tracker = new ServiceTracker<T, T>(context(), context().createFilter(filter), null);
            tracker.open();
            T service = tracker.waitForService(PATIENCE.toMillis());
            if (service != null) {
                // Held until the framework stops: many a service ends with its last user.
                service = context().getService(tracker.getServiceReference());
            }
            tracker.close();
            if (service == null) {
                throw new IllegalStateException(
                        "No service "
                                + filter
                                + " within "
                                + PATIENCE.toSeconds()
                                + " s; active: "
                                + active());
            }
            return service;
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for " + filter, e);
        }
    }

    /** {@return the framework's own context, to register services with} */
    public BundleContext context() {
        return framework.getBundleContext();
    }

    /** Stops everything and removes what it kept on disk. Waits for it up to ten seconds. */
    @Override
    public void close() {
        try {
            framework.stop();
            FrameworkEvent end = framework.waitForStop(PATIENCE.toMillis());
            if (end.getType() == FrameworkEvent.WAIT_TIMEDOUT) {
                throw new IllegalStateException(
                        "The framework does not stop within " + PATIENCE.toSeconds() + " s");
            }
            try (Stream<Path> files = Files.walk(storage)) {
                files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
            }
        } catch (BundleException e) {
            throw new IllegalStateException("The framework does not stop: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static FrameworkFactory factory() {
        return ServiceLoader.load(FrameworkFactory.class, EmbeddedFelix.class.getClassLoader())
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException("No OSGi framework on the class path"));
    }

    private static Map<String, String> properties(Path storage) {
        Map<String, String> properties = new HashMap<>();
        properties.put(Constants.FRAMEWORK_STORAGE, storage.toString());
        properties.put("felix.log.level", "1");
        // Shared with the test: taken from the class path whatever a bundle imports, and exported
        // so that it may import.
        properties.put(
                Constants.FRAMEWORK_BUNDLE_PARENT, Constants.FRAMEWORK_BUNDLE_PARENT_FRAMEWORK);
        properties.put(
                Constants.FRAMEWORK_BOOTDELEGATION,
                "qubes.core.*,org.osgi.service.cm,org.slf4j,org.slf4j.*");
        properties.put(
                Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                Stream.of("org.slf4j", "org.slf4j.event", "org.slf4j.helpers", "org.slf4j.spi")
                        .map(name -> name + ";version=2.0.0")
                        .collect(Collectors.joining(",")));
        return properties;
    }

    private String active() {
        return Arrays.stream(context().getBundles())
                .filter(bundle -> bundle.getState() == Bundle.ACTIVE)
                .map(Bundle::getSymbolicName)
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
