package qubes.admin.method.device;

import static qubes.core.admin.MethodTraits.Destination.ADMIN_VM;
import static qubes.core.admin.MethodTraits.Pace.LONG;
import static qubes.core.admin.MethodTraits.Presence.OPTIONAL;
import static qubes.core.admin.MethodTraits.Scope.GLOBAL;
import static qubes.core.admin.MethodTraits.Scope.LOCAL;

import java.util.Comparator;
import java.util.Optional;
import java.util.function.Predicate;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import qubes.admin.method.Lines;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminPermission;
import qubes.core.admin.AdminReply;
import qubes.core.admin.Decoder;
import qubes.core.admin.DeviceDecoder;
import qubes.core.admin.MethodTraits;
import qubes.core.device.DeviceAssignment;
import qubes.core.device.DeviceInfo;
import qubes.core.vm.DeviceCollection;
import qubes.core.vm.Qubes;

/** What devices there are, and to whom they are assigned and attached (spec admin-api §11). */
public final class DeviceListMethods {
    private DeviceListMethods() {}

    /** The classes of devices that are here now. */
    @Component
    @AdminMethodName(name = "admin.deviceclass.List")
    public static final class Classes implements AdminMethod {
        @Activate
        public Classes() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(GLOBAL).to(ADMIN_VM);
        }

        @Override
        public AdminReply call(AdminCall call) {
            return Lines.of(
                    call.permit(), call.qubes().deviceClasses().names(), (String name) -> name);
        }
    }

    /** The devices that a qube offers, or the one at a port of it. */
    @Component(service = AdminMethod.class)
    @AdminMethodName(name = "admin.vm.device.*.Available")
    public static final class Available extends DeviceClassMethod {
        @Activate
        public Available(@Reference Qubes qubes) {
            super(qubes);
        }

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(LOCAL).argument(OPTIONAL).pace(LONG);
        }

        @Override
        public AdminReply call(AdminCall call) {
            AdminPermission permission = call.permit(ofClass(call));
            return Lines.of(
                    permission,
                    all(call).exposed().stream()
                            .filter(device -> isAsked(call, device))
                            .sorted(
                                    Comparator.comparing(
                                            (DeviceInfo info) ->
                                                    info.device().portId()
                                                            + ":"
                                                            + info.device().deviceId()))
                            .toList(),
                    DeviceInfo::line);
        }

        private static boolean isAsked(AdminCall call, DeviceInfo device) {
            return call.argument().isEmpty()
                    || Decoder.known(
                                    call.argument(),
                                    port ->
                                            Optional.of(device)
                                                    .filter(d -> d.port().portId().equals(port)))
                            .isPresent();
        }
    }

    /** The devices that are assigned to a qube, or those of one port. */
    @Component(service = AdminMethod.class)
    @AdminMethodName(name = "admin.vm.device.*.Assigned")
    public static final class Assigned extends DeviceClassMethod {
        @Activate
        public Assigned(@Reference Qubes qubes) {
            super(qubes);
        }

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(LOCAL).argument(OPTIONAL);
        }

        @Override
        public AdminReply call(AdminCall call) {
            Predicate<DeviceAssignment> asked = asked(call);
            AdminPermission permission = call.permit(ofClass(call));
            return lines(permission, all(call).assigned(), asked);
        }
    }

    /** The devices that are attached to a qube, or those of one port. */
    @Component(service = AdminMethod.class)
    @AdminMethodName(name = "admin.vm.device.*.Attached")
    public static final class Attached extends DeviceClassMethod {
        @Activate
        public Attached(@Reference Qubes qubes) {
            super(qubes);
        }

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(LOCAL).argument(OPTIONAL).pace(LONG);
        }

        @Override
        public AdminReply call(AdminCall call) {
            Predicate<DeviceAssignment> asked = asked(call);
            AdminPermission permission = call.permit(ofClass(call));
            return lines(permission, all(call).attached(), asked);
        }
    }

    /** The destination's devices; of one on another system there are none. */
    private static DeviceCollection all(AdminCall call) {
        return call.destination().devices().of(call.variant());
    }

    private static Predicate<DeviceAssignment> asked(AdminCall call) {
        if (call.argument().isEmpty()) {
            return assignment -> true;
        }
        String asked = DeviceDecoder.portKey(call.argument());
        return assignment ->
                asked.equals(
                        assignment.device().port().backendName()
                                + "+"
                                + assignment.device().portId());
    }

    private static AdminReply lines(
            AdminPermission permission,
            java.util.List<DeviceAssignment> assignments,
            Predicate<DeviceAssignment> asked) {
        return Lines.of(
                permission,
                assignments.stream()
                        .filter(asked)
                        .sorted(
                                Comparator.comparing(
                                        (DeviceAssignment assignment) -> assignment.device().key()))
                        .toList(),
                DeviceAssignment::line);
    }
}
