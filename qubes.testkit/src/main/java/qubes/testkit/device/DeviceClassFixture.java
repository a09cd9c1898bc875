package qubes.testkit.device;

import java.util.List;
import qubes.core.device.Port;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DeviceClass;

/** A class of devices under test in a system. The kit makes one a test and closes it. */
public interface DeviceClassFixture extends AutoCloseable {
    /** {@return the class, known to the system} */
    DeviceClass deviceClass();

    /** {@return a domain that offers devices now} */
    BaseVM backend();

    /** {@return two domains, not the backend, that run now and can have devices} */
    List<BaseVM> frontends();

    /**
     * Plugs one more device at the backend; blocks until it can be seen.
     *
     * @return where it is plugged
     * @throws Exception if it cannot be made
     */
    Port plug() throws Exception;

    @Override
    void close() throws Exception;
}
