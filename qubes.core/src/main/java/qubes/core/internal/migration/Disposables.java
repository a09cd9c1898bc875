package qubes.core.internal.migration;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qubes.core.error.Repr;
import qubes.core.state.DomainRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;
import qubes.core.value.DomainName;

/** References to disposables and their templates that mean nothing today. */
final class Disposables {
    private static final List<String> DEFAULTS = List.of("default_dispvm", "management_dispvm");
    private static final String FLAG = "template_for_dispvms";
    private static final String QUEUE = "preload-dispvm";
    private static final Optional<StoredValue> NONE = Optional.of(StoredValue.ofText(""));

    private Disposables() {}

    /**
     * A default disposable template that is not allowed to be one becomes none. A store that names
     * one that does not exist the original does not load at all; here that is logged, and kept: a
     * wrong default must not keep every other qube from its user.
     */
    static SystemState unflaggedDefaults(SystemState state, Notes notes) {
        SystemState now = state;
        for (String property : DEFAULTS) {
            if (unflagged(state.globals(), property, "", state, notes)) {
                now = now.withGlobal(property, NONE);
            }
        }
        return Migration.ofEachDomain(Disposables::ofDomain).apply(now, notes);
    }

    private static DomainRecord ofDomain(DomainRecord domain, SystemState all, Notes notes) {
        DomainRecord now = domain;
        for (String property : DEFAULTS) {
            if (unflagged(domain.properties(), property, domain.name() + ": ", all, notes)) {
                now = now.withProperty(property, NONE);
            }
        }
        return now;
    }

    private static boolean unflagged(
            Map<String, StoredValue> properties,
            String property,
            String subject,
            SystemState all,
            Notes notes) {
        @Nullable StoredValue value = properties.get(property);
        if (value == null || value.text().isEmpty()) {
            return false;
        }
        DomainRecord target = all.domain(new DomainName(value.text()));
        if (target == null) {
            notes.odd(
                    subject
                            + "Property "
                            + property
                            + " names a qube that does not exist, "
                            + Repr.quote(value.text())
                            + "; set another");
            return false;
        }
        if (OldProperties.flag(target, FLAG).orElse(false)) {
            return false;
        }
        notes.changed(
                subject
                        + "Property "
                        + property
                        + " became none, "
                        + target.name()
                        + " has no "
                        + FLAG);
        return true;
    }

    /** Of disposables started in advance, those that are gone leave the queue (spec dispvm §7). */
    static DomainRecord queueOfTheGone(DomainRecord domain, SystemState all, Notes notes) {
        String queue = domain.features().getOrDefault(QUEUE, "");
        if (queue.isEmpty()) {
            return domain;
        }
        List<String> names = Arrays.stream(queue.split(" ", -1)).filter(n -> !n.isEmpty()).toList();
        List<String> left =
                names.stream().filter(name -> all.domain(new DomainName(name)) != null).toList();
        if (left.size() == names.size()) {
            return domain;
        }
        notes.changed(domain.name() + ": Of its preloaded disposables, those that are gone left");
        return domain.withFeature(QUEUE, Optional.of(String.join(" ", left)));
    }
}
