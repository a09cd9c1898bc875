package qubes.itest.docs;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import qubes.core.admin.EventSink;
import qubes.core.event.Event;
import qubes.testkit.Await;

/** The caller of a stream. */
final class HeardBySink implements EventSink {
    private final List<String> heard = new CopyOnWriteArrayList<>();

    @Override
    public void send(Event event) {
        heard.add(event.wireName());
    }

    @Override
    public void fail(RuntimeException reason) {
        heard.add(reason.toString());
    }

    /** What was sent, in order. */
    List<String> heard() {
        return List.copyOf(heard);
    }

    void await(String wireName) throws Exception {
        Await.until(wireName + " is heard", () -> heard.contains(wireName));
    }
}
