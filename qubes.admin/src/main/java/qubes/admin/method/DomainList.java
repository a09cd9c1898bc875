package qubes.admin.method;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qubes.core.admin.AdminReply;
import qubes.core.state.SystemState;
import qubes.core.vm.BaseVM;
import qubes.core.vm.PowerState;
import qubes.core.vm.Qubes;

/**
 * All qubes as {@code admin.vm.List} tells them. Keeps the last answer and gives it again as long
 * as it is the same: names, klasses and uuids are those of one state of the system, and each qube
 * is asked anew how it is. Safe for use by several threads.
 */
final class DomainList {
    private static final int LINE_LENGTH = 96;

    /** An answer, and what it told of: the system's state and that of each qube, in its order. */
    private record Told(SystemState state, PowerState[] powers, AdminReply answer) {
        boolean still(SystemState now, List<BaseVM> domains) {
            if (state != now || powers.length != domains.size()) {
                return false;
            }
            for (int i = 0; i < powers.length; i++) {
                if (domains.get(i).powerState() != powers[i]) {
                    return false;
                }
            }
            return true;
        }
    }

    private final DomainLines lines;
    private volatile @Nullable Told last;

    DomainList(DomainLines lines) {
        this.lines = lines;
    }

    /** All qubes as they are now. Never blocks. */
    AdminReply of(Qubes qubes) {
        SystemState state = qubes.state();
        List<BaseVM> domains = qubes.domains();
        boolean ofThatState = qubes.state() == state;
        Told told = last;
        if (told != null && ofThatState && told.still(state, domains)) {
            return told.answer();
        }
        Told fresh = tell(state, domains);
        if (ofThatState && qubes.state() == state) { // else lines may be of different states
            last = fresh;
        }
        return fresh.answer();
    }

    private Told tell(SystemState state, List<BaseVM> domains) {
        StringBuilder text = new StringBuilder(domains.size() * LINE_LENGTH);
        PowerState[] powers = new PowerState[domains.size()];
        for (int i = 0; i < powers.length; i++) {
            DomainLines.Line line = lines.of(domains.get(i));
            powers[i] = line.state();
            text.append(line.text()).append('\n');
        }
        byte[] utf8 = text.toString().getBytes(StandardCharsets.UTF_8);
        return new Told(state, powers, AdminReply.encoded(ByteBuffer.wrap(utf8)));
    }
}
