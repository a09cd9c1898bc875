package qubes.core.admin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import qubes.core.event.EventPattern;
import qubes.core.event.PreEvent;
import qubes.core.vm.BaseVM;

/**
 * A domain is about to be allowed a call; fired on the domain that asks. A handler refuses by
 * throwing {@link qubes.core.error.PermissionDenied}, or narrows what a list or an event stream
 * shows by {@link #keep}. Never told to clients.
 */
public final class AdminPermission implements PreEvent {
    private static final String PREFIX = "admin-permission:";

    private final AdminCall call;
    private final Map<String, Object> details;
    private final List<Predicate<Object>> filters = new ArrayList<>(0);

    AdminPermission(AdminCall call, Map<String, Object> details) {
        this.call = call;
        this.details = details;
    }

    /**
     * {@return the requests for methods whose name matches; {@code *} and {@code ?} are wildcards}
     *
     * @param method a method's name, which may hold wildcards
     */
    public static EventPattern<AdminPermission> of(String method) {
        return EventPattern.of(AdminPermission.class, PREFIX + method);
    }

    /** The domain that asks. */
    @Override
    public BaseVM subject() {
        return call.source();
    }

    /** {@return the domain that is asked about} */
    public BaseVM destination() {
        return call.destination();
    }

    /** {@return name of the method, in full} */
    public String method() {
        return call.method();
    }

    /** {@return the argument, empty if there is none} */
    public String argument() {
        return Decoder.text(call.argument());
    }

    /** {@return what else the method lets know, name to value} */
    public Map<String, Object> details() {
        return details;
    }

    /**
     * Narrows the answer to the items that pass. Items are what the method lists: {@link BaseVM}s,
     * properties, labels, pools, names; for an event stream, the events. The filter of a stream is
     * asked as long as the stream lasts.
     *
     * @param filter true for items that may be shown; never blocks
     */
    public void keep(Predicate<Object> filter) {
        filters.add(filter);
    }

    /** {@return true if there is a filter, so that {@link #admits} asks somebody} Never blocks. */
    public boolean narrows() {
        return !filters.isEmpty();
    }

    /**
     * {@return true if all filters let the item pass}
     *
     * @param item what the method lists, or an event
     */
    public boolean admits(Object item) {
        for (Predicate<Object> filter : filters) {
            if (!filter.test(item)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String wireName() {
        return PREFIX + call.method();
    }

    @Override
    public boolean announced() {
        return false;
    }

    @Override
    public Map<String, Object> arguments() {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("dest", destination());
        arguments.put("arg", argument());
        arguments.putAll(details);
        return arguments;
    }
}
