package qubes.testkit.hypervisor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import qubes.core.hypervisor.Guest;
import qubes.core.hypervisor.GuestListener;

/** Notes what is said of guests, and waits for what is still to be said. */
public final class GuestRecorder implements GuestListener {
    /** How long it waits for one thing if nobody says otherwise. */
    static final Duration PATIENCE = Duration.ofMinutes(1);

    /** What was said. */
    public enum What {
        /** It is gone. */
        STOPPED,
        /** It was paused. */
        PAUSED,
        /** It runs on after a pause. */
        RESUMED
    }

    /** One thing said of one guest. */
    public record Said(What what, Guest guest) {
        boolean is(What wanted, UUID uuid) {
            return what == wanted && guest.uuid().equals(uuid);
        }
    }

    private final Duration patience;
    private final List<Said> said = new ArrayList<>();

    /** Waits for a minute. */
    public GuestRecorder() {
        this(PATIENCE);
    }

    /**
     * @param patience how long it waits at most for one thing to be said
     */
    public GuestRecorder(Duration patience) {
        this.patience = patience;
    }

    @Override
    public void stopped(Guest guest) {
        note(new Said(What.STOPPED, guest));
    }

    @Override
    public void paused(Guest guest) {
        note(new Said(What.PAUSED, guest));
    }

    @Override
    public void resumed(Guest guest) {
        note(new Said(What.RESUMED, guest));
    }

    private synchronized void note(Said one) {
        said.add(one);
        notifyAll();
    }

    /** {@return all that was said so far, in order} */
    public synchronized List<Said> said() {
        return List.copyOf(said);
    }

    /**
     * {@return how often this was said of the guest}
     *
     * @param what what is counted, or waited for
     * @param uuid identity of the guest's domain
     */
    public synchronized long count(What what, UUID uuid) {
        return said.stream().filter(one -> one.is(what, uuid)).count();
    }

    /**
     * Waits until this was said of the guest; bounded.
     *
     * @param what what is counted, or waited for
     * @param uuid identity of the guest's domain
     * @return the guest as it was then
     * @throws InterruptedException if the thread is interrupted
     */
    public Guest await(What what, UUID uuid) throws InterruptedException {
        return await(one -> one.is(what, uuid)).guest();
    }

    private synchronized Said await(Predicate<Said> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            for (Said one : said) {
                if (wanted.test(one)) {
                    return one;
                }
            }
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("never said; what was: " + said);
            }
            wait(left);
        }
    }
}
