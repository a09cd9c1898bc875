package qubes.admin.method.storage;

import static qubes.admin.method.storage.VolumeMethods.managed;
import static qubes.admin.method.storage.VolumeMethods.named;
import static qubes.core.admin.MethodTraits.Pace.LONG;
import static qubes.core.admin.MethodTraits.Presence.REQUIRED;
import static qubes.core.admin.MethodTraits.Scope.LOCAL;

import java.util.Map;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.Decoder;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.NameDecoder;
import qubes.core.admin.Unanswerable;
import qubes.core.error.QubesNotImplementedError;
import qubes.core.error.QubesVolumeRevisionNotFoundError;
import qubes.core.vm.QubesVM;

/** Changes of the volumes of a qube (spec admin-api §10). */
public final class VolumeChanges {
    private VolumeChanges() {}

    /** Makes an earlier revision the current state. */
    @Component
    @AdminMethodName(name = "admin.vm.volume.Revert")
    public static final class Revert implements AdminMethod {
        @Activate
        public Revert() {}

        @Override
        public MethodTraits traits() {
            return change().payload(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            String volume = named(call);
            String revision = NameDecoder.revision(call.payload());
            call.permit(Map.of("volume", volume, "revision", revision));
            return done(() -> managed(call).storage().data().revert(volume, revision));
        }
    }

    /** Changes the size, in bytes. */
    @Component
    @AdminMethodName(name = "admin.vm.volume.Resize")
    public static final class Resize implements AdminMethod {
        @Activate
        public Resize() {}

        @Override
        public MethodTraits traits() {
            return change().payload(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            String volume = named(call);
            long size = Decoder.number("volume size", Decoder.trimmed(call.payload()), false);
            call.permit(Map.of("size", size));
            return done(() -> managed(call).storage().data().resize(volume, size));
        }
    }

    /** Replaces the data by zeroes. */
    @Component
    @AdminMethodName(name = "admin.vm.volume.Clear")
    public static final class Clear implements AdminMethod {
        @Activate
        public Clear() {}

        @Override
        public MethodTraits traits() {
            return change();
        }

        @Override
        public AdminReply call(AdminCall call) {
            String volume = named(call);
            call.permit();
            return done(() -> managed(call).storage().data().clear(volume));
        }
    }

    /** Offers a volume for a copy: a token for whoever may use it. */
    @Component
    @AdminMethodName(name = "admin.vm.volume.CloneFrom")
    public static final class CloneFrom implements AdminMethod {
        private final CloneTokens tokens;

        @Activate
        public CloneFrom(@Reference CloneTokens tokens) {
            this.tokens = tokens;
        }

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).argument(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            String volume = named(call);
            call.permit(Map.of("volume", volume));
            return AdminReply.text(tokens.issue(managed(call), volume));
        }
    }

    /** Replaces the data by that of the volume a token was given for. */
    @Component
    @AdminMethodName(name = "admin.vm.volume.CloneTo")
    public static final class CloneTo implements AdminMethod {
        private final CloneTokens tokens;

        @Activate
        public CloneTo(@Reference CloneTokens tokens) {
            this.tokens = tokens;
        }

        @Override
        public MethodTraits traits() {
            return change().payload(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            String volume = named(call);
            CloneTokens.Offer offer = tokens.redeem(NameDecoder.token(call.payload()));
            QubesVM source =
                    offer.source(call.qubes())
                            .orElseThrow(() -> new Unanswerable("a copy of a volume that is gone"));
            call.permit(Map.of("src_volume", offer.vid(), "dst_volume", volume));
            return done(
                    () -> managed(call).storage().data().copyFrom(volume, source, offer.volume()));
        }
    }

    /** Sets how many revisions are kept; -1 also turns snapshots off. */
    @Component
    @AdminMethodName(name = "admin.vm.volume.Set.revisions_to_keep")
    public static final class SetRevisionsToKeep implements AdminMethod {
        @Activate
        public SetRevisionsToKeep() {}

        @Override
        public MethodTraits traits() {
            return change().payload(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            String volume = named(call);
            long revisions = Decoder.number("revisions to keep", call.payload(), true);
            call.permit(Map.of("newvalue", revisions));
            return done(() -> managed(call).storage().settings().keepRevisions(volume, revisions));
        }
    }

    /** Sets whether the qube may write. */
    @Component
    @AdminMethodName(name = "admin.vm.volume.Set.rw")
    public static final class SetRw implements AdminMethod {
        @Activate
        public SetRw() {}

        @Override
        public MethodTraits traits() {
            return change().payload(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            String volume = named(call);
            boolean writable = Decoder.bool(call.payload());
            call.permit(Map.of("newvalue", writable));
            return done(() -> managed(call).storage().settings().writable(volume, writable));
        }
    }

    /** Sets whether the volume is encrypted with a key that is forgotten at stop. */
    @Component
    @AdminMethodName(name = "admin.vm.volume.Set.ephemeral")
    public static final class SetEphemeral implements AdminMethod {
        @Activate
        public SetEphemeral() {}

        @Override
        public MethodTraits traits() {
            return change().payload(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            String volume = named(call);
            boolean ephemeral = Decoder.bool(call.payload());
            call.permit(Map.of("newvalue", ephemeral));
            return done(() -> managed(call).storage().settings().ephemeral(volume, ephemeral));
        }
    }

    /** A change waits for the qube's start or stop to be over, and often for data. */
    private static MethodTraits change() {
        return MethodTraits.execute(LOCAL).argument(REQUIRED).pace(LONG);
    }

    /** Makes a change that a driver may not be able to make. */
    static AdminReply done(Runnable change) {
        supported(
                () -> {
                    change.run();
                    return true;
                });
        return AdminReply.EMPTY;
    }

    /**
     * What a driver cannot do, and a revision that is not there, the original does not answer (spec
     * admin-protocol §4).
     */
    static <T> T supported(Supplier<T> change) {
        try {
            return change.get();
        } catch (QubesNotImplementedError | QubesVolumeRevisionNotFoundError e) {
            throw new Unanswerable(String.valueOf(e.getMessage()));
        }
    }
}
