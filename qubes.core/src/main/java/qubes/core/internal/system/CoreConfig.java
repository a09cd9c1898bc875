package qubes.core.internal.system;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Where the system's state is. */
@ObjectClassDefinition(name = "Qubes core", description = "Where the system's state is")
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
}
