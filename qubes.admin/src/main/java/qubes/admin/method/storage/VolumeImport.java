package qubes.admin.method.storage;

import static qubes.admin.method.storage.VolumeMethods.managed;
import static qubes.core.admin.MethodTraits.Pace.LONG;
import static qubes.core.admin.MethodTraits.Presence.OPTIONAL;
import static qubes.core.admin.MethodTraits.Presence.REQUIRED;
import static qubes.core.admin.MethodTraits.Scope.LOCAL;

import java.util.Optional;
import java.util.OptionalLong;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.AdminSocket;
import qubes.core.admin.Decoder;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.ValueDecoder;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMNotHaltedError;
import qubes.core.error.Repr;
import qubes.core.vm.QubesVM;
import qubes.core.vm.VolumeData;

/**
 * The two halves of an import of data into a volume, for the programs {@code
 * admin.vm.volume.Import} and {@code admin.vm.volume.ImportWithSize}, which write the data between
 * them (spec admin-protocol §9.1).
 */
public final class VolumeImport {
    private static final String METHOD = "admin.vm.volume.Import";

    private VolumeImport() {}

    /** Begins: the size, and the path to write to. */
    @Component
    @AdminMethodName(name = "internal.vm.volume.ImportBegin")
    public static final class Begin implements AdminMethod {
        @Activate
        public Begin() {}

        @Override
        public MethodTraits traits() {
            return step().payload(OPTIONAL);
        }

        @Override
        public AdminReply call(AdminCall call) {
            String volume = named(call);
            permit(call);
            QubesVM vm = managed(call);
            if (!vm.isHalted()) {
                throw new QubesVMNotHaltedError(
                        "Domain is not powered off: " + Repr.quote(vm.name().value()));
            }
            OptionalLong size =
                    call.payload().isEmpty()
                            ? OptionalLong.empty()
                            : OptionalLong.of(
                                    Decoder.number("size of new data", call.payload(), false));
            VolumeData.Import begun =
                    VolumeChanges.supported(() -> vm.storage().data().beginImport(volume, size));
            return AdminReply.text(begun.sizeBytes() + " " + begun.path());
        }

        /** The permission is that of the method which the caller knows. */
        private static void permit(AdminCall call) {
            new AdminCall(
                            call.payload().isEmpty() ? METHOD : METHOD + "WithSize",
                            call.variant(),
                            call.source(),
                            call.destination(),
                            call.argument(),
                            call.payload())
                    .permit();
        }
    }

    /** Ends: keeps what was written, or drops it and says why. */
    @Component
    @AdminMethodName(name = "internal.vm.volume.ImportEnd")
    public static final class End implements AdminMethod {
        @Activate
        public End() {}

        @Override
        public MethodTraits traits() {
            return step().payload(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            String volume = named(call);
            Optional<String> failure = ValueDecoder.importFailure(call.payload());
            VolumeChanges.supported(
                    () -> {
                        managed(call).storage().data().endImport(volume, failure.isEmpty());
                        return true;
                    });
            if (failure.isPresent()) {
                throw new QubesException("Data import failed: " + failure.get());
            }
            return AdminReply.EMPTY;
        }
    }

    private static MethodTraits step() {
        return MethodTraits.execute(LOCAL).argument(REQUIRED).pace(LONG).on(AdminSocket.INTERNAL);
    }

    private static String named(AdminCall call) {
        return VolumeMethods.find(call)
                .orElseThrow(
                        () ->
                                new ProtocolError(
                                        "Argument not in " + call.destination() + " volumes"));
    }
}
