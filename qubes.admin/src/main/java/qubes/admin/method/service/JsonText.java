package qubes.admin.method.service;

import org.jspecify.annotations.Nullable;

/** JSON of objects and text, spaced and escaped as Python's library writes it. */
final class JsonText {
    private final StringBuilder out = new StringBuilder();
    private boolean first = true; // nothing was written into the innermost object yet

    /** Begins an object. */
    JsonText begin() {
        out.append('{');
        first = true;
        return this;
    }

    /** Ends the innermost object. */
    JsonText end() {
        out.append('}');
        first = false;
        return this;
    }

    /** What is written next is the value of {@code key}. */
    JsonText key(String key) {
        if (!first) {
            out.append(", ");
        }
        first = false;
        quote(key);
        out.append(": ");
        return this;
    }

    void text(@Nullable String text) {
        if (text == null) {
            out.append("null");
        } else {
            quote(text);
        }
    }

    void flag(boolean flag) {
        out.append(flag);
    }

    void texts(Iterable<String> texts) {
        String separator = "";
        out.append('[');
        for (String text : texts) {
            out.append(separator);
            quote(text);
            separator = ", ";
        }
        out.append(']');
    }

    private void quote(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < 0x20 || c > 0x7e) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
