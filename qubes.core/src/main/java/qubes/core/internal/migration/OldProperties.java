package qubes.core.internal.migration;

import java.util.Optional;
import qubes.core.error.QubesValueError;
import qubes.core.error.Repr;
import qubes.core.property.PropertyType;
import qubes.core.state.DomainRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;

/** Properties and features of domains that are called otherwise today. */
final class OldProperties {
    private static final String MEMINFO_WRITER = "service.meminfo-writer";

    private OldProperties() {}

    /** {@code hvm} becomes {@code virt_mode}: hvm or pv. */
    static DomainRecord hvm(DomainRecord domain, SystemState all, Notes notes) {
        return renamed(domain, "hvm", "virt_mode", "hvm", "pv", notes);
    }

    /** {@code dispvm_allowed} becomes {@code template_for_dispvms}. */
    static DomainRecord dispvmAllowed(DomainRecord domain, SystemState all, Notes notes) {
        return renamed(domain, "dispvm_allowed", "template_for_dispvms", "True", "False", notes);
    }

    /** The service that told how much memory is used: without it, memory is not balanced. */
    static DomainRecord meminfoWriter(DomainRecord domain, SystemState all, Notes notes) {
        String value = domain.features().get(MEMINFO_WRITER);
        if (value == null || !OldKlasses.hasMemory(domain)) {
            return domain;
        }
        DomainRecord now = domain.withFeature(MEMINFO_WRITER, Optional.empty());
        if (!value.isEmpty()) {
            notes.changed(domain.name() + ": Feature " + MEMINFO_WRITER + " was removed");
            return now;
        }
        notes.changed(domain.name() + ": Feature " + MEMINFO_WRITER + " became maxmem=0");
        return now.withProperty("maxmem", Optional.of(StoredValue.ofText("0")));
    }

    /** What a property says; absent if it is not there or is no boolean. */
    static Optional<Boolean> flag(DomainRecord domain, String property) {
        return domain.property(property)
                .flatMap(
                        value -> {
                            try {
                                return Optional.of(PropertyType.BOOL.parse(value.text()));
                            } catch (QubesValueError e) {
                                return Optional.empty();
                            }
                        });
    }

    /** Of the old and the new property, the new one counts. */
    private static DomainRecord renamed(
            DomainRecord domain,
            String old,
            String property,
            String ifTrue,
            String ifFalse,
            Notes notes) {
        Optional<StoredValue> value = domain.property(old);
        if (value.isEmpty()) {
            return domain;
        }
        Optional<Boolean> flag = flag(domain, old);
        if (flag.isEmpty()) {
            notes.odd(
                    domain.name()
                            + ": Property "
                            + old
                            + " is no boolean, "
                            + Repr.quote(value.get().text())
                            + "; it is kept and means nothing");
            return domain;
        }
        DomainRecord now = domain.withProperty(old, Optional.empty());
        if (domain.property(property).isPresent()) {
            notes.changed(
                    domain.name() + ": Property " + old + " was removed, " + property + " is set");
            return now;
        }
        String text = flag.get() ? ifTrue : ifFalse;
        notes.changed(domain.name() + ": Property " + old + " became " + property + "=" + text);
        return now.withProperty(property, Optional.of(StoredValue.ofText(text)));
    }
}
