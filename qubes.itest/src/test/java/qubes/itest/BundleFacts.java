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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a bundle's manifest says of it, and what its code meant to say.
 *
 * @param module folder of the module
 * @param headers header name to value
 * @param exports names of the packages it exports
 * @param clauses what it imports, as the manifest says it
 * @param contracts names of its packages that are annotated as exported and versioned
 * @param provided names of packages of which it implements types that only their providers may
 */
record BundleFacts(
        String module,
        Map<String, String> headers,
        Set<String> exports,
        List<Import> clauses,
        Set<String> contracts,
        Set<String> provided) {
    private static final Pattern RANGE = Pattern.compile("version=\"([^\"]*)\"");

    /**
     * One import.
     *
     * @param name of the package
     * @param range of its versions; empty if there is none
     * @param optional true if the bundle does without it
     */
    record Import(String name, String range, boolean optional) {}

    BundleFacts {
        headers = Map.copyOf(headers);
        exports = Set.copyOf(exports);
        clauses = List.copyOf(clauses);
        contracts = Set.copyOf(contracts);
        provided = Set.copyOf(provided);
    }

    static BundleFacts of(
            String module, Manifest manifest, Set<String> contracts, Set<String> provided) {
        Attributes main = manifest.getMainAttributes();
        Map<String, String> headers = new HashMap<>();
        main.forEach((name, value) -> headers.put(name.toString(), value.toString()));
        return new BundleFacts(
                module,
                headers,
                packages(headers.getOrDefault("Export-Package", "")),
                imports(headers.getOrDefault("Import-Package", "")),
                contracts,
                provided);
    }

    /** Names of the packages it imports. */
    Set<String> imports() {
        return clauses.stream().map(Import::name).collect(Collectors.toCollection(TreeSet::new));
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

    private static List<Import> imports(String header) {
        List<Import> imports = new ArrayList<>();
        for (String clause : split(header, ',')) {
            Matcher range = RANGE.matcher(clause);
            String found = range.find() ? range.group(1) : "";
            boolean optional = clause.contains("resolution:=optional");
            packages(clause).forEach(name -> imports.add(new Import(name, found, optional)));
        }
        return imports;
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
