package qubes.hypervisor.libvirt.xml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LazyLibraryTest {
    /** Loads this bundle's classes and the template library anew, and remembers the library's. */
    private static final class Recorder extends ClassLoader {
        private final List<String> library = new ArrayList<>();

        Recorder() {
            super(LazyLibraryTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.matches("(qubes\\.hypervisor|com\\.hubspot|jinjava)\\..*")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? define(name) : loaded;
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                if (!name.startsWith("qubes")) {
                    library.add(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    @Test
    @DisplayName("the template library is loaded at the first rendering, not before")
    void loadsAtTheFirstRendering() throws Exception {
        Recorder recorder = new Recorder();
        Class<?> hypervisor =
                Class.forName("qubes.hypervisor.libvirt.LibvirtHypervisor", true, recorder);
        assertEquals(1, hypervisor.getConstructors().length);
        Class.forName(DomainXml.class.getName(), true, recorder)
                .getMethod("in", String.class, load(DomainXml.Acceleration.class, recorder))
                .invoke(null, "", null);
        Function<String, Optional<String>> loader = name -> Optional.of("{{ x }}");
        Class<?> jinja = Class.forName("qubes.hypervisor.libvirt.jinja.Jinja", true, recorder);
        Object engine = jinja.getConstructor(Function.class).newInstance(loader);
        assertEquals(List.of(), recorder.library);
        assertEquals(
                "1",
                jinja.getMethod("render", String.class, Map.class)
                        .invoke(engine, "any", Map.of("x", 1)));
        assertFalse(recorder.library.isEmpty());
    }

    private static Class<?> load(Class<?> type, ClassLoader loader) throws ClassNotFoundException {
        return Class.forName(type.getName(), true, loader);
    }
}
