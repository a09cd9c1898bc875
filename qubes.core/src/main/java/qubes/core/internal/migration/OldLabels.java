package qubes.core.internal.migration;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import qubes.core.state.DomainRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;
import qubes.core.value.Label;

/** Labels as older stores have them. */
final class OldLabels {
    private static final String OLD_GRAY = "0x555753";
    private static final String GRAY = "0x555555";
    private static final String PROPERTY = "label";

    private static final Pattern HASH = Pattern.compile("#([0-9a-fA-F]{6})");
    private static final Pattern REFERENCE = Pattern.compile("label-([0-9]{1,9})");
    private static final Pattern INDEX = Pattern.compile("\\s*\\+?([0-9]{1,9})\\s*");

    private OldLabels() {}

    /**
     * Colours are written as today, {@code 0xcc0000} for {@code #cc0000} (spec qubes-xml §3), and
     * the gray of old becomes the gray of today.
     */
    static SystemState colors(SystemState state, Notes notes) {
        List<Label> today = state.labels().stream().map(label -> colored(label, notes)).toList();
        return today.equals(state.labels()) ? state : state.withLabels(today);
    }

    private static Label colored(Label label, Notes notes) {
        Matcher hash = HASH.matcher(label.color());
        String prefixed = hash.matches() ? "0x" + hash.group(1) : label.color();
        String color = prefixed.equals(OLD_GRAY) ? GRAY : prefixed;
        if (color.equals(label.color())) {
            return label;
        }
        notes.changed("Label " + label + ": color " + label.color() + " became " + color);
        return new Label(label.index(), color, label.name());
    }

    /**
     * A label given by its index becomes its name: {@code label-1}, or {@code 1} if none is called
     * that (spec vm-classes §7).
     */
    static DomainRecord byIndex(DomainRecord domain, SystemState all, Notes notes) {
        String text = domain.property(PROPERTY).map(StoredValue::text).orElse("");
        String trimmed = text.stripTrailing();
        if (trimmed.isEmpty() || !Character.isDigit(trimmed.charAt(trimmed.length() - 1))) {
            return domain; // nearly always
        }
        return indexed(text, all.labels())
                .filter(label -> !label.name().equals(text))
                .map(
                        label -> {
                            notes.changed(domain.name() + ": Label " + text + " became " + label);
                            return domain.withProperty(
                                    PROPERTY, Optional.of(StoredValue.ofText(label.name())));
                        })
                .orElse(domain);
    }

    private static Optional<Label> indexed(String text, List<Label> labels) {
        Matcher reference = REFERENCE.matcher(text);
        if (reference.matches()) {
            return at(reference.group(1), labels);
        }
        Matcher index = INDEX.matcher(text);
        boolean name = labels.stream().anyMatch(label -> label.name().equals(text));
        return !name && index.matches() ? at(index.group(1), labels) : Optional.empty();
    }

    private static Optional<Label> at(String index, List<Label> labels) {
        int wanted = Integer.parseInt(index);
        return labels.stream().filter(label -> label.index() == wanted).findFirst();
    }
}
