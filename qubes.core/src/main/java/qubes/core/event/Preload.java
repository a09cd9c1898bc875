package qubes.core.event;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import qubes.core.property.PropertyHolder;

/**
 * The events of disposables that are started before anybody asks for them; the subject is their
 * template (spec dispvm.md §5.5). Handlers must not block: what takes long goes on elsewhere.
 */
public final class Preload {
    private Preload() {}

    /**
     * The template's queue of preloaded disposables is to be filled.
     *
     * @param reason for the log
     * @param delaySeconds how long to wait first, by its absolute value; absent: not at all
     */
    public record Start(PropertyHolder subject, String reason, Optional<Double> delaySeconds)
            implements Event {
        /**
         * {@return a request to fill at once}
         *
         * @param template the domain that disposables are made from
         * @param reason for the log and for listeners
         */
        public static Start now(PropertyHolder template, String reason) {
            return new Start(template, reason, Optional.empty());
        }

        /**
         * {@return a request to fill after a while}
         *
         * @param template the domain that disposables are made from
         * @param reason for the log and for listeners
         * @param seconds how long to wait
         */
        public static Start after(PropertyHolder template, String reason, double seconds) {
            return new Start(template, reason, Optional.of(seconds));
        }

        @Override
        public String wireName() {
            return "domain-preload-dispvm-start";
        }

        @Override
        public Map<String, Object> arguments() {
            Map<String, Object> arguments = new LinkedHashMap<>();
            arguments.put("reason", reason);
            delaySeconds.ifPresent(delay -> arguments.put("delay", number(delay)));
            return arguments;
        }
    }

    /**
     * A preloaded disposable left the queue since somebody uses it now.
     *
     * @param dispvm the disposable
     * @param delaySeconds how long to wait before another takes its place, by its absolute value
     */
    public record Used(PropertyHolder subject, PropertyHolder dispvm, double delaySeconds)
            implements Event {
        @Override
        public String wireName() {
            return "domain-preload-dispvm-used";
        }

        @Override
        public Map<String, Object> arguments() {
            Map<String, Object> arguments = new LinkedHashMap<>();
            arguments.put("dispvm", dispvm);
            arguments.put("delay", number(delaySeconds));
            return arguments;
        }
    }

    /** Whole seconds read as an integer. */
    private static Number number(double seconds) {
        if (seconds == Math.rint(seconds) && Math.abs(seconds) < Long.MAX_VALUE) {
            return (long) seconds;
        }
        return seconds;
    }
}
