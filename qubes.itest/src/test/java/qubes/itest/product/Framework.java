package qubes.itest.product;

import java.nio.file.Path;

/**
 * An OSGi framework that the shipped set runs in, as an operator runs it: a process that ends and
 * starts again on the same data, and bundles that go and come meanwhile. Nothing here waits for
 * what it causes: that is seen at the Admin API.
 */
interface Framework extends AutoCloseable {
    /** Starts the process; the first time with all that is to be installed. */
    void start() throws Exception;

    /** Where it serves the Admin API. */
    Path socket();

    /** Stops a plugin, or takes it out. */
    void stop(String bundle) throws Exception;

    /** Undoes {@link #stop}. */
    void resume(String bundle) throws Exception;

    /** Ends the process as a service manager does, and waits for its end. */
    void end() throws Exception;

    /** What there is to see if something fails. */
    String seen();

    @Override
    void close();
}
