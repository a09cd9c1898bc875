package qubes.hypervisor.libvirt.jinja;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The bundle as it is packed: what it copied of the template library, and nothing more of it. */
class PackedLibraryIT {
    /** Sees the JDK, the bundle's jar, and of the rest what the bundle imports. */
    private static final class Packed extends URLClassLoader {
        Packed(URL jar) {
            super(new URL[] {jar}, ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            boolean imported =
                    name.matches(
                            "(com\\.fasterxml\\.jackson\\.(core|databind|annotation)|org\\.slf4j)\\..*");
            return imported
                    ? PackedLibraryIT.class.getClassLoader().loadClass(name)
                    : super.findClass(name);
        }
    }

    private static URL jar() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            return files.filter(file -> file.toString().endsWith("-SNAPSHOT.jar"))
                    .findFirst()
                    .orElseThrow()
                    .toUri()
                    .toURL();
        }
    }

    private static Object render(ClassLoader bundle, String template) throws Exception {
        Map<String, String> templates =
                Map.of("main", template, "base", "{% block b %}<b/>{% endblock %}", "part", "p");
        Function<String, Optional<String>> loader =
                name -> Optional.ofNullable(templates.get(name));
        Class<?> jinja = Class.forName("qubes.hypervisor.libvirt.jinja.Jinja", true, bundle);
        return jinja.getMethod("render", String.class, Map.class)
                .invoke(jinja.getConstructor(Function.class).newInstance(loader), "main", Map.of());
    }

    @Test
    @DisplayName("tags, expressions and every filter find all their classes in the bundle")
    void holdsWhatItNeeds() throws Exception {
        try (Packed bundle = new Packed(jar())) {
            assertEquals(
                    "<b/>p<1>2.0True",
                    render(
                            bundle,
                            "{% extends 'base' %}{% block b %}{{ super() }}{% include 'part' %}"
                                    + "{% macro m(a, b=2) %}<{{ a }}>{% endmacro %}{{ m(1) }}"
                                    + "{% set n = namespace(x=4) %}{% set n.x = n.x / 2 %}{{ n.x }}"
                                    + "{% for k, v in {'a': [1]}.items() if v is iterable %}{{ 1 in v }}{% endfor %}"
                                    + "{% endblock %}"));
            for (String filter : new TreeSet<>(Builtins.FILTERS)) {
                assertDoesNotThrow(() -> applied(bundle, filter), filter);
            }
        }
    }

    /** Whatever comes of it, and be it a fault of the template, no class must be missing. */
    private static void applied(ClassLoader bundle, String filter) throws Exception {
        for (String value : new String[] {"'a b'", "[2, 1]", "{'a': 1}", "'1.5'", "7"}) {
            for (String arguments : new String[] {"", "(1)", "('a')", "('a', 'b')"}) {
                try {
                    render(bundle, "{{ " + value + "|" + filter + arguments + " }}");
                } catch (java.lang.reflect.InvocationTargetException e) {
                    if (e.getCause() instanceof LinkageError missing) {
                        throw missing;
                    }
                }
            }
        }
    }
}
