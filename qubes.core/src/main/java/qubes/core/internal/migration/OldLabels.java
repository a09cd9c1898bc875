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

    private static final Pattern REFERENCE = Pattern.compile("label-([0-9]{1,9})");
    private static final Pattern INDEX = Pattern.compile("\\s*\\+?([0-9]{1,9})\\s*");

    private OldLabels() {}

    /** The gray of old becomes the gray of today. */
    static SystemState colors(SystemState state, Notes notes) {
        if (state.labels().stream().noneMatch(label -> label.color().equals(OLD_GRAY))) {
            return state;
        }
        return state.withLabels(
                state.labels().stream()
                        .map(label -> label.color().equals(OLD_GRAY) ? grayed(label, notes) : label)
                        .toList());
    }

    private static Label grayed(Label label, Notes notes) {
        notes.changed("Label " + label + ": color " + OLD_GRAY + " became " + GRAY);
        return new Label(label.index(), GRAY, label.name());
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
