package qubes.admin.method.storage;

import static qubes.core.admin.MethodTraits.Pace.BRIEF;
import static qubes.core.admin.MethodTraits.Presence.REQUIRED;
import static qubes.core.admin.MethodTraits.Scope.LOCAL;

import java.util.Comparator;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.admin.method.Lines;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminPermission;
import qubes.core.admin.AdminReply;
import qubes.core.admin.Decoder;
import qubes.core.admin.MethodTraits;
import qubes.core.error.PermissionDenied;
import qubes.core.error.QubesVMNotAvailableError;
import qubes.core.error.Repr;
import qubes.core.state.VolumeRecord;
import qubes.core.storage.Pool;
import qubes.core.storage.Revision;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeKind;
import qubes.core.storage.VolumeSpec;
import qubes.core.vm.BaseVM;
import qubes.core.vm.QubesVM;

/** The volumes of a qube. */
public final class VolumeMethods {
    private VolumeMethods() {}

    /** The names of all volumes. */
    @Component
    @AdminMethodName(name = "admin.vm.volume.List")
    public static final class List implements AdminMethod {
        @Activate
        public List() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(LOCAL);
        }

        @Override
        public AdminReply call(AdminCall call) {
            if (call.destination().record().volumes().isEmpty()) {
                return AdminReply.EMPTY;
            }
            return Lines.of(
                    call.permit(),
                    call.destination().record().volumes().keySet(),
                    (String volume) -> volume);
        }
    }

    /** All about one volume. */
    @Component
    @AdminMethodName(name = "admin.vm.volume.Info")
    public static final class Info implements AdminMethod {
        @Activate
        public Info() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(LOCAL).argument(REQUIRED).pace(BRIEF);
        }

        @Override
        public AdminReply call(AdminCall call) {
            String volume = named(call);
            call.permit();
            QubesVM vm = managed(call);
            return AdminReply.text(describe(vm, volume));
        }
    }

    /** The revisions of one volume, oldest first. */
    @Component
    @AdminMethodName(name = "admin.vm.volume.ListSnapshots")
    public static final class ListSnapshots implements AdminMethod {
        @Activate
        public ListSnapshots() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(LOCAL).argument(REQUIRED).pace(BRIEF);
        }

        @Override
        public AdminReply call(AdminCall call) {
            String volume = named(call);
            AdminPermission permission = call.permit();
            java.util.List<Revision> revisions =
                    managed(call).storage().volume(volume).revisions().stream()
                            .sorted(Comparator.comparing(Revision::created))
                            .toList();
            return Lines.of(permission, revisions, Revision::id);
        }
    }

    /** The volume a caller names; who asks for one that is not there learns no more than that. */
    static String named(AdminCall call) {
        return find(call)
                .orElseThrow(
                        () ->
                                new PermissionDenied(
                                        "Argument not in "
                                                + Repr.quote(call.destination() + " volumes")));
    }

    /** The volume a caller names, if there is one of that name. */
    static Optional<String> find(AdminCall call) {
        return Decoder.known(
                        call.argument(),
                        name ->
                                Optional.ofNullable(
                                        call.destination().record().volumes().get(name)))
                .map(VolumeRecord::name);
    }

    /** The qube that is asked about, if the bundle of its klass is here. */
    static QubesVM managed(AdminCall call) {
        return managed(call.destination());
    }

    /** As a domain with volumes. */
    static QubesVM managed(BaseVM vm) {
        return vm.as(QubesVM.class)
                .orElseThrow(
                        () ->
                                new QubesVMNotAvailableError(
                                        vm
                                                + ": no installed bundle provides klass "
                                                + vm.klass()
                                                + "; install it and try again"));
    }

    private static String describe(QubesVM vm, String name) {
        String pool = vm.storage().poolOf(name);
        Pool place = vm.qubes().pools().open(pool);
        VolumeSpec spec = vm.storage().spec(name);
        Volume volume = place.volume(spec);
        StringBuilder text = new StringBuilder(256);
        line(text, "pool", pool);
        line(text, "vid", spec.vid());
        line(text, "size", volume.sizeBytes());
        line(text, "usage", volume.usageBytes());
        line(text, "rw", truth(spec.writable()));
        line(text, "source", spec.source().orElse(""));
        line(text, "path", volume.path().map(Object::toString).orElse(""));
        line(text, "save_on_stop", truth(spec.kind().saveOnStop()));
        line(text, "snap_on_start", truth(spec.kind().snapOnStart()));
        line(text, "revisions_to_keep", spec.revisionsToKeep());
        line(text, "ephemeral", truth(ephemeral(vm, spec, place)));
        line(text, "is_outdated", truth(volume.outdated()));
        return text.toString();
    }

    /**
     * Encrypted with a key that is forgotten: as set for the volume, or else as the pool does with
     * scratch volumes.
     */
    private static boolean ephemeral(QubesVM vm, VolumeSpec spec, Pool pool) {
        return Optional.ofNullable(vm.record().volumes().get(spec.name()))
                .filter(record -> record.text("ephemeral").isPresent())
                .map(record -> record.flag("ephemeral"))
                .orElseGet(
                        () ->
                                spec.kind() == VolumeKind.VOLATILE
                                        && spec.writable()
                                        && pool.ephemeralVolatile());
    }

    private static void line(StringBuilder text, String key, Object value) {
        text.append(key).append('=').append(value).append('\n');
    }

    private static String truth(boolean value) {
        return value ? "True" : "False";
    }
}
