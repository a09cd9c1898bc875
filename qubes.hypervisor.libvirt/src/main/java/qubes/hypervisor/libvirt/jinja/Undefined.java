package qubes.hypervisor.libvirt.jinja;

import org.jspecify.annotations.Nullable;

/**
 * What a template names but nobody has. Using it is an error; asking whether it is defined is not.
 *
 * @param why the message of that error
 */
public record Undefined(String why) {
    /** A variable that is not there. */
    static Undefined variable(String name) {
        return new Undefined("'" + name + "' is undefined");
    }

    /** An attribute or item that is not there. */
    public static Undefined attribute(String of, String name) {
        return new Undefined("'" + of + "' has no '" + name + "'");
    }

    /** The value, which must be one. */
    static @Nullable Object refuse(@Nullable Object value) {
        if (value instanceof Undefined undefined) {
            throw new TemplateException(undefined.why());
        }
        return value;
    }

    /** The library turns what it uses into text: then it is used. */
    @Override
    public String toString() {
        throw new TemplateException(why);
    }
}
