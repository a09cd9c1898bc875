package qubes.core.internal.store;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import qubes.core.error.QubesException;
import qubes.core.error.Repr;
import qubes.core.state.XmlFragment;

/**
 * Writes elements in the layout of the store, two blanks a level, with the fragments that belong to
 * them. Refuses what the reader would refuse.
 */
final class XmlOutput {
    private static final String BLANKS = " ".repeat(64);

    private final StringBuilder out = new StringBuilder(4096);
    private final String owner; // whose record it is, for messages
    private final Fragments fragments;
    private int depth;
    private int attributes; // of the open tag

    /**
     * @param owner whose record is written, for messages
     * @param depth level of the outermost element
     */
    XmlOutput(String owner, int depth, List<XmlFragment> unknown) {
        this.owner = owner;
        this.depth = depth;
        this.fragments = new Fragments(unknown);
    }

    /** What was written since this was last asked, in UTF-8. */
    byte[] takeBytes() {
        byte[] bytes = out.toString().getBytes(StandardCharsets.UTF_8);
        out.setLength(0);
        return bytes;
    }

    /** Adds what another wrote. */
    void append(XmlOutput other) {
        out.append(other.out);
    }

    /** Writes what comes after the root element; the last line has no line feed. */
    void endOfDocument() {
        fragments.takeRest("").forEach(this::line);
        out.setLength(out.length() - 1);
    }

    Fragments fragments() {
        return fragments;
    }

    /** Starts the tag of an element on a line of its own. */
    XmlOutput tag(String element) {
        indent();
        out.append('<').append(element);
        attributes = 0;
        return this;
    }

    /** Adds an attribute to the open tag. */
    XmlOutput attribute(String name, String value) {
        count(name);
        if (!XmlEscape.isName(name)) {
            throw refused("attribute", name, "it has no name that XML can hold");
        }
        check("attribute", name, value, StoreXml.MAX_ATTRIBUTE);
        out.append(' ').append(name).append("=\"");
        XmlEscape.attribute(out, value);
        out.append('"');
        return this;
    }

    /** Adds attributes to the open tag, name to text. */
    XmlOutput attributes(Map<String, String> all) {
        all.forEach(this::attribute);
        return this;
    }

    /** Ends the open tag of an element with children, which come next. */
    void open(String path) {
        unknownAttributes(path);
        out.append(">\n");
        depth++;
    }

    /** Writes what is left of the element's fragments and its end. */
    void close(String path, String element) {
        fragments.takeRest(path).forEach(this::line);
        depth--;
        indent();
        out.append("</").append(element).append(">\n");
    }

    /** Ends the open tag of an element without children; it may have fragments. */
    void empty(String path, String element) {
        unknownAttributes(path);
        List<String> nodes = fragments.takeRest(path);
        if (nodes.isEmpty()) {
            out.append("/>\n");
        } else {
            out.append('>');
            nodes.forEach(out::append);
            out.append("</").append(element).append(">\n");
        }
    }

    /** Ends the open tag of an element that holds text, which may be empty. */
    void text(String path, String element, String name, String text) {
        check(element, name, text, StoreXml.MAX_TEXT);
        unknownAttributes(path);
        out.append('>');
        XmlEscape.text(out, text);
        fragments.takeRest(path).forEach(out::append);
        out.append("</").append(element).append(">\n");
    }

    /** Writes the fragments in front of a child of {@code path}. */
    void before(String path, String child) {
        fragments.takeBefore(path, child).forEach(this::line);
    }

    private void count(String attribute) {
        if (++attributes > StoreXml.MAX_ATTRIBUTES) {
            throw refused(
                    "attribute",
                    attribute,
                    "there are more than " + StoreXml.MAX_ATTRIBUTES + " of them");
        }
    }

    private void line(String node) {
        indent();
        out.append(node).append('\n');
    }

    private void unknownAttributes(String path) {
        fragments
                .attributes(path)
                .forEach(
                        (name, attribute) -> {
                            count(name);
                            out.append(' ').append(attribute);
                        });
    }

    private void indent() {
        out.append(BLANKS, 0, 2 * depth);
    }

    private void check(String kind, String name, String value, int most) {
        if (value.length() > most) {
            throw refused(kind, name, "it is longer than " + most + " characters");
        }
        OptionalInt bad = XmlEscape.unstorable(value);
        if (bad.isPresent()) {
            throw refused(
                    kind, name, String.format("it holds the character U+%04X", bad.getAsInt()));
        }
    }

    private QubesException refused(String kind, @Nullable String name, String why) {
        return new QubesException(
                owner
                        + ": "
                        + kind
                        + " "
                        + Repr.quote(String.valueOf(name))
                        + " cannot be stored: "
                        + why);
    }
}
