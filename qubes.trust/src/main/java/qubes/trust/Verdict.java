package qubes.trust;

/**
 * Whether a bundle may run, and why.
 *
 * @param accepted whether it may
 * @param reason words that go on after its name, as {@code is not signed}
 */
record Verdict(boolean accepted, String reason) {
    static Verdict accepted(String reason) {
        return new Verdict(true, reason);
    }

    static Verdict refused(String reason) {
        return new Verdict(false, reason);
    }
}
