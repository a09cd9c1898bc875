package qubes.core.firewall;

import java.util.Optional;

/**
 * What the user wrote about a rule; no guest is told. A rule takes an empty one for none.
 *
 * @param text letters, digits, blanks and {@code :;,./-_[]}
 */
public record Comment(String text) implements RuleOption {
    /**
     * @param text what it says
     * @throws IllegalArgumentException if there are other characters
     */
    public Comment {
        OptionText.requireLegalComment(text);
    }

    @Override
    public OptionKey option() {
        return OptionKey.COMMENT;
    }

    @Override
    public Optional<String> ruleText() {
        return Optional.empty();
    }
}
