package qubes.core.internal.system;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;
import qubes.core.error.QubesException;

/**
 * A service whose calls go through a gate: each that has begun is known, and none begins once the
 * service is to leave. What it says of itself, which takes no argument, is answered in any case.
 */
final class GuardedCalls implements InvocationHandler {
    private final Object service;
    private final Gate gate;
    private final String what;

    private GuardedCalls(Object service, Gate gate, String what) {
        this.service = service;
        this.gate = gate;
        this.what = what;
    }

    /**
     * @param contract the interface to call it by
     * @param what it is, for the error: {@code Device class usb}
     */
    static <S> S of(Class<S> contract, S service, Gate gate, String what) {
        return contract.cast(
                Proxy.newProxyInstance(
                        contract.getClassLoader(),
                        new Class<?>[] {contract},
                        new GuardedCalls(service, gate, what)));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
            throws Throwable {
        if (arguments == null) {
            return call(method, arguments);
        }
        if (method.getDeclaringClass() == Object.class) { // equals
            return proxy == arguments[0];
        }
        if (!gate.enter()) {
            throw new QubesException(
                    what + " is unavailable: the bundle that provides it is being stopped");
        }
        try {
            return call(method, arguments);
        } finally {
            gate.exit();
        }
    }

    private @Nullable Object call(Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(service, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }
}
