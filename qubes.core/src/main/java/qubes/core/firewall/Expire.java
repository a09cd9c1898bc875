package qubes.core.firewall;

import java.time.Instant;
import java.util.Optional;

/**
 * Until when a rule holds; no guest is told. Any number of seconds is allowed; one beyond the end
 * of {@link Instant} never comes.
 *
 * @param text Unix time in seconds, in digits
 */
public record Expire(String text) implements RuleOption {
    private static final int LONGEST = Long.toString(Instant.MAX.getEpochSecond()).length();

    /**
     * @param text seconds since 1970, in digits
     * @throws IllegalArgumentException if there is anything but digits
     */
    public Expire {
        OptionText.requireLegal(OptionKey.EXPIRE, text);
        if (!OptionText.isDigits(text)) {
            throw OptionText.refused(
                    OptionKey.EXPIRE, text, "it is a time in seconds since 1970, in digits");
        }
    }

    /**
     * {@return the end of a time}
     *
     * @param seconds Unix time
     * @throws IllegalArgumentException if it is negative
     */
    public static Expire of(long seconds) {
        return new Expire(Long.toString(seconds));
    }

    /** {@return the moment from which on the rule does not hold} */
    public Instant instant() {
        String significant = text.replaceFirst("^0+(?=.)", "");
        if (significant.length() > LONGEST) {
            return Instant.MAX;
        }
        long seconds = Long.parseLong(significant);
        return seconds >= Instant.MAX.getEpochSecond()
                ? Instant.MAX
                : Instant.ofEpochSecond(seconds);
    }

    /**
     * {@return true if the rule does not hold any more at {@code now}}
     *
     * @param now the time at which rules expire or hold
     */
    public boolean passed(Instant now) {
        return !instant().isAfter(now);
    }

    @Override
    public OptionKey option() {
        return OptionKey.EXPIRE;
    }

    @Override
    public Optional<String> ruleText() {
        return Optional.empty();
    }
}
