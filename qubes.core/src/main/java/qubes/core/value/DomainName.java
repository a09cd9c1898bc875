package qubes.core.value;

import java.util.regex.Pattern;
import qubes.core.error.QubesValueError;

/**
 * The name of a domain. A name never changes during a domain's life, so it serves as reference to
 * the domain.
 *
 * <p>The constructor accepts any non-empty text, because a store may hold names that no longer
 * follow the rule; {@link #parse} applies the rule to what users and clients give (spec
 * admin-protocol §3.2).
 */
public record DomainName(String value) implements Comparable<DomainName> {
    /** The name of the administrative domain. */
    public static final DomainName DOM0 = new DomainName("dom0");

    private static final Pattern LEGAL = Pattern.compile("[a-zA-Z][a-zA-Z0-9_.-]*");

    /**
     * Checks what it is made of.
     *
     * @param value the text
     */
    public DomainName {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("a domain name is not empty");
        }
    }

    /**
     * {@return a name that follows the naming rule}
     *
     * @param text what a user wrote
     * @throws QubesValueError naming the first part of the rule that {@code text} breaks
     */
    public static DomainName parse(String text) {
        if (text.length() > 31) {
            throw new QubesValueError("VM name must be shorter than 32 characters");
        }
        if (startsBadly(text)) {
            throw new QubesValueError(
                    "VM name cannot start with hyphen, underscore, dot or numbers");
        }
        if (!LEGAL.matcher(text).matches()) {
            throw new QubesValueError("VM name contains illegal characters");
        }
        refuseReserved(text);
        return new DomainName(text);
    }

    private static boolean startsBadly(String text) {
        return !text.isEmpty() && "0123456789_.-".indexOf(text.charAt(0)) >= 0;
    }

    private static void refuseReserved(String text) {
        if (text.equals("Domain-0")) {
            throw new QubesValueError("VM name cannot be 'Domain-0'");
        }
        if (text.equals("none") || text.equals("default")) {
            throw new QubesValueError("VM name cannot be 'none' nor 'default'");
        }
        if (text.endsWith("-dm")) {
            throw new QubesValueError("VM name cannot end with -dm");
        }
    }

    /** Code-point order, as the original sorts. */
    @Override
    public int compareTo(DomainName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
