package qubes.testkit;

import qubes.core.vm.Qubes;

/** A system that tests run against: {@link QubesFixture}, or whatever else has an application. */
public interface RunningSystem extends AutoCloseable {
    /** {@return the application, now} */
    Qubes qubes();

    /** Ends it, or leaves it to others if it is not the test's own. */
    @Override
    void close();
}
