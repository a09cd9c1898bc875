package qubes.hypervisor.libvirt.xml;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import qubes.core.property.PropertyHolder;

/**
 * Templates that a klass brings in its own bundle, in {@code OSGI-INF/qubes}; of a klass that
 * extends another, its own first. Their names begin with {@code klass/}.
 *
 * @param type the class of a domain
 */
record KlassTemplates(Class<?> type) {
    private static final String PREFIX = "klass/";
    private static final String FOLDER = "/OSGI-INF/qubes/";

    static KlassTemplates of(PropertyHolder domain) {
        return new KlassTemplates(domain.getClass());
    }

    /** The name of the template that a klass has under this name. */
    static String nameOf(String name) {
        return PREFIX + name;
    }

    /** The text of a template; absent if the klass has none of that name. */
    Optional<String> find(String name) {
        if (!name.startsWith(PREFIX)) {
            return Optional.empty();
        }
        String file = FOLDER + name.substring(PREFIX.length());
        for (Class<?> klass = type; klass != null; klass = klass.getSuperclass()) {
            Optional<String> text = read(klass, file);
            if (text.isPresent()) {
                return text;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> read(Class<?> klass, String file) {
        try (InputStream resource = klass.getResourceAsStream(file)) {
            return resource == null
                    ? Optional.empty()
                    : Optional.of(new String(resource.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
