package qubes.admin.method.service;

import static qubes.core.admin.MethodTraits.Destination.ADMIN_VM;
import static qubes.core.admin.MethodTraits.Pace.BRIEF;
import static qubes.core.admin.MethodTraits.Pace.LONG;
import static qubes.core.admin.MethodTraits.Presence.REQUIRED;
import static qubes.core.admin.MethodTraits.Scope.GLOBAL;
import static qubes.core.admin.MethodTraits.Scope.LOCAL;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.NameDecoder;
import qubes.core.error.QubesException;
import qubes.core.error.QubesNotImplementedError;

/**
 * Backups by profile (spec admin-api §13). This daemon makes none: it says so once it knows that
 * the caller may ask, and that the profile is there.
 */
public final class BackupMethods {
    private static final String NOT_AVAILABLE = "This feature is not available";

    private BackupMethods() {}

    /** Makes a backup. */
    @Component
    @AdminMethodName(name = "admin.backup.Execute")
    public static final class Execute implements AdminMethod {
        private final BackupProfiles profiles;

        @Activate
        public Execute(@Reference BackupProfiles profiles) {
            this.profiles = profiles;
        }

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(GLOBAL).argument(REQUIRED).to(ADMIN_VM).pace(LONG);
        }

        @Override
        public AdminReply call(AdminCall call) {
            String profile = NameDecoder.backupProfile(call.argument());
            call.permit();
            profiles.file(profile);
            throw new QubesNotImplementedError(NOT_AVAILABLE);
        }
    }

    /** Ends the backup that is being made. */
    @Component
    @AdminMethodName(name = "admin.backup.Cancel")
    public static final class Cancel implements AdminMethod {
        @Activate
        public Cancel() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(GLOBAL).argument(REQUIRED).to(ADMIN_VM);
        }

        @Override
        public AdminReply call(AdminCall call) {
            NameDecoder.backupProfile(call.argument());
            call.permit();
            throw new QubesException("Backup operation not running");
        }
    }

    /** What a backup would hold. */
    @Component
    @AdminMethodName(name = "admin.backup.Info")
    public static final class Info implements AdminMethod {
        private final BackupProfiles profiles;

        @Activate
        public Info(@Reference BackupProfiles profiles) {
            this.profiles = profiles;
        }

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(LOCAL).argument(REQUIRED).to(ADMIN_VM).pace(BRIEF);
        }

        @Override
        public AdminReply call(AdminCall call) {
            String profile = NameDecoder.backupProfile(call.argument());
            call.permit();
            profiles.file(profile);
            throw new QubesNotImplementedError(NOT_AVAILABLE);
        }
    }
}
