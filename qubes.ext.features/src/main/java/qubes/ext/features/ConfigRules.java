package qubes.ext.features;

import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.error.QubesValueError;
import qubes.core.error.Repr;
import qubes.core.event.Extension;
import qubes.core.event.FeatureSet;
import qubes.core.event.Subscriptions;

/**
 * Features {@code vm-config.NAME} and {@code custom-persist.KEY} are read inside a qube: their
 * names must do for entries of its database, and what is to persist must be a path, or say how it
 * is made (spec qubesdb-services-extensions.md §5, vm_config and custom_persist). As the original,
 * it complains of what is set already.
 */
@Component
public final class ConfigRules implements Extension {
    private static final String CONFIG = "vm-config.";
    private static final String PERSIST = "custom-persist.";
    private static final int LONGEST_CONFIG = 52;
    private static final int LONGEST_PERSIST = 54;
    private static final int FIELDS = 5;
    private static final Pattern CONFIG_NAME = Pattern.compile("[A-Za-z].*", Pattern.DOTALL);
    private static final Pattern MODE = Pattern.compile("(0[oO])?0*[0-7]{1,4}");

    @Activate
    public ConfigRules() {}

    @Override
    public void subscribe(Subscriptions on) {
        on.after(FeatureSet.of(CONFIG + "*"), ConfigRules::checkConfig);
        on.after(FeatureSet.of(PERSIST + "*"), ConfigRules::checkPersist);
    }

    private static void checkConfig(FeatureSet event) {
        String name = event.feature().substring(CONFIG.length());
        if (name.length() > LONGEST_CONFIG || !CONFIG_NAME.matcher(name).matches()) {
            throw new QubesValueError(
                    "vm-config name "
                            + Repr.quote(name)
                            + " must begin with a letter and have "
                            + LONGEST_CONFIG
                            + " characters at most");
        }
    }

    private static void checkPersist(FeatureSet event) {
        String key = event.feature().substring(PERSIST.length());
        if (key.isEmpty() || key.length() > LONGEST_PERSIST) {
            throw new QubesValueError(
                    "custom-persist key "
                            + Repr.quote(key)
                            + " must have from 1 to "
                            + LONGEST_PERSIST
                            + " characters");
        }
        String value = event.value();
        if (!value.startsWith("/") && !saysHow(value.split(":", FIELDS))) {
            throw new QubesValueError(
                    "custom-persist value "
                            + Repr.quote(value)
                            + " must be an absolute path, or TYPE:OWNER:GROUP:MODE:PATH with TYPE"
                            + " file or dir, an octal MODE up to 7777 and an absolute PATH");
        }
    }

    /** The path may hold colons. */
    private static boolean saysHow(String[] fields) {
        return fields.length == FIELDS
                && (fields[0].equals("file") || fields[0].equals("dir"))
                && MODE.matcher(fields[3]).matches()
                && fields[4].startsWith("/");
    }
}
