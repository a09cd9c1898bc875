package qubes.admin.method.device;

import static qubes.core.admin.MethodTraits.Pace.LONG;
import static qubes.core.admin.MethodTraits.Presence.OPTIONAL;
import static qubes.core.admin.MethodTraits.Presence.REQUIRED;
import static qubes.core.admin.MethodTraits.Scope.LOCAL;

import java.util.LinkedHashMap;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.DeviceDecoder;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.Unanswerable;
import qubes.core.device.AssignmentMode;
import qubes.core.device.Device;
import qubes.core.device.DeviceAssignment;
import qubes.core.device.VirtualDevice;
import qubes.core.vm.DeviceCollection;
import qubes.core.vm.Qubes;

/** Giving devices to qubes and taking them away (spec admin-api §11). */
public final class DeviceMethods {
    private DeviceMethods() {}

    /** Assigns a device to a qube, from its next start on. */
    @Component(service = AdminMethod.class)
    @AdminMethodName(name = "admin.vm.device.*.Assign")
    public static final class Assign extends DeviceClassMethod {
        @Activate
        public Assign(@Reference Qubes qubes) {
            super(qubes);
        }

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).argument(REQUIRED).payload(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            DeviceAssignment assignment = assignment(call);
            call.permit(details(assignment.device(), assignment));
            DeviceCollection devices = own(call);
            refuseManual(devices, assignment);
            devices.assign(assignment);
            return AdminReply.EMPTY;
        }

        /** One that is assigned already is told so first. */
        private static void refuseManual(DeviceCollection devices, DeviceAssignment assignment) {
            if (!assignment.mode().automatic() && devices.find(assignment.device()).isEmpty()) {
                throw new Unanswerable("a manual attachment cannot be assigned");
            }
        }
    }

    /** Ends an assignment; what is attached stays so. */
    @Component(service = AdminMethod.class)
    @AdminMethodName(name = "admin.vm.device.*.Unassign")
    public static final class Unassign extends DeviceClassMethod {
        @Activate
        public Unassign(@Reference Qubes qubes) {
            super(qubes);
        }

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).argument(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            VirtualDevice device = device(call);
            call.permit(Map.of(DEVICE, device));
            own(call).unassign(device);
            return AdminReply.EMPTY;
        }
    }

    /** Attaches a device to a running qube. */
    @Component(service = AdminMethod.class)
    @AdminMethodName(name = "admin.vm.device.*.Attach")
    public static final class Attach extends DeviceClassMethod {
        @Activate
        public Attach(@Reference Qubes qubes) {
            super(qubes);
        }

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).argument(REQUIRED).payload(OPTIONAL).pace(LONG);
        }

        @Override
        public AdminReply call(AdminCall call) {
            DeviceAssignment assignment = assignment(call);
            call.permit(details(live(call, assignment.device()), assignment));
            own(call).attach(assignment);
            return AdminReply.EMPTY;
        }

        /**
         * The device with all that is known of it, for who decides; as it was named if it is not
         * there, or it is left open which one is meant.
         */
        private static Device live(AdminCall call, VirtualDevice device) {
            if (device.port().anyPort() || device.anyIdentity()) {
                return device;
            }
            return device.backend()
                    .flatMap(call.qubes()::find)
                    .flatMap(
                            backend ->
                                    backend.devices().of(call.variant()).exposedAt(device.portId()))
                    .filter(info -> info.device().equals(device))
                    .<Device>map(info -> info)
                    .orElse(device);
        }
    }

    /** Detaches a device from a qube; an assignment stays. */
    @Component(service = AdminMethod.class)
    @AdminMethodName(name = "admin.vm.device.*.Detach")
    public static final class Detach extends DeviceClassMethod {
        @Activate
        public Detach(@Reference Qubes qubes) {
            super(qubes);
        }

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).argument(REQUIRED).pace(LONG);
        }

        @Override
        public AdminReply call(AdminCall call) {
            VirtualDevice device = device(call);
            call.permit(Map.of(DEVICE, device));
            own(call).detach(device.port());
            return AdminReply.EMPTY;
        }
    }

    /** Changes when an assigned device is attached. */
    @Component(service = AdminMethod.class)
    @AdminMethodName(name = "admin.vm.device.*.Set.assignment")
    public static final class SetAssignment extends DeviceClassMethod {
        @Activate
        public SetAssignment(@Reference Qubes qubes) {
            super(qubes);
        }

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).argument(REQUIRED).payload(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            VirtualDevice device = device(call);
            AssignmentMode mode = DeviceDecoder.assignmentMode(call.payload());
            call.permit(Map.of(DEVICE, device, "mode", mode));
            own(call).updateMode(device, mode);
            return AdminReply.EMPTY;
        }
    }

    private static DeviceAssignment assignment(AdminCall call) {
        return DeviceDecoder.assignment(
                call.payload(),
                DeviceClassMethod.device(call),
                name -> DeviceClassMethod.isDomain(call, name));
    }

    private static Map<String, Object> details(Device device, DeviceAssignment assignment) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put(DeviceClassMethod.DEVICE, device);
        details.put("mode", assignment.mode());
        details.put("options", assignment.options());
        return details;
    }
}
