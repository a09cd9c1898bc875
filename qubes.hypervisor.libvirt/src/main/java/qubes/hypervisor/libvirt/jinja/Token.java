package qubes.hypervisor.libvirt.jinja;

/**
 * A piece of a template.
 *
 * @param text what stands there; of a string literal, its value
 * @param line counted from 1
 */
record Token(Kind kind, String text, int line) {
    enum Kind {
        /** The template's own text, between tags. */
        DATA,
        /** Begin of <code>{{</code>. */
        PRINT,
        /** End of <code>{{</code>. */
        PRINT_END,
        /** Begin of <code>{%</code>. */
        TAG,
        /** End of <code>{%</code>. */
        TAG_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(Kind wanted, String wantedText) {
        return kind == wanted && text.equals(wantedText);
    }

    @Override
    public String toString() {
        return kind == Kind.END ? "the end" : "'" + text + "'";
    }
}
