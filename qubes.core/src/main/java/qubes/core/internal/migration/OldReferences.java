package qubes.core.internal.migration;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import qubes.core.state.DomainRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;
import qubes.core.value.DomainName;

/** References to domains that are no names. */
final class OldReferences {
    private static final List<String> OF_DOMAINS =
            List.of(
                    "audiovm",
                    "default_dispvm",
                    "guivm",
                    "management_dispvm",
                    "netvm",
                    "relayvm",
                    "template");
    private static final List<String> OF_THE_SYSTEM =
            List.of(
                    "clockvm",
                    "default_audiovm",
                    "default_dispvm",
                    "default_fw_netvm",
                    "default_guivm",
                    "default_netvm",
                    "default_template",
                    "management_dispvm",
                    "updatevm");
    private static final int UUID_LENGTH = 36;
    private static final Pattern CANONICAL =
            Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private OldReferences() {}

    /** A reference by uuid becomes the name of the domain that has it (spec qubes-xml §2). */
    static SystemState byUuid(SystemState state, Notes notes) {
        SystemState now = Migration.ofEachDomain(OldReferences::ofDomain).apply(state, notes);
        for (String property : OF_THE_SYSTEM) {
            Optional<StoredValue> name = named(state.globals(), property, state);
            if (name.isPresent()) {
                notes.changed("Property " + property + " became the name " + name.get());
                now = now.withGlobal(property, name);
            }
        }
        return now;
    }

    private static DomainRecord ofDomain(DomainRecord domain, SystemState all, Notes notes) {
        DomainRecord now = domain;
        for (String property : OF_DOMAINS) {
            Optional<StoredValue> name = named(domain.properties(), property, all);
            if (name.isPresent()) {
                notes.changed(
                        domain.name()
                                + ": Property "
                                + property
                                + " became the name "
                                + name.get());
                now = now.withProperty(property, name);
            }
        }
        return now;
    }

    private static Optional<StoredValue> named(
            Map<String, StoredValue> properties, String property, SystemState all) {
        StoredValue value = properties.get(property);
        if (value == null
                || value.text().length() != UUID_LENGTH
                || !CANONICAL.matcher(value.text()).matches()
                || all.domain(new DomainName(value.text())) != null) {
            return Optional.empty();
        }
        return Optional.ofNullable(all.domain(UUID.fromString(value.text())))
                .map(domain -> StoredValue.ofText(domain.name().value()));
    }
}
