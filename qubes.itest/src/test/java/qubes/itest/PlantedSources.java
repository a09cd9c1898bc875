package qubes.itest;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles source text that breaks a rule on purpose. */
final class PlantedSources {
    private static final Pattern PACKAGE = Pattern.compile("package ([a-z.]+);");
    private static final Pattern TYPE = Pattern.compile("class (\\w+)");

    private PlantedSources() {}

    /**
     * Compiles one compilation unit per text into {@code classes}; a text without a class is a
     * package-info.
     */
    static void compile(Path sources, Path classes, String... texts) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String text : texts) {
            Path file = sources.resolve(path(text));
            Files.createDirectories(file.getParent());
            files.add(Files.writeString(file, text));
        }
        Files.createDirectories(classes);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            List<String> options =
                    List.of(
                            "-d",
                            classes.toString(),
                            "-proc:none",
                            "-classpath",
                            System.getProperty("java.class.path"));
            boolean compiled =
                    compiler.getTask(
                                    messages,
                                    manager,
                                    null,
                                    options,
                                    null,
                                    manager.getJavaFileObjectsFromPaths(files))
                            .call();
            if (!compiled) {
                throw new IllegalArgumentException(
                        "The planted sources do not compile: " + messages);
            }
        }
    }

    private static String path(String text) {
        Matcher name = PACKAGE.matcher(text);
        if (!name.find()) {
            throw new IllegalArgumentException("No package in: " + text);
        }
        Matcher type = TYPE.matcher(text);
        String file = type.find(name.end()) ? type.group(1) : "package-info";
        return name.group(1).replace('.', '/') + "/" + file + ".java";
    }
}
