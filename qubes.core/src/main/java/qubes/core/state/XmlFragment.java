package qubes.core.state;

/**
 * A piece of the store that nobody here understands, kept as its text and written back where it
 * stood.
 *
 * <p>{@code parent} is a path of element names below the record that keeps the fragment; an element
 * of which there are several is told apart by what follows the colon: {@code
 * properties/property:memory}, {@code devices:pci}. A domain's paths start at its children, or are
 * {@code domain}; those of an assignment are {@code device} and {@code option:<name>}; those of the
 * system start at {@code labels}, {@code pools}, {@code properties} and {@code domains}, or are
 * {@code qubes}, or are empty outside of the root element.
 *
 * @param kind what the text is
 * @param parent path of the element it belongs to
 * @param before of a node, the known sibling that follows it, as in paths ({@code
 *     property:memory}); empty if none does
 * @param text the node or attribute as XML
 */
public record XmlFragment(Kind kind, String parent, String before, String text) {
    /** What a fragment's text is. */
    public enum Kind {
        /** An element, a comment, a processing instruction, or text where no text is expected. */
        NODE,
        /** {@code name="value"}. */
        ATTRIBUTE
    }

    /**
     * {@return a node below {@code parent}, in front of its child {@code before}}
     *
     * @param parent the element that holds it
     * @param before name of the element that it stands before
     * @param text the fragment, as it was read
     */
    public static XmlFragment node(String parent, String before, String text) {
        return new XmlFragment(Kind.NODE, parent, before, text);
    }

    /**
     * {@return an attribute of {@code parent}}
     *
     * @param parent the element that holds it
     * @param text the fragment, as it was read
     */
    public static XmlFragment attribute(String parent, String text) {
        return new XmlFragment(Kind.ATTRIBUTE, parent, "", text);
    }
}
