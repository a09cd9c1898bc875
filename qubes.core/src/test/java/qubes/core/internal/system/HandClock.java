package qubes.core.internal.system;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/** A clock that is moved by hand, and what is to be done when it is. */
@NullMarked
final class HandClock implements Schedule {
    private record Pending(Instant when, Runnable action) {}

    private final List<Pending> pending = new ArrayList<>();
    private Instant now = Instant.ofEpochSecond(1764104331);

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public Alarm at(Instant when, Runnable action) {
        Pending alarm = new Pending(when, action);
        pending.add(alarm);
        return () -> pending.remove(alarm);
    }

    /** How many alarms are waited for. */
    int pending() {
        return pending.size();
    }

    /** Moves the clock and does what is due then, in order. */
    void advance(Duration time) {
        now = now.plus(time);
        while (true) {
            List<Pending> due =
                    pending.stream()
                            .filter(alarm -> !alarm.when().isAfter(now))
                            .sorted(Comparator.comparing(Pending::when))
                            .toList();
            if (due.isEmpty()) {
                return;
            }
            pending.remove(due.get(0));
            due.get(0).action().run();
        }
    }
}
