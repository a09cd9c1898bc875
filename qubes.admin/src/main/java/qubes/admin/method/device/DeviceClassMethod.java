package qubes.admin.method.device;

import java.util.Map;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.DeviceDecoder;
import qubes.core.admin.Unanswerable;
import qubes.core.device.VirtualDevice;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DeviceCollection;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.Qubes;

/** A family of methods with a member for each class of devices that is here now. */
abstract class DeviceClassMethod implements AdminMethod {
    static final String DEVICE = "device";

    private final Qubes qubes;

    DeviceClassMethod(Qubes qubes) {
        this.qubes = qubes;
    }

    @Override
    public final boolean covers(String variant) {
        return qubes.deviceClasses().find(variant).isPresent();
    }

    /** What the permission of every such method may depend on. */
    static Map<String, Object> ofClass(AdminCall call) {
        return Map.of("devclass", call.variant());
    }

    /** The device that the argument names. */
    static VirtualDevice device(AdminCall call) {
        return DeviceDecoder.device(call.argument(), call.variant(), name -> isDomain(call, name));
    }

    static boolean isDomain(AdminCall call, DomainName name) {
        return call.qubes().find(name).isPresent();
    }

    /**
     * The destination's devices of the class, to change them.
     *
     * @throws Unanswerable if the destination is of another system; the original does not answer
     *     that
     */
    static DeviceCollection own(AdminCall call) {
        BaseVM vm = call.destination();
        if (vm.available() && !vm.isA(KlassTraits.LOCAL)) {
            throw new Unanswerable(vm + ", of klass " + vm.klass() + ", has no devices here");
        }
        return vm.devices().of(call.variant());
    }
}
