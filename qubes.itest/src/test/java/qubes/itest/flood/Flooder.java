package qubes.itest.flood;

import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import qubes.core.event.Event;
import qubes.core.property.PropertyHolder;
import qubes.core.vm.Qubes;

/** Fires events of its own for as long as it is there, as fast as it can. */
@Component(service = {})
public final class Flooder {
    private record Drop(PropertyHolder subject) implements Event {
        private static final Map<String, Object> WATER = Map.of("water", "x".repeat(100));

        @Override
        public String wireName() {
            return "flood-drop";
        }

        @Override
        public Map<String, Object> arguments() {
            return WATER;
        }
    }

    private final Qubes qubes;
    private final Thread thread;
    private volatile boolean ended;

    @Activate
    public Flooder(@Reference Qubes qubes) {
        this.qubes = qubes;
        this.thread = new Thread(this::flood, "flooder");
        thread.start();
    }

    @Deactivate
    void end() throws InterruptedException {
        ended = true;
        thread.join();
    }

    private void flood() {
        Event drop = new Drop(qubes.admin());
        while (!ended) {
            qubes.admin().fire(drop);
        }
    }
}
