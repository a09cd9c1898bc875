package qubes.itest.faulty;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import qubes.core.hypervisor.Hypervisor;
import qubes.testkit.hypervisor.MemoryHypervisor;

/** A hypervisor that is better than any other, and fails in the method that a test names. */
@Component(service = {})
public final class FaultyGuests {
    private final MemoryHypervisor guests = new MemoryHypervisor();
    private final ServiceRegistration<Hypervisor> registration;

    @Activate
    public FaultyGuests(BundleContext context) {
        Hypervisor faulty =
                (Hypervisor)
                        Proxy.newProxyInstance(
                                FaultyGuests.class.getClassLoader(),
                                new Class<?>[] {Hypervisor.class},
                                (proxy, method, arguments) -> call(method, arguments));
        registration =
                context.registerService(
                        Hypervisor.class,
                        faulty,
                        FrameworkUtil.asDictionary(Map.of(Constants.SERVICE_RANKING, 1000)));
    }

    private @Nullable Object call(Method method, Object @Nullable [] arguments) throws Throwable {
        Fault.at("hypervisor " + method.getName());
        try {
            return method.invoke(guests, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }

    @Deactivate
    void end() {
        registration.unregister();
        guests.close();
    }
}
