package qubes.itest.docs;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page in Markdown.
 *
 * @param file relative to the workspace, or absolute
 */
record Page(Path file, List<String> lines) {
    private static final Pattern NAMED = Pattern.compile("(?://|#) (src/\\S+|bnd\\.bnd)");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^()\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("#{1,6} +(.*?)\\s*#*");

    Page {
        lines = List.copyOf(lines);
    }

    /** A file of an example, and where on the page it is. */
    record Example(Path page, int line, String file, String text) {}

    /** A link that leads to a file or a heading of the workspace. */
    record Link(int line, String target) {}

    static Page read(Path file) throws IOException {
        return new Page(file, Files.readAllLines(file));
    }

    /** The pages below {@code root} that are written by hand or by the build. */
    static List<Page> below(Path root) throws IOException {
        List<Page> pages = new ArrayList<>();
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes a) {
                        String name = folder.getFileName().toString();
                        boolean others =
                                name.startsWith(".") && !folder.equals(root)
                                        || Set.of("target", "run", "node_modules").contains(name);
                        return others ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes a)
                            throws IOException {
                        if (file.getFileName().toString().endsWith(".md")) {
                            pages.add(read(file));
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        return pages;
    }

    /** The fenced blocks whose first line names their file, in order. */
    List<Example> examples() {
        List<Example> examples = new ArrayList<>();
        for (int at = 0; at < lines.size(); at++) {
            if (!fence(lines.get(at))) {
                continue;
            }
            int first = at + 1;
            int end = first;
            while (end < lines.size() && !fence(lines.get(end))) {
                end++;
            }
            Matcher named = NAMED.matcher(first < end ? lines.get(first).strip() : "");
            if (named.matches()) {
                examples.add(
                        new Example(
                                file,
                                first + 1,
                                named.group(1),
                                String.join("\n", lines.subList(first, end)) + "\n"));
            }
            at = end;
        }
        return examples;
    }

    /** What links name outside of code, but for other sites. */
    List<Link> links() {
        List<Link> links = new ArrayList<>();
        boolean code = false;
        for (int at = 0; at < lines.size(); at++) {
            String line = lines.get(at);
            if (fence(line)) {
                code = !code;
            } else if (!code) {
                Matcher link = LINK.matcher(line.replaceAll("`[^`]*`", "`"));
                while (link.find()) {
                    if (!link.group(1).matches("[a-z]+:.*")) {
                        links.add(new Link(at + 1, link.group(1)));
                    }
                }
            }
        }
        return links;
    }

    /** The names of its headings, as a browser of the repository makes them. */
    Set<String> anchors() {
        Set<String> anchors = new HashSet<>();
        Map<String, Integer> seen = new HashMap<>();
        boolean code = false;
        for (String line : lines) {
            if (fence(line)) {
                code = !code;
            }
            Matcher heading = HEADING.matcher(line);
            if (!code && heading.matches()) {
                String name =
                        heading.group(1)
                                .toLowerCase(Locale.ROOT)
                                .replaceAll("\\]\\([^)]*\\)", "")
                                .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                                .replace(' ', '-');
                int before = seen.merge(name, 1, Integer::sum) - 1;
                anchors.add(before == 0 ? name : name + "-" + before);
            }
        }
        return anchors;
    }

    /** Why a link leads nowhere; absent if it leads somewhere. */
    Optional<String> broken(Link link) throws IOException {
        String[] parts = link.target().split("#", 2);
        Path folder = file.toAbsolutePath().getParent();
        Path to = parts[0].isEmpty() ? file : folder.resolve(parts[0]).normalize();
        String where = file + ":" + link.line() + ": ";
        if (!Files.exists(to)) {
            return Optional.of(where + "there is no " + link.target());
        }
        boolean anchored = parts.length == 2 && to.getFileName().toString().endsWith(".md");
        return anchored && !read(to).anchors().contains(parts[1])
                ? Optional.of(where + "no heading of " + to.getFileName() + " is #" + parts[1])
                : Optional.empty();
    }

    private static boolean fence(String line) {
        return line.strip().startsWith("```");
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
