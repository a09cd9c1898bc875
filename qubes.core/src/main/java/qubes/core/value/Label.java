package qubes.core.value;

/**
 * A label: the colour that tells a user how far a domain is trusted.
 *
 * @param index 1 to 8 built in, larger for custom ones
 * @param color {@code 0xRRGGBB}
 * @param name unique
 */
public record Label(int index, String color, String name) {
    /** Labels up to this index are built in and cannot be removed. */
    public static final int LAST_BUILT_IN = 8;

    /** {@return icon of an ordinary domain with this label} */
    public String icon() {
        return "appvm-" + name;
    }

    /** {@return icon of a disposable with this label} */
    public String disposableIcon() {
        return "dispvm-" + name;
    }

    @Override
    public String toString() {
        return name;
    }
}
