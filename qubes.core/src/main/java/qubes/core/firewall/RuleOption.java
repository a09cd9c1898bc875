package qubes.core.firewall;

import java.util.Optional;

/**
 * One option of a {@link Rule}: an immutable value that was checked when it was made (spec
 * network.md §5.1). What cannot be one is an {@link IllegalArgumentException}.
 */
public sealed interface RuleOption
        permits Action, Comment, DstHost, DstPorts, Expire, IcmpType, Proto, SpecialTarget {
    /** {@return which option it is} */
    OptionKey option();

    /** {@return the value, as the rules file holds it} */
    String text();

    /** {@return the option in the Admin API's form of a rule} */
    default String apiText() {
        return ruleText().orElseGet(() -> option().wireName() + "=" + text());
    }

    /** {@return the option in a guest's form of a rule; absent for what no guest is told} */
    default Optional<String> ruleText() {
        return Optional.of(option().wireName() + "=" + text());
    }
}
