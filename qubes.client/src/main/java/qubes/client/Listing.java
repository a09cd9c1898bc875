package qubes.client;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All qubes with some of their properties: from one call of a daemon that has {@code
 * qubesd.vm.property.GetAll}, from one call a qube of any other.
 */
final class Listing {
    private static final String METHOD = "qubesd.vm.property.GetAll";

    private final Session session;
    private final Map<String, Map<String, String>> domains; // name to class, state and so on
    private final Map<String, Map<String, PropertyValue>> known; // name to properties

    private Listing(
            Session session,
            Map<String, Map<String, String>> domains,
            Map<String, Map<String, PropertyValue>> known) {
        this.session = session;
        this.domains = domains;
        this.known = known;
    }

    /** Asks for all qubes, and for these of their properties. */
    static Listing ask(Session session, List<String> properties) {
        if (properties.isEmpty()) {
            return new Listing(session, session.domains(), new HashMap<>());
        }
        String reply;
        try {
            reply = session.daemon().call(METHOD, "", Daemon.DOM0, String.join("\n", properties));
        } catch (DaemonError e) {
            if (e.is("ProtocolError") || e.is("PermissionDenied")) {
                return new Listing(session, session.domains(), new HashMap<>());
            }
            throw e;
        }
        return parse(session, reply);
    }

    /** Lines of {@code admin.vm.List}, each followed by properties, which begin with a blank. */
    private static Listing parse(Session session, String reply) {
        StringBuilder list = new StringBuilder();
        Map<String, StringBuilder> lines = new HashMap<>();
        StringBuilder current = new StringBuilder();
        for (String line : Session.lines(reply)) {
            if (line.startsWith(" ")) {
                current.append(line, 1, line.length()).append('\n');
            } else {
                list.append(line).append('\n');
                int blank = line.indexOf(' ');
                current = new StringBuilder();
                lines.put(blank < 0 ? line : line.substring(0, blank), current);
            }
        }
        Map<String, Map<String, PropertyValue>> known = new HashMap<>();
        lines.forEach((name, text) -> known.put(name, PropertyValue.parseAll(text.toString())));
        return new Listing(session, Session.domains(list.toString()), known);
    }

    /** Name to class, state and so on; dom0 first, then by name. */
    Map<String, Map<String, String>> domains() {
        return domains;
    }

    /** Name to value; asks the daemon if they did not come with the list. */
    Map<String, PropertyValue> properties(String domain) {
        return known.computeIfAbsent(domain, this::askFor);
    }

    /**
     * A domain that went away meanwhile, or whose class is not installed, has no properties to
     * show.
     */
    private Map<String, PropertyValue> askFor(String domain) {
        try {
            return PropertyValue.parseAll(
                    session.daemon().call("admin.vm.property.GetAll", "", domain));
        } catch (DaemonError e) {
            if (e.is("QubesDaemonCommunicationError")) {
                throw e;
            }
            return Map.of();
        }
    }
}
