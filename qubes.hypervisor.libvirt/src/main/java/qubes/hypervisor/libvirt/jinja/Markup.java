package qubes.hypervisor.libvirt.jinja;

/**
 * Text that is XML already and is not escaped again.
 *
 * @param text the XML
 */
record Markup(String text) {
    /** The value as XML: escaped, unless it is XML already. */
    static String of(@org.jspecify.annotations.Nullable Object value) {
        if (value instanceof Markup markup) {
            return markup.text();
        }
        return escape(Python.text(value));
    }

    /** Escapes what XML gives a meaning, quotes too. */
    static String escape(String text) {
        StringBuilder out = null;
        for (int i = 0; i < text.length(); i++) {
            String entity =
                    switch (text.charAt(i)) {
                        case '&' -> "&amp;";
                        case '<' -> "&lt;";
                        case '>' -> "&gt;";
                        case '"' -> "&#34;";
                        case '\'' -> "&#39;";
                        // as they are, an XML reader would turn them into blanks in an attribute
                        case '\n' -> "&#10;";
                        case '\r' -> "&#13;";
                        case '\t' -> "&#9;";
                        default -> "";
                    };
            if (!entity.isEmpty()) {
                if (out == null) {
                    out = new StringBuilder(text.length() + 16).append(text, 0, i);
                }
                out.append(entity);
            } else if (out != null) {
                out.append(text.charAt(i));
            }
        }
        return out == null ? text : out.toString();
    }

    @Override
    public String toString() {
        return text;
    }
}
