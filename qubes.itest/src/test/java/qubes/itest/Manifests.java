package qubes.itest;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rules of the house as far as manifests show them. */
final class Manifests {
    private static final String CORE = "qubes.core";
    private static final String LIBVIRT = "qubes.hypervisor.libvirt";

    /** It must be there before there are components. */
    private static final String TRUST = "qubes.trust";

    private static final Set<String> FORBIDDEN =
            Set.of(
                    "Bundle-Activator",
                    "Require-Bundle",
                    "DynamicImport-Package",
                    "Bundle-ClassPath");

    private static final Set<String> PLATFORM =
            Set.of("java", "javax", "org.w3c.dom", "org.xml.sax");

    private static final Pattern RANGE =
            Pattern.compile("\\[(?<major>\\d+)\\.(?<minor>\\d+)(\\.\\d+)*,.*\\)");

    private Manifests() {}

    /** One sentence for each rule that a bundle breaks; empty if the house is in order. */
    static List<String> violations(Collection<BundleFacts> bundles) {
        List<String> violations = new ArrayList<>();
        for (BundleFacts bundle : bundles) {
            name(bundle, violations);
            exports(bundle, violations);
            imports(bundle, bundles, violations);
            ranges(bundle, bundles, violations);
        }
        return violations;
    }

    private static void name(BundleFacts bundle, List<String> violations) {
        String name = bundle.header("Bundle-SymbolicName").orElse("none");
        if (!name.equals(bundle.module())) {
            violations.add(bundle.module() + ": its Bundle-SymbolicName is " + name);
        }
        for (String header : FORBIDDEN) {
            boolean allowed = header.equals("Bundle-Activator") && bundle.module().equals(TRUST);
            if (bundle.header(header).isPresent() && !allowed) {
                violations.add(bundle.module() + ": has " + header);
            }
        }
    }

    private static void exports(BundleFacts bundle, List<String> violations) {
        for (String exported : bundle.exports()) {
            if (bundle.module().equals(LIBVIRT) && isLibvirt(exported)) {
                continue; // the one library that is exported, as it has no manifest of its own
            }
            if (!within(exported, bundle.module())) {
                violations.add(
                        bundle.module() + ": exports " + exported + ", which is not its own");
            } else if (!bundle.contracts().contains(exported)) {
                violations.add(
                        bundle.module()
                                + ": exports "
                                + exported
                                + ", which is not annotated as a contract");
            } else if (exported.contains(".internal")) {
                violations.add(bundle.module() + ": exports " + exported + ", which is internal");
            }
        }
        for (String contract : bundle.contracts()) {
            if (!bundle.exports().contains(contract)) {
                violations.add(bundle.module() + ": does not export its contract " + contract);
            }
        }
    }

    private static void imports(
            BundleFacts bundle, Collection<BundleFacts> all, List<String> violations) {
        for (String imported : bundle.imports()) {
            if (imported.startsWith("java.")) {
                violations.add(bundle.module() + ": imports " + imported);
            }
            if (!bundle.module().equals(LIBVIRT) && isLibvirt(imported)) {
                violations.add(
                        bundle.module()
                                + ": imports "
                                + imported
                                + ", which only "
                                + LIBVIRT
                                + " may");
            }
            for (BundleFacts other : all) {
                if (within(imported, other.module())
                        && !mayImport(bundle.module(), other.module())) {
                    violations.add(
                            bundle.module() + ": imports " + imported + " of " + other.module());
                }
            }
        }
    }

    /**
     * Users of a contract take all that is compatible; those who implement what is the provider's
     * take only what has nothing new to implement.
     */
    private static void ranges(
            BundleFacts bundle, Collection<BundleFacts> all, List<String> violations) {
        Set<String> seen = new HashSet<>();
        for (BundleFacts.Import clause : bundle.clauses()) {
            String words = bundle.module() + ": imports " + clause.name();
            if (!seen.add(clause.name())) {
                violations.add(words + " twice");
            }
            if (isPlatform(clause.name())) {
                continue; // of the JDK, which says no versions
            }
            Matcher range = RANGE.matcher(clause.range());
            if (!range.matches()) {
                if (!clause.range().isEmpty() || !clause.optional()) {
                    violations.add(words + " without a range of versions");
                }
                continue;
            }
            for (BundleFacts other : all) {
                if (within(clause.name(), other.module())) {
                    if (!other.exports().contains(clause.name())) {
                        violations.add(words + ", which " + other.module() + " does not export");
                    }
                    String right = right(range, bundle.provided().contains(clause.name()));
                    if (!clause.range().equals(right)) {
                        violations.add(words + " in " + clause.range() + " instead of " + right);
                    }
                }
            }
        }
    }

    private static String right(Matcher range, boolean provider) {
        int major = Integer.parseInt(range.group("major"));
        int minor = Integer.parseInt(range.group("minor"));
        String end = provider ? major + "." + (minor + 1) : String.valueOf(major + 1);
        return "[" + major + "." + minor + "," + end + ")";
    }

    private static boolean isPlatform(String name) {
        return PLATFORM.stream().anyMatch(root -> within(name, root));
    }

    private static boolean mayImport(String importer, String exporter) {
        return importer.equals(exporter)
                || (exporter.equals(CORE) && !importer.equals("qubes.client"));
    }

    private static boolean isLibvirt(String name) {
        return within(name, "org.libvirt") || within(name, "com.sun.jna");
    }

    private static boolean within(String name, String root) {
        return name.equals(root) || name.startsWith(root + ".");
    }
}
