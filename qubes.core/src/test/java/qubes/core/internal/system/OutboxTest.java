package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.event.Event;
import qubes.core.event.FeatureDelete;
import qubes.core.internal.plugin.PluginBook;
import qubes.core.vm.BaseVM;

/** Events that come faster than listeners take them. */
class OutboxTest {
    @TempDir private Path home;

    private final Outbox outbox = new Outbox(PluginBook.withoutBundles());
    private final CountDownLatch open = new CountDownLatch(1);
    private final CountDownLatch told = new CountDownLatch(Outbox.MOST + 1);
    private final List<String> heard = new ArrayList<>(); // written by the courier, before told
    private QubesSystem system;
    private BaseVM work;

    @BeforeEach
    void listen() {
        system = TestSystem.empty(home);
        work = TestSystem.plain(system, "work");
        outbox.listen(this::hear);
    }

    @AfterEach
    void close() {
        open.countDown();
        outbox.close();
        system.close();
    }

    private void hear(Event event) {
        try {
            open.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        heard.add(event.wireName());
        told.countDown();
    }

    private Event event(int number) {
        return new FeatureDelete(work, Integer.toString(number));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a thread that may wait, true",
        "one that holds what others wait for, false",
    })
    @DisplayName(
            "whoever fires more than listeners take is not held up for ever, and all are told:")
    void aboveTheMost(String who, boolean patient) throws Exception {
        for (int i = 0; i <= Outbox.MOST; i++) {
            outbox.offer(event(i), 0, patient && i == Outbox.MOST);
        }
        open.countDown();
        told.await();
        assertEquals(
                IntStream.rangeClosed(0, Outbox.MOST).mapToObj(i -> event(i).wireName()).toList(),
                heard);
    }

    @Test
    @DisplayName("a listener that fires events itself is not held up by what waits for it")
    void listenerThatFires() throws Exception {
        CountDownLatch fired = new CountDownLatch(1);
        outbox.listen(
                event -> {
                    if (fired.getCount() > 0) {
                        fired.countDown();
                        outbox.offer(event(0), 0, true);
                    }
                });
        for (int i = 0; i <= Outbox.MOST; i++) {
            outbox.offer(event(i), 0, false);
        }
        open.countDown();
        fired.await();
        told.await();
    }
}
