package qubes.itest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.Manifest;

/**
 * What a bundle's manifest says of it, and what its code meant to say.
 *
 * @param module folder of the module
 * @param headers header name to value
 * @param exports names of the packages it exports
 * @param imports names of the packages it imports
 * @param contracts names of its packages that are annotated as exported and versioned
 */
record BundleFacts(
        String module,
        Map<String, String> headers,
        Set<String> exports,
        Set<String> imports,
        Set<String> contracts) {

    BundleFacts {
        headers = Map.copyOf(headers);
        exports = Set.copyOf(exports);
        imports = Set.copyOf(imports);
        contracts = Set.copyOf(contracts);
    }

    static BundleFacts of(String module, Manifest manifest, Set<String> contracts) {
        Attributes main = manifest.getMainAttributes();
        Map<String, String> headers = new HashMap<>();
        main.forEach((name, value) -> headers.put(name.toString(), value.toString()));
        return new BundleFacts(
                module,
                headers,
                packages(headers.getOrDefault("Export-Package", "")),
                packages(headers.getOrDefault("Import-Package", "")),
                contracts);
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** The paths of an OSGi header, without attributes and directives. */
    private static Set<String> packages(String header) {
        Set<String> packages = new TreeSet<>();
        for (String clause : split(header, ',')) {
            for (String part : split(clause, ';')) {
                if (!part.contains("=") && !part.isBlank()) {
                    packages.add(part.strip());
                }
            }
        }
        return packages;
    }

    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        boolean quoted = false;
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == separator && !quoted) {
                parts.add(text.substring(from, i));
                from = i + 1;
            }
        }
        parts.add(text.substring(from));
        return parts;
    }
}
