package qubes.testkit.admin;

/**
 * A call that a method is to answer well.
 *
 * @param destination name of the domain that is asked about
 * @param argument ASCII; empty for none
 * @param payload empty for none
 * @param variant which member of a family; empty for a method of its own
 */
public record SampleCall(String destination, String argument, String payload, String variant) {
    /** A call about that domain, without anything else. */
    public static SampleCall to(String destination) {
        return new SampleCall(destination, "", "", "");
    }

    /** This, with that argument. */
    public SampleCall argument(String text) {
        return new SampleCall(destination, text, payload, variant);
    }

    /** This, with that payload. */
    public SampleCall payload(String text) {
        return new SampleCall(destination, argument, text, variant);
    }

    /** This, of that member of the family. */
    public SampleCall variant(String member) {
        return new SampleCall(destination, argument, payload, member);
    }
}
