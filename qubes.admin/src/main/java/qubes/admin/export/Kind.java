package qubes.admin.export;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import qubes.core.error.QubesValueError;
import qubes.core.property.PropertyType;
import qubes.core.state.DomainRecord;
import qubes.core.state.SystemState;
import qubes.core.value.DomainName;

/** What values of a property the original accepts while it loads a store. */
enum Kind {
    /** Anything. */
    TEXT,
    /** Anything but nothing, which it takes for the word None, or for no value at all. */
    SOME_TEXT,
    BOOL,
    INT,
    /** An integer from 0. */
    NATURAL,
    /** An integer from 1. */
    POSITIVE,
    VIRT_MODE,
    /** The name of a kernel, or none; it is part of a path. */
    KERNEL,
    LABEL,
    POOL,
    /** A domain of this host, or none. */
    DOMAIN,
    /** As {@link #DOMAIN}, one that provides network. */
    PROVIDER,
    /** As {@link #DOMAIN}, one that disposables may be based on. */
    DISPOSABLE_TEMPLATE,
    /** As {@link #DOMAIN}, a TemplateVM. */
    TEMPLATE;

    private static final Set<String> VIRT_MODES = Set.of("hvm", "pv", "pvh");

    /** True if values are the names of domains, or none. */
    boolean refers() {
        return compareTo(DOMAIN) >= 0;
    }

    /** True if the original accepts that value in a store with {@code all} and nothing else. */
    boolean accepts(String text, SystemState all) {
        if (refers()) {
            return text.isEmpty() || acceptsDomain(text, all);
        }
        return switch (this) {
            case SOME_TEXT -> !text.isEmpty();
            case BOOL -> parsed(PropertyType.BOOL, text).isPresent();
            case INT -> parsed(PropertyType.INT, text).isPresent();
            case NATURAL -> parsed(PropertyType.INT, text).filter(n -> n >= 0).isPresent();
            case POSITIVE -> parsed(PropertyType.INT, text).filter(n -> n > 0).isPresent();
            case VIRT_MODE -> VIRT_MODES.contains(text.toLowerCase(Locale.ROOT));
            case KERNEL -> !text.contains("/");
            case LABEL -> all.label(text).isPresent();
            case POOL -> all.pool(text).isPresent();
            default -> true;
        };
    }

    private boolean acceptsDomain(String name, SystemState all) {
        DomainRecord target = all.domain(new DomainName(name));
        if (target == null || target.klass().equals("RemoteVM")) {
            return false;
        }
        return switch (this) {
            case PROVIDER -> flag(target, "provides_network");
            case DISPOSABLE_TEMPLATE -> flag(target, "template_for_dispvms");
            case TEMPLATE -> target.klass().equals("TemplateVM");
            default -> true;
        };
    }

    /** True if the original knows such a flag of the domain's class, and it is set. */
    private static boolean flag(DomainRecord domain, String property) {
        boolean known =
                Original.properties(domain.klass())
                        .filter(properties -> properties.containsKey(property))
                        .isPresent();
        return domain.property(property)
                .filter(value -> known)
                .flatMap(value -> parsed(PropertyType.BOOL, value.text()))
                .orElse(false);
    }

    private static <T> Optional<T> parsed(PropertyType<T> type, String text) {
        try {
            return Optional.of(type.parse(text));
        } catch (QubesValueError e) {
            return Optional.empty();
        }
    }
}
