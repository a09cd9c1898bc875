package qubes.admin;

import java.util.concurrent.TimeUnit;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.MethodTraits;

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
    private volatile long suspectedNanos = NEVER; // when it was last, in System.nanoTime
    private volatile boolean reported;

    Served(String name, AdminMethod method) {
        this.name = name;
        this.method = method;
        this.traits = method.traits();
        this.bundle = method.getClass().getClassLoader();
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

    AdminMethod method() {
        return method;
    }

    @Override
    public String toString() {
        return name;
    }
}
