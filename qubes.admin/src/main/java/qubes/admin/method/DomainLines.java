package qubes.admin.method;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.PowerState;

/**
 * Qubes as a list tells them: {@code work class=AppVM state=Halted uuid=…}. Remembers the lines,
 * most of whose cost is the text of the uuid; what is remembered is checked against the qube each
 * time. Safe for use by several threads.
 */
final class DomainLines {
    /** One qube's line, without line feed, and what it tells. */
    record Line(DomainName name, String klass, PowerState state, String text) {
        private boolean tells(DomainName nameNow, String klassNow, PowerState stateNow) {
            return state == stateNow && name.equals(nameNow) && klass.equals(klassNow);
        }
    }

    private final Map<UUID, Line> known = new ConcurrentHashMap<>();

    /** The line of a qube as it is now. Never blocks. */
    Line of(BaseVM vm) {
        UUID uuid = vm.uuid();
        DomainName name = vm.name();
        String klass = vm.klass();
        PowerState state = vm.powerState();
        Line line = known.get(uuid);
        if (line == null || !line.tells(name, klass, state)) {
            String text = name + " class=" + klass + " state=" + state.wireName() + " uuid=" + uuid;
            line = new Line(name, klass, state, text);
            known.put(uuid, line);
        }
        return line;
    }

    /** Forgets all if there are more, some of which are of qubes that are gone. */
    void keepAtMost(int count) {
        if (known.size() > count) {
            known.clear();
        }
    }
}
