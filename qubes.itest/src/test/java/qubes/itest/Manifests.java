package qubes.itest;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

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

    private Manifests() {}

    /** One sentence for each rule that a bundle breaks; empty if the house is in order. */
    static List<String> violations(Collection<BundleFacts> bundles) {
        List<String> violations = new ArrayList<>();
        for (BundleFacts bundle : bundles) {
            name(bundle, violations);
            exports(bundle, violations);
            imports(bundle, bundles, violations);
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
