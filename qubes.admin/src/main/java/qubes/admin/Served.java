package qubes.admin;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminReply;
import qubes.core.admin.MethodTraits;
import qubes.core.error.QubesException;

/**
 * A method while its service is there, and what was seen of it: one that took longer than it
 * promised is under suspicion for a while, in which it gets no thread that others wait for.
 */
public final class Served {
    private static final long SUSPICION_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long NEVER = 0;

    private final String name;
    private final AdminMethod method;
    private final MethodTraits traits;
    private final ClassLoader bundle;
    private final int ranking;
    private final CallsInFlight calls;
    private volatile long suspectedNanos = NEVER; // when it was last, in System.nanoTime
    private volatile boolean reported;

    /**
     * @param ranking of the service; of two with one name the higher serves
     */
    Served(String name, AdminMethod method, int ranking) {
        this.name = name;
        this.method = method;
        this.traits = Objects.requireNonNull(method.traits(), "traits");
        this.bundle = method.getClass().getClassLoader();
        this.ranking = ranking;
        this.calls = new CallsInFlight(name);
    }

    /** The name it is registered with; for a family, the pattern. */
    public String name() {
        return name;
    }

    /** What it promised when it came. */
    public MethodTraits traits() {
        return traits;
    }

    /** What all methods of one bundle have in common. */
    public ClassLoader bundle() {
        return bundle;
    }

    /** True for the methods that this bundle brings. */
    public boolean isOwn() {
        return bundle == Served.class.getClassLoader();
    }

    /** It took longer than it promised. */
    public void suspect() {
        long now = System.nanoTime();
        suspectedNanos = now == NEVER ? 1 : now;
    }

    /** True if it took longer than it promised not long ago. Never blocks. */
    public boolean isSuspect() {
        long when = suspectedNanos;
        return when != NEVER && System.nanoTime() - when < SUSPICION_NANOS;
    }

    /** True once: whoever is told so shows where it hangs. */
    public synchronized boolean reportOnce() {
        boolean first = !reported;
        reported = true;
        return first;
    }

    /**
     * Answers a call by this method, whose bundle may leave meanwhile.
     *
     * @param giveUp tells the caller that there will be no answer, if the call does not even end
     *     when it is interrupted
     * @throws qubes.core.error.QubesException if the method left before the call was answered
     */
    public AdminReply answer(Supplier<AdminReply> call, Runnable giveUp) {
        if (isOwn()) {
            return call.get();
        }
        calls.begin(giveUp);
        boolean cut = false;
        try {
            AdminReply reply;
            try {
                reply = call.get();
            } finally {
                cut = calls.end();
            }
            return reply;
        } catch (RuntimeException | LinkageError e) {
            if (!cut) {
                throw e;
            }
            QubesException left = left();
            left.addSuppressed(e);
            throw left;
        }
    }

    /**
     * A call of it began a stream.
     *
     * @param feeds closed when the caller is gone
     * @param end ends the stream, should the method leave before
     * @return to be closed in place of {@code feeds}
     */
    public AutoCloseable follow(AutoCloseable feeds, Runnable end) {
        return isOwn() ? feeds : calls.follow(feeds, end);
    }

    /** What a caller is told whose call is not answered since the method left. */
    public QubesException left() {
        return calls.left();
    }

    /**
     * Its service goes: no call begins any more, those that run get ten seconds. Blocks as long.
     * The methods of this bundle go when the server does, which sees to their calls.
     */
    void leave() {
        if (!isOwn()) {
            calls.leave();
        }
    }

    /** Whose it is, for the log. */
    String provider() {
        String type = method.getClass().getName();
        Bundle from = FrameworkUtil.getBundle(method.getClass());
        return from == null ? type : type + " of " + from.getSymbolicName();
    }

    int ranking() {
        return ranking;
    }

    AdminMethod method() {
        return method;
    }

    @Override
    public String toString() {
        return name;
    }
}
