package qubes.itest.docs;

import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import qubes.itest.BuiltBundle;
import qubes.itest.docs.Page.Example;

/**
 * The example of one or more pages as their reader would have it: sources, tests and, built of
 * them, a bundle.
 */
final class ExampleProject {
    private static final String MAIN = "src/main/java/";
    private static final String TEST = "src/test/java/";

    private final List<Page> pages;
    private final Path folder;
    private final String name;

    /**
     * @param folder for all that is made
     */
    ExampleProject(List<Page> pages, Path folder) {
        this.pages = List.copyOf(pages);
        this.folder = folder;
        this.name = "example." + pages.get(0).file().getFileName().toString().replace(".md", "");
    }

    /** Symbolic name of the bundle: that of the first page. */
    String name() {
        return name;
    }

    private List<Example> examples() {
        return pages.stream().flatMap(page -> page.examples().stream()).toList();
    }

    /** Compiles the sources and has bnd build the bundle. Blocks. */
    Path bundle() throws Exception {
        Path classes = compiled(MAIN, List.of());
        BuiltBundle bundle = BuiltBundle.named(name).with("-includeresource", classes.toString());
        Properties headers = new Properties();
        for (Example example : examples()) {
            if (example.file().equals("bnd.bnd")) {
                headers.load(new StringReader(example.text()));
            }
        }
        headers.stringPropertyNames()
                .forEach(header -> bundle.with(header, headers.getProperty(header)));
        return bundle.in(folder);
    }

    /** Compiles the tests and runs them. Blocks. */
    TestExecutionSummary tests() throws Exception {
        Path classes = folder.resolve("classes-main");
        Path tests = compiled(TEST, List.of(classes));
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader loader =
                new URLClassLoader(
                        new URL[] {classes.toUri().toURL(), tests.toUri().toURL()}, before)) {
            Thread.currentThread().setContextClassLoader(loader);
            Launcher launcher = LauncherFactory.create();
            launcher.execute(
                    LauncherDiscoveryRequestBuilder.request()
                            .selectors(testClasses(loader))
                            .build(),
                    summary);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
        return summary.getSummary();
    }

    private List<org.junit.platform.engine.discovery.ClassSelector> testClasses(ClassLoader loader)
            throws ClassNotFoundException {
        List<org.junit.platform.engine.discovery.ClassSelector> found = new ArrayList<>();
        for (Example example : sources(TEST)) {
            found.add(DiscoverySelectors.selectClass(loader.loadClass(className(example, TEST))));
        }
        return found;
    }

    private static String className(Example example, String root) {
        return example.file()
                .substring(root.length())
                .replaceFirst("\\.java$", "")
                .replace('/', '.');
    }

    private List<Example> sources(String root) {
        return examples().stream().filter(example -> example.file().startsWith(root)).toList();
    }

    /** The folder with the classes of the sources below {@code root}. */
    private Path compiled(String root, List<Path> before) throws IOException {
        String kind = root.equals(MAIN) ? "main" : "test";
        Path classes = Files.createDirectories(folder.resolve("classes-" + kind));
        List<Example> examples = sources(root);
        if (examples.isEmpty()) {
            throw new AssertionError(pages.get(0).file() + ": there is no example in " + root);
        }
        StringWriter other = new StringWriter();
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        List<String> path = new ArrayList<>();
        before.forEach(entry -> path.add(entry.toString()));
        path.add(System.getProperty("java.class.path"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        boolean compiles =
                compiler.getTask(
                                other,
                                null,
                                problems,
                                List.of(
                                        "-d",
                                        classes.toString(),
                                        "--release",
                                        "17",
                                        "-parameters",
                                        "-proc:none",
                                        "-Xlint:deprecation,removal,rawtypes,unchecked",
                                        "-Werror",
                                        "-cp",
                                        String.join(File.pathSeparator, path)),
                                null,
                                examples.stream().map(Source::new).toList())
                        .call();
        if (!compiles) {
            StringBuilder message = new StringBuilder("The example does not compile:");
            problems.getDiagnostics().forEach(problem -> message.append('\n').append(at(problem)));
            throw new AssertionError(message.append('\n').append(other));
        }
        return classes;
    }

    /** What the compiler says, and the line of the page that it says it of. */
    private static String at(Diagnostic<? extends JavaFileObject> problem) {
        String message = problem.getMessage(null);
        return problem.getSource() instanceof Source source
                ? source.example.page()
                        + ":"
                        + (source.example.line() + problem.getLineNumber() - 1)
                        + ": "
                        + message
                : message;
    }

    /** A file of an example, for the compiler. */
    private static final class Source extends SimpleJavaFileObject {
        private final Example example;

        Source(Example example) {
            super(URI.create("page:///" + example.file()), Kind.SOURCE);
            this.example = example;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return example.text();
        }
    }
}
