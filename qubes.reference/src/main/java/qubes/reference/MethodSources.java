package qubes.reference;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.MethodTraits;

/** The methods of the Admin API that the shipped modules declare. */
final class MethodSources {
    /**
     * A method, or a family of them.
     *
     * @param name on the wire, with {@code *} for the members of a family
     * @param group the class around it, or its own
     * @param about the first sentences of its documentation
     */
    record Source(
            String name, MethodTraits traits, String group, String groupAbout, String about) {}

    private MethodSources() {}

    /** All in the main sources of the modules in {@code root}, by name. Blocks. */
    static List<Source> in(Path root) throws IOException {
        return DocumentedClass.in(files(root)).stream()
                .flatMap(MethodSources::method)
                .sorted(Comparator.comparing(Source::name))
                .toList();
    }

    /** The files that declare methods: the others need not be on the class path. */
    private static List<Path> files(Path root) throws IOException {
        try (Stream<Path> modules = Files.list(root)) {
            return modules.map(module -> module.resolve("src/main/java"))
                    .filter(Files::isDirectory)
                    .flatMap(MethodSources::javaFiles)
                    .sorted()
                    .toList();
        }
    }

    private static Stream<Path> javaFiles(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files
                    .filter(file -> file.toString().endsWith(".java"))
                    .filter(MethodSources::declaresMethods)
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new IllegalStateException("sources cannot be read", e);
        }
    }

    private static boolean declaresMethods(Path file) {
        try {
            return Files.readString(file).contains("@AdminMethodName(");
        } catch (IOException e) {
            throw new IllegalStateException("sources cannot be read", e);
        }
    }

    private static Stream<Source> method(DocumentedClass documented) {
        Class<?> type = documented.load();
        AdminMethodName named = type.getAnnotation(AdminMethodName.class);
        return named == null
                ? Stream.empty()
                : Stream.of(
                        new Source(
                                named.name(),
                                traits(type.asSubclass(AdminMethod.class)),
                                documented.group().orElse(type.getSimpleName()),
                                documented.groupAbout().orElse(""),
                                documented.about()));
    }

    /** Traits are constant, so a method that is given nothing to work with knows them too. */
    private static MethodTraits traits(Class<? extends AdminMethod> type) {
        try {
            Constructor<?> constructor = type.getConstructors()[0];
            @Nullable Object[] nothing =
                    Stream.of(constructor.getParameterTypes()).map(MethodSources::idle).toArray();
            return ((AdminMethod) constructor.newInstance(nothing)).traits();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot be made: " + type.getName(), e);
        }
    }

    private static @Nullable Object idle(Class<?> service) {
        return service.isInterface()
                ? Proxy.newProxyInstance(
                        service.getClassLoader(),
                        new Class<?>[] {service},
                        (proxy, method, arguments) -> {
                            throw new IllegalStateException("only traits are asked for");
                        })
                : null;
    }
}
