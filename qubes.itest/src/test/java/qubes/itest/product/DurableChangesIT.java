package qubes.itest.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the daemon acknowledged is there after it was killed. */
class DurableChangesIT {
    private static final int ROUNDS = 3;
    private static final int CLIENTS = 4;
    private static final int CHANGES = 25;

    @Test
    @DisplayName("every change that was acknowledged before SIGKILL is there after the next start")
    void keepsAcknowledgedChanges() throws Exception {
        try (BuiltClone clone = BuiltClone.make()) {
            String[] domains = new String[CLIENTS];
            for (int i = 0; i < CLIENTS; i++) {
                domains[i] = Texts.domain(i + 1, "StandaloneVM", "work-" + i, "");
            }
            Path store = Files.writeString(clone.room().resolve("qubes.xml"), Texts.store(domains));
            List<String> options = BuiltClone.options(clone.room().resolve("home"), store);
            List<Setter> before = List.of();
            for (int round = 0; round <= ROUNDS; round++) {
                try (Product product = clone.start(options).awaitReady()) {
                    AdminSocket admin = product.admin();
                    for (Setter setter : before) {
                        setter.assertKept(admin);
                    }
                    before = setters(admin, 1000 * (round + 1));
                    before.forEach(Thread::start);
                    for (Setter setter : before) {
                        setter.awaitChanges();
                    }
                    product.kill(); // in the middle of further changes
                    for (Setter setter : before) {
                        setter.join(Await.PATIENCE.toMillis());
                    }
                }
            }
        }
    }

    private static List<Setter> setters(AdminSocket admin, int from) {
        List<Setter> setters = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            setters.add(new Setter(admin, "work-" + i, from));
        }
        return setters;
    }

    /** Sets the property {@code memory} of a domain to growing values until nobody answers. */
    private static final class Setter extends Thread {
        private final AdminSocket admin;
        private final String domain;
        private final int from;
        private final AtomicInteger acknowledged;

        Setter(AdminSocket admin, String domain, int from) {
            this.admin = admin;
            this.domain = domain;
            this.from = from;
            this.acknowledged = new AtomicInteger(from);
        }

        @Override
        public void run() {
            try {
                for (int next = from + 1; ; next++) {
                    admin.set(domain, "memory", Integer.toString(next));
                    acknowledged.set(next);
                }
            } catch (IOException killed) {
                assertTrue(!(killed instanceof AdminSocket.Refused), killed::getMessage);
            }
        }

        void awaitChanges() throws Exception {
            Await.until(
                    domain + " is changed " + CHANGES + " times",
                    () -> acknowledged.get() >= from + CHANGES,
                    () -> acknowledged + " was the last");
        }

        /**
         * The last value that was acknowledged, or the next, whose answer the kill may have cut.
         */
        void assertKept(AdminSocket after) throws IOException {
            int kept = Integer.parseInt(after.get(domain, "memory"));
            int last = acknowledged.get();
            assertTrue(kept == last || kept == last + 1, () -> kept + ", acknowledged: " + last);
            assertEquals(domain, after.get(domain, "name"));
        }
    }
}
