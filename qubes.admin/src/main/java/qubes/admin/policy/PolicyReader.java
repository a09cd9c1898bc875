package qubes.admin.policy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads the files of a policy in their order, once; remembers what it looked at and how that was
 * then.
 */
final class PolicyReader {
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final Pattern FILE_NAME = Pattern.compile("[0-9a-z_.-]+");
    private static final Pattern OLD_FILE_NAME =
            Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(\\+[A-Za-z0-9+._-]*)?");
    private static final int MAX_DEPTH = 20;
    private static final int MAX_FILES = 20_000;
    private static final int READS = 3;

    /**
     * What was read.
     *
     * @param files how many files are policies themselves, not included ones
     * @param seen file or folder to what it looked like
     */
    record Contents(Policy policy, int files, Map<Path, String> seen) {
        /** True if nothing that was read looks different now. */
        boolean upToDate() throws IOException {
            for (Map.Entry<Path, String> file : seen.entrySet()) {
                if (!stamp(file.getKey()).equals(file.getValue())) {
                    return false;
                }
            }
            return true;
        }
    }

    /** What the rules of a file are about; absent where each line says so itself. */
    private record Service(String name, String argument) {}

    private final Path legacy;
    private final List<Rule> rules = new ArrayList<>();
    private final Map<Path, String> seen = new HashMap<>(); // file or folder to its stamp
    private Path base; // the folder of the policy that is being read
    private int filesRead;

    private PolicyReader(Path legacy) {
        this.legacy = legacy;
        this.base = legacy;
    }

    /**
     * The rules of all {@code .policy} files, by file name; one in an earlier folder hides its
     * namesakes. What changes while it is read is read again.
     *
     * @param directories folders of the policy
     * @param legacy folder of files of the old syntax, read where the policy says so
     * @throws PolicySyntaxError if there is a mistake anywhere
     */
    static Contents read(List<Path> directories, Path legacy) throws IOException {
        Contents contents = readOnce(directories, legacy);
        for (int reads = 1; reads < READS && !contents.upToDate(); reads++) {
            contents = readOnce(directories, legacy);
        }
        return contents;
    }

    private static Contents readOnce(List<Path> directories, Path legacy) throws IOException {
        PolicyReader reader = new PolicyReader(legacy);
        Map<String, Path> files = new TreeMap<>();
        for (Path directory : directories) {
            reader.policies(directory).forEach(file -> files.putIfAbsent(name(file), file));
        }
        for (Path file : files.values()) {
            reader.base = Objects.requireNonNull(file.getParent());
            reader.file(file, Optional.empty(), 0);
        }
        return new Contents(new Policy(reader.rules), files.size(), Map.copyOf(reader.seen));
    }

    /** What tells whether a file or folder changed, or was replaced. */
    static String stamp(Path path) throws IOException {
        try {
            BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
            return now.lastModifiedTime() + " " + now.size() + " " + now.fileKey();
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    private List<Path> policies(Path directory) throws IOException {
        seen.put(directory, stamp(directory));
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> found =
                    files.filter(file -> file.toString().endsWith(".policy"))
                            .filter(file -> !name(file).startsWith("."))
                            .filter(Files::isRegularFile)
                            .sorted()
                            .toList();
            for (Path file : found) {
                if (!FILE_NAME.matcher(name(file)).matches()) {
                    throw new PolicySyntaxError(
                            file.toString(), "no policy file can be called that");
                }
            }
            return found;
        }
    }

    private void file(Path file, Optional<Service> about, int depth) throws IOException {
        if (depth > MAX_DEPTH || ++filesRead > MAX_FILES) {
            throw new PolicySyntaxError(file.toString(), "included in itself, or far too often");
        }
        seen.put(file, stamp(file));
        if (!Files.isRegularFile(file)) {
            throw new PolicySyntaxError(file.toString(), "not there");
        }
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            String text = (about.isPresent() ? modern(line) : line).strip();
            if (!text.isEmpty() && !text.startsWith("#")) {
                line(text, about, file + ":" + number, depth);
            }
        }
    }

    /** The old syntax in terms of the new one. */
    private static String modern(String line) {
        return line.replace("$include:", "!include ").replace('$', '@').replace(',', ' ');
    }

    private void line(String line, Optional<Service> about, String where, int depth)
            throws IOException {
        List<String> words = Arrays.asList(BLANKS.split(line));
        switch (words.get(0)) {
            case "!include" -> file(included(words, 1, where), about, depth + 1);
            case "!include-dir" -> {
                Path included = included(words, 1, where);
                List<Path> files = policies(included);
                if (!Files.isDirectory(included)) {
                    throw new PolicySyntaxError(where, "no folder there: ", words.get(1));
                }
                for (Path each : files) {
                    file(each, about, depth + 1);
                }
            }
            case "!include-service" -> {
                Path path = included(words, 3, where);
                Rule.checkService(words.get(1), words.get(2), where);
                file(path, Optional.of(new Service(words.get(1), words.get(2))), depth + 1);
            }
            case "!compat-4.0" -> {
                refuseUnlessAlone(words, where);
                compatible(depth);
            }
            default -> rules.add(rule(words, about, where));
        }
    }

    private static Rule rule(List<String> words, Optional<Service> about, String where) {
        if (words.get(0).startsWith("!")) {
            throw new PolicySyntaxError(where, "no such directive: ", words.get(0));
        }
        if (about.isPresent()) {
            return Rule.parse(about.get().name(), about.get().argument(), words, where);
        }
        if (words.size() < 5) {
            throw new PolicySyntaxError(
                    where, "a rule has a service, an argument, a source, a target and an action");
        }
        return Rule.parse(words.get(0), words.get(1), words.subList(2, words.size()), where);
    }

    /** Relative to the folder that is being read, also from a file further down or elsewhere. */
    private Path included(List<String> words, int at, String where) {
        if (words.size() != at + 1) {
            throw new PolicySyntaxError(where, words.get(0) + " has " + at + " words after it");
        }
        try {
            return base.resolve(words.get(at));
        } catch (InvalidPathException e) {
            throw new PolicySyntaxError(where, "no file can be called ", words.get(at));
        }
    }

    private static void refuseUnlessAlone(List<String> words, String where) {
        if (words.size() != 1) {
            throw new PolicySyntaxError(where, words.get(0) + " has no words after it");
        }
    }

    /**
     * Files of the old kind, those for one argument first; what they do not say of it is denied.
     */
    private void compatible(int depth) throws IOException {
        seen.put(legacy, stamp(legacy));
        if (!Files.isDirectory(legacy)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(legacy)) {
            files =
                    all.filter(file -> OLD_FILE_NAME.matcher(name(file)).matches())
                            .filter(Files::isRegularFile)
                            .sorted(PolicyReader::specificFirst)
                            .toList();
        }
        for (Path file : files) {
            String name = name(file);
            int plus = name.indexOf('+');
            if (plus < 0) {
                file(file, Optional.of(new Service(name, "*")), depth + 1);
                continue;
            }
            String service = name.substring(0, plus);
            String argument = name.substring(plus);
            file(file, Optional.of(new Service(service, argument)), depth + 1);
            for (String target : List.of("@anyvm", "@adminvm")) {
                rules.add(Rule.parse(service, argument, List.of("@anyvm", target, "deny"), name));
            }
        }
    }

    private static String name(Path file) {
        return file.toFile().getName();
    }

    private static int specificFirst(Path a, Path b) {
        String left = name(a);
        String right = name(b);
        int byService = left.split("\\+", 2)[0].compareTo(right.split("\\+", 2)[0]);
        return byService != 0
                ? byService
                : Boolean.compare(!left.contains("+"), !right.contains("+")) * 2
                        + Integer.signum(left.compareTo(right));
    }
}
