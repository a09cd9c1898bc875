package qubes.core.admin;

import org.osgi.annotation.versioning.ConsumerType;

/** An answer that goes on until the caller hangs up. */
@ConsumerType
@FunctionalInterface
public interface EventStream {
    /**
     * Begins to send to {@code sink}. Must not block.
     *
     * @param sink the caller's end
     * @return ends the sending; closed once, when the caller is gone or does not keep up
     */
    AutoCloseable open(EventSink sink);
}
