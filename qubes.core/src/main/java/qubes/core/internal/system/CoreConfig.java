package qubes.core.internal.system;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Where the system's state is, and how long a change may wait for extensions. */
@ObjectClassDefinition(
        name = "Qubes core",
        description = "Where the system's state is, and how long a change may wait for extensions")
public @interface CoreConfig {
    @AttributeDefinition(
            name = "Store",
            description =
                    "Path of the store; empty for the environment's QUBES_XML_PATH, or else qubes.xml in the home folder")
    String store() default "";

    @AttributeDefinition(name = "Home", description = "Folder under which domains keep their files")
    String home() default "/var/lib/qubes";

    @AttributeDefinition(
            name = "Create",
            description = "Whether a store that is not there is made, with an empty system")
    boolean create() default false;

    @AttributeDefinition(
            name = "Handler limit",
            description =
                    "Milliseconds for which a handler of an extension may hold up changes; then it is interrupted and its extension is set aside; 0: for ever")
    int handler_limit_millis() default 2000;

    @AttributeDefinition(
            name = "Handler rest",
            description =
                    "Seconds for which an extension is set aside: it hears of no change, and what it might refuse is refused")
    int handler_rest_seconds() default 60;
}
