package qubes.reference;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import qubes.core.event.Event;

/** The event records of a source folder and what their documentation says, read by the compiler. */
final class EventSources {
    /**
     * A type of event.
     *
     * @param group the class that holds it together with others of its kind; absent if it stands
     *     alone
     * @param about the first paragraph of its documentation
     */
    record Source(
            Class<? extends Event> type,
            Optional<String> group,
            Optional<String> groupAbout,
            String about) {}

    private EventSources() {}

    /** All in {@code folder}, by file name, in the order of each file. Blocks. */
    static List<Source> in(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.list(folder)) {
            files = found.filter(file -> file.toString().endsWith(".java")).sorted().toList();
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task =
                    (JavacTask)
                            compiler.getTask(
                                    null,
                                    manager,
                                    null,
                                    List.of("-proc:none"),
                                    null,
                                    manager.getJavaFileObjectsFromPaths(files));
            List<Source> sources = new ArrayList<>();
            for (CompilationUnitTree unit : task.parse()) {
                new Scanner(DocTrees.instance(task), unit, sources).scan(unit, null);
            }
            return sources;
        }
    }

    private static final class Scanner extends TreePathScanner<@Nullable Void, @Nullable Void> {
        private final DocTrees docs;
        private final String packageName;
        private final List<Source> found;
        private Optional<String> group = Optional.empty();
        private Optional<String> groupAbout = Optional.empty();

        Scanner(DocTrees docs, CompilationUnitTree unit, List<Source> found) {
            this.docs = docs;
            this.packageName = String.valueOf(unit.getPackageName());
            this.found = found;
        }

        @Override
        public @Nullable Void visitClass(ClassTree tree, @Nullable Void nothing) {
            String name = tree.getSimpleName().toString();
            Class<?> type = load(group.map(outer -> outer + "$" + name).orElse(name));
            String about = paragraph(docs.getDocComment(getCurrentPath()));
            if (type.isRecord() && Event.class.isAssignableFrom(type)) {
                found.add(new Source(type.asSubclass(Event.class), group, groupAbout, about));
                return null;
            }
            Optional<String> outer = group;
            Optional<String> outerAbout = groupAbout;
            group = Optional.of(name);
            groupAbout = Optional.of(about);
            super.visitClass(tree, null);
            group = outer;
            groupAbout = outerAbout;
            return null;
        }

        private Class<?> load(String name) {
            try {
                return Class.forName(packageName + "." + name);
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException("the sources are not those of the classes", e);
            }
        }
    }

    /** The first paragraph of a documentation comment, as Markdown. */
    private static String paragraph(@Nullable String comment) {
        return (comment == null ? "" : comment)
                .split("<p>|\\n *@", 2)[0]
                .replaceAll("\\{@code\\s+([^}]*)\\}", "`$1`")
                .replaceAll("\\{@link(?:plain)?\\s+([^}]*)\\}", "`$1`")
                .replaceAll("\\s+", " ")
                .strip();
    }
}
