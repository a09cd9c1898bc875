package qubes.reference;

import aQute.bnd.header.Attrs;
import aQute.bnd.header.OSGiHeader;
import aQute.bnd.header.Parameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the manifest of a bundle says of it. Services are those of the contracts: what a bundle
 * keeps to itself is left out.
 *
 * @param name symbolic name
 * @param exports package to version
 * @param brings what it adds by name, as {@code klass AppVM}
 * @param provides simple names of the services it provides
 * @param needs simple name of a service that it uses, to whether it cannot do without
 */
record BundleServices(
        String name,
        Map<String, String> exports,
        List<String> brings,
        Set<String> provides,
        Map<String, Boolean> needs) {
    private static final String CONTRACTS = "qubes.core.";
    private static final String SERVICE = "osgi.service";
    private static final Set<String> NAMES = Set.of("qubes.klass", "qubes.driver", "qubes.device");
    private static final Pattern OBJECT_CLASS = Pattern.compile("objectClass=([^)]+)\\)");
    private static final Set<String> FACES_PEOPLE =
            Set.of("qubes.admin", "qubes.shell", "qubes.daemon");

    /** The bundles with services that were built below {@code root}, by name. Blocks. */
    static List<BundleServices> builtIn(Path root) throws IOException {
        List<BundleServices> found = new ArrayList<>();
        try (Stream<Path> folders = Files.list(root)) {
            for (Path module : folders.filter(one -> isModule(one)).sorted().toList()) {
                Optional<Path> jar = jar(module);
                if (jar.isPresent()) {
                    try (JarFile file = new JarFile(jar.get().toFile())) {
                        Attributes headers = file.getManifest().getMainAttributes();
                        if (header(headers, "Require-Capability").contains("osgi.component")) {
                            found.add(of(headers));
                        }
                    }
                }
            }
        }
        return found;
    }

    private static boolean isModule(Path folder) {
        return Files.exists(folder.resolve("bnd.bnd"));
    }

    private static Optional<Path> jar(Path module) throws IOException {
        Path target = module.resolve("target");
        String name = Pattern.quote(module.getFileName().toString());
        try (Stream<Path> files = Files.isDirectory(target) ? Files.list(target) : Stream.of()) {
            return files.filter(
                            file ->
                                    file.getFileName()
                                            .toString()
                                            .matches(name + "-[0-9.]+(-SNAPSHOT)?\\.jar"))
                    .max(Path::compareTo);
        }
    }

    /** What the main headers of a manifest say. */
    static BundleServices of(Attributes headers) {
        Map<String, String> exports = new TreeMap<>();
        OSGiHeader.parseHeader(header(headers, "Export-Package"))
                .forEach((name, attributes) -> exports.put(name, attributes.get("version", "0")));
        List<String> brings = new ArrayList<>();
        Set<String> provides = new TreeSet<>();
        Parameters provided = OSGiHeader.parseHeader(header(headers, "Provide-Capability"));
        for (Map.Entry<String, Attrs> capability : provided.entrySet()) {
            String space = space(capability);
            if (NAMES.contains(space)) {
                brings.add(space.replace("qubes.", "") + " " + capability.getValue().get(space));
            } else if (space.equals(SERVICE)) {
                for (String type : capability.getValue().get("objectClass", "").split(",")) {
                    contract(type).ifPresent(provides::add);
                }
            }
        }
        return new BundleServices(
                header(headers, "Bundle-SymbolicName"), exports, brings, provides, needs(headers));
    }

    private static Map<String, Boolean> needs(Attributes headers) {
        Map<String, Boolean> needs = new TreeMap<>();
        Parameters required = OSGiHeader.parseHeader(header(headers, "Require-Capability"));
        for (Map.Entry<String, Attrs> requirement : required.entrySet()) {
            Matcher type = OBJECT_CLASS.matcher(requirement.getValue().get("filter:", ""));
            if (space(requirement).equals(SERVICE) && type.find()) {
                boolean must = !"optional".equals(requirement.getValue().get("resolution:"));
                contract(type.group(1))
                        .ifPresent(service -> needs.merge(service, must, Boolean::logicalOr));
            }
        }
        return needs;
    }

    /** The name space; bnd's parser marks those that come again. */
    private static String space(Map.Entry<String, Attrs> clause) {
        return clause.getKey().replaceAll("~+$", "");
    }

    private static String header(Attributes headers, String name) {
        return Optional.ofNullable(headers.getValue(name)).orElse("");
    }

    /** The simple name of a service of the contracts; absent for any other. */
    private static Optional<String> contract(String type) {
        return type.startsWith(CONTRACTS)
                ? Optional.of(type.substring(type.lastIndexOf('.') + 1))
                : Optional.empty();
    }

    /** Where it stands in the house: on 0 what exports contracts, on 2 what faces people. */
    int floor() {
        if (exports.keySet().stream().anyMatch(one -> one.startsWith(CONTRACTS))) {
            return 0;
        }
        return FACES_PEOPLE.contains(name) ? 2 : 1;
    }
}
