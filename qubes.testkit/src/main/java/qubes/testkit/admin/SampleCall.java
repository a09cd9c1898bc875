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
    /**
     * {@return a call about that domain, without anything else}
     *
     * @param destination name of the domain that is asked about
     */
    public static SampleCall to(String destination) {
        return new SampleCall(destination, "", "", "");
    }

    /**
     * {@return this, with that argument}
     *
     * @param text what is sent
     */
    public SampleCall argument(String text) {
        return new SampleCall(destination, text, payload, variant);
    }

    /**
     * {@return this, with that payload}
     *
     * @param text what is sent
     */
    public SampleCall payload(String text) {
        return new SampleCall(destination, argument, text, variant);
    }

    /**
     * {@return this, of that member of the family}
     *
     * @param member what stands for the wildcard
     */
    public SampleCall variant(String member) {
        return new SampleCall(destination, argument, payload, member);
    }
}
