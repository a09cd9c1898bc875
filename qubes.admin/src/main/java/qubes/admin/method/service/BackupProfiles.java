package qubes.admin.method.service;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import qubes.core.error.QubesBackupProfileNotFoundError;
import qubes.core.error.Repr;

/** The backup profiles that dom0's user wrote. */
@Component(service = BackupProfiles.class, configurationPid = "qubes.admin.backup")
@Designate(ocd = BackupProfiles.Config.class)
public final class BackupProfiles {
    /** Where they are. */
    @ObjectClassDefinition(name = "Qubes Admin API backups")
    public @interface Config {
        @AttributeDefinition(
                name = "Profiles",
                description = "Folder of the backup profiles, NAME.conf each")
        String profile_dir() default "/etc/qubes/backup";
    }

    private final Path folder;

    @Activate
    public BackupProfiles(Config config) {
        this.folder = Path.of(config.profile_dir());
    }

    /**
     * The file of a profile. Looks at the disk.
     *
     * @param name without slash
     * @throws QubesBackupProfileNotFoundError if it is not there
     */
    Path file(String name) {
        try {
            Path file = folder.resolve(name + ".conf");
            if (Files.exists(file)) {
                return file;
            }
        } catch (InvalidPathException e) {
            // no file has such a name: said below
        }
        throw new QubesBackupProfileNotFoundError(Repr.printable(name));
    }
}
