package qubes.core.internal.plugin;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.Version;
import org.osgi.framework.namespace.ExecutionEnvironmentNamespace;
import org.osgi.framework.namespace.HostNamespace;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;

/** Says in words what a bundle needs and this system has not, where the framework says filters. */
final class Missing {
    private static final Pattern LOWER = Pattern.compile("(?<!\\(!)\\(version>=([^)]+)\\)");
    private static final Pattern UPPER = Pattern.compile("\\(!\\(version>=([^)]+)\\)\\)");
    private static final Pattern EXACT = Pattern.compile("\\(version=([^)]+)\\)");

    private final Bundle[] all;
    private final FrameworkWiring framework;

    /**
     * @param all the bundles there are, the framework's first
     */
    Missing(Bundle[] all) {
        this.all = all;
        this.framework = all[0].adapt(FrameworkWiring.class);
    }

    /** What keeps a bundle from being resolved; empty if that is not known. */
    List<String> of(Bundle bundle) {
        return of(bundle, new HashSet<>());
    }

    /**
     * @param seen bundles that were looked at on the way here, which need one another
     */
    private List<String> of(Bundle bundle, Set<Bundle> seen) {
        seen.add(bundle);
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        List<String> missing = new ArrayList<>();
        List<String> broken = new ArrayList<>();
        for (BundleRequirement requirement : revision.getDeclaredRequirements(null)) {
            String effective = requirement.getDirectives().getOrDefault("effective", "resolve");
            if (!"optional".equals(requirement.getDirectives().get("resolution"))
                    && effective.equals("resolve")) {
                var providers = framework.findProviders(requirement);
                if (providers.isEmpty()) {
                    missing.add(words(requirement));
                } else if (providers.stream().noneMatch(it -> works(it, seen))) {
                    broken.add(
                            "needs "
                                    + subject(requirement)
                                    + " of "
                                    + providers.stream()
                                            .map(it -> it.getRevision().getSymbolicName())
                                            .distinct()
                                            .collect(Collectors.joining(", "))
                                    + ", which does not work either");
                }
            }
        }
        return missing.isEmpty() ? broken : missing;
    }

    /** True for one that is only not resolved yet, too. */
    private boolean works(BundleCapability provider, Set<Bundle> seen) {
        Bundle bundle = provider.getRevision().getBundle();
        return provider.getRevision().getWiring() != null
                || bundle.getState() != Bundle.INSTALLED
                || seen.contains(bundle)
                || of(bundle, seen).isEmpty();
    }

    private String words(BundleRequirement requirement) {
        String filter = filter(requirement);
        if (requirement
                .getNamespace()
                .equals(ExecutionEnvironmentNamespace.EXECUTION_ENVIRONMENT_NAMESPACE)) {
            return "needs Java "
                    + first(EXACT, filter).or(() -> first(LOWER, filter)).orElse(filter)
                    + "; this system runs on Java "
                    + Runtime.version().feature();
        }
        List<Version> there = versions(requirement);
        String wanted = "needs " + subject(requirement);
        Optional<String> lower = first(LOWER, filter);
        if (there.isEmpty()) {
            return wanted
                    + lower.map(it -> " " + brief(it) + " or later").orElse("")
                    + "; nothing in this system provides it";
        }
        String range =
                lower.filter(it -> there.stream().allMatch(v -> v.compareTo(new Version(it)) < 0))
                        .map(it -> " " + brief(it) + " or later")
                        .or(() -> first(UPPER, filter).map(it -> " before " + brief(it)))
                        .orElse("");
        return wanted
                + range
                + "; this system has "
                + there.stream().map(Version::toString).collect(Collectors.joining(", "));
    }

    private static String subject(BundleRequirement requirement) {
        String namespace = requirement.getNamespace();
        String name = first(name(namespace), filter(requirement)).orElse("");
        if (name.isEmpty()) {
            return namespace + " " + filter(requirement);
        }
        return switch (namespace) {
            case PackageNamespace.PACKAGE_NAMESPACE -> "package " + name;
            case HostNamespace.HOST_NAMESPACE, "osgi.wiring.bundle" -> "bundle " + name;
            default -> namespace + " " + name;
        };
    }

    /** The versions that there are of what is required, whatever version is asked for. */
    private List<Version> versions(BundleRequirement requirement) {
        String namespace = requirement.getNamespace();
        Optional<String> name = first(name(namespace), filter(requirement));
        String attribute =
                namespace.equals(HostNamespace.HOST_NAMESPACE)
                                || namespace.equals("osgi.wiring.bundle")
                        ? "bundle-version"
                        : "version";
        return name.stream()
                .flatMap(
                        wanted ->
                                Arrays.stream(all)
                                        .flatMap(bundle -> capabilities(bundle, namespace))
                                        .map(BundleCapability::getAttributes)
                                        .filter(it -> wanted.equals(it.get(namespace)))
                                        .map(it -> it.get(attribute)))
                .filter(Version.class::isInstance)
                .map(Version.class::cast)
                .distinct()
                .sorted()
                .toList();
    }

    private static Stream<BundleCapability> capabilities(Bundle bundle, String namespace) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        return revision == null
                ? Stream.empty()
                : revision.getDeclaredCapabilities(namespace).stream();
    }

    private static Pattern name(String namespace) {
        return Pattern.compile("\\(" + Pattern.quote(namespace) + "=([^)*]+)\\)");
    }

    private static String filter(BundleRequirement requirement) {
        return requirement.getDirectives().getOrDefault("filter", "");
    }

    private static Optional<String> first(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        return found.find() ? Optional.of(found.group(1)) : Optional.empty();
    }

    /** {@code 2.0} for {@code 2.0.0}. */
    private static String brief(String version) {
        return version.replaceFirst("^(\\d+\\.\\d+)\\.0$", "$1");
    }
}
