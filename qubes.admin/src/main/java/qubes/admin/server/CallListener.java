package qubes.admin.server;

/** Told of each call just before its caller is answered, or will not be. */
interface CallListener {
    /** It went well. */
    String OK = "ok";

    /** It is answered with events, from now on. */
    String STREAM = "stream";

    /** Its caller gets no answer. */
    String NOTHING = "nothing";

    /** Its time was up. */
    String OVERDUE = "overdue";

    /**
     * Must not block.
     *
     * @param outcome one of those above, or the name of the error that was sent
     */
    void answered(Exchange exchange, String outcome);
}
