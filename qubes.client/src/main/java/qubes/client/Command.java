package qubes.client;

import java.util.List;

/** One verb of the command line. */
interface Command {
    /** What follows the verb, one form a line. */
    String usage();

    /** What it does, in one line, and then its options. */
    String help();

    /**
     * Runs it; blocks until the daemon is done.
     *
     * @return the exit code
     * @throws UsageError if the arguments are wrong
     * @throws DaemonError if the daemon refuses
     */
    int run(Session session, List<String> arguments);
}
