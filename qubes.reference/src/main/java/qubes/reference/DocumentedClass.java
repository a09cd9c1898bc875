package qubes.reference;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * A class and what its documentation says, read from its source by the compiler.
 *
 * @param binaryName what it is loaded by
 * @param group simple name of the class around it
 * @param groupAbout the first paragraph of that one's documentation
 * @param about the first paragraph of its documentation, as Markdown
 */
record DocumentedClass(
        String binaryName, Optional<String> group, Optional<String> groupAbout, String about) {
    /** All of these files, in their order. Blocks. */
    static List<DocumentedClass> in(List<Path> files) throws IOException {
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
            List<DocumentedClass> found = new ArrayList<>();
            for (CompilationUnitTree unit : task.parse()) {
                new Scanner(DocTrees.instance(task), unit, found).scan(unit, null);
            }
            return found;
        }
    }

    /** The class itself. */
    Class<?> load() {
        try {
            return Class.forName(binaryName);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(
                    "the page needs the module of " + binaryName + " among its dependencies", e);
        }
    }

    private static final class Scanner extends TreePathScanner<@Nullable Void, @Nullable Void> {
        private final DocTrees docs;
        private final String packageName;
        private final List<DocumentedClass> found;
        private Optional<DocumentedClass> outer = Optional.empty();

        Scanner(DocTrees docs, CompilationUnitTree unit, List<DocumentedClass> found) {
            this.docs = docs;
            this.packageName = String.valueOf(unit.getPackageName());
            this.found = found;
        }

        @Override
        public @Nullable Void visitClass(ClassTree tree, @Nullable Void nothing) {
            Optional<DocumentedClass> around = outer;
            String name = tree.getSimpleName().toString();
            DocumentedClass one =
                    new DocumentedClass(
                            around.map(other -> other.binaryName + "$" + name)
                                    .orElse(packageName + "." + name),
                            around.map(DocumentedClass::simpleName),
                            around.map(DocumentedClass::about),
                            paragraph(docs.getDocComment(getCurrentPath())));
            found.add(one);
            outer = Optional.of(one);
            super.visitClass(tree, null);
            outer = around;
            return null;
        }
    }

    private String simpleName() {
        return binaryName.substring(
                Math.max(binaryName.lastIndexOf('.'), binaryName.lastIndexOf('$')) + 1);
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
