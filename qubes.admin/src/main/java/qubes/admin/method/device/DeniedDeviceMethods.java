package qubes.admin.method.device;

import static qubes.core.admin.MethodTraits.Presence.OPTIONAL;
import static qubes.core.admin.MethodTraits.Scope.LOCAL;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.Decoder;
import qubes.core.admin.DeviceDecoder;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.Unanswerable;
import qubes.core.device.DeviceInterface;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Devices;
import qubes.core.vm.QubesVM;

/** The interfaces of devices that nobody may attach to a qube by hand (spec admin-api §11). */
public final class DeniedDeviceMethods {
    private static final String ALL = "all";
    private static final String INTERFACES = "interfaces";

    private DeniedDeviceMethods() {}

    /** The codes of the interfaces, a line each, the last without a line feed. */
    @Component
    @AdminMethodName(name = "admin.vm.device.denied.List")
    public static final class List implements AdminMethod {
        @Activate
        public List() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(LOCAL);
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            return AdminReply.text(
                    devices(call).denied().stream()
                            .map(DeviceInterface::code)
                            .collect(Collectors.joining("\n")));
        }
    }

    /** Denies interfaces; those that are denied already are fine. */
    @Component
    @AdminMethodName(name = "admin.vm.device.denied.Add")
    public static final class Add implements AdminMethod {
        @Activate
        public Add() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).payload(OPTIONAL);
        }

        @Override
        public AdminReply call(AdminCall call) {
            java.util.List<DeviceInterface> interfaces = DeviceDecoder.interfaces(call.payload());
            call.permit(Map.of(INTERFACES, interfaces));
            devices(call).deny(interfaces);
            return AdminReply.EMPTY;
        }
    }

    /** Denies interfaces, or all of them, no longer; those that are not denied are fine. */
    @Component
    @AdminMethodName(name = "admin.vm.device.denied.Remove")
    public static final class Remove implements AdminMethod {
        @Activate
        public Remove() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(LOCAL).payload(OPTIONAL);
        }

        @Override
        public AdminReply call(AdminCall call) {
            boolean all =
                    Decoder.known(call.payload(), text -> Optional.of(text).filter(ALL::equals))
                            .isPresent();
            java.util.List<DeviceInterface> interfaces =
                    all ? java.util.List.of() : DeviceDecoder.interfaces(call.payload());
            call.permit(Map.of(INTERFACES, all ? ALL : interfaces));
            if (all) {
                devices(call).allowAll();
            } else {
                devices(call).allow(interfaces);
            }
            return AdminReply.EMPTY;
        }
    }

    /**
     * The devices of the destination.
     *
     * @throws Unanswerable if its klass denies no devices; the original does not answer that
     */
    private static Devices devices(AdminCall call) {
        BaseVM vm = call.destination();
        if (vm.available() && !vm.hasProperty(QubesVM.DEVICES_DENIED.name())) {
            throw new Unanswerable(vm + ", of klass " + vm.klass() + ", denies no devices");
        }
        return vm.devices();
    }
}
