package qubes.itest.plugins;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import qubes.testkit.Await;
import qubes.testkit.exam.AdminClient;

/**
 * Clients that read, write, start, stop and clone over the socket, each on a thread of its own, and
 * check every answer: it is given, and it is one that there may be.
 */
final class Clients {
    private final AdminClient socket;
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final Map<String, String> acknowledged =
            new ConcurrentHashMap<>(); // domain to the last value that was acknowledged
    private final AtomicInteger answers = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();
    private volatile boolean stopped;

    /** What a client does over and over. */
    private interface Round {
        void go(int number) throws IOException;
    }

    Clients(AdminClient socket) {
        this.socket = socket;
    }

    /** Sets the feature {@code count} of a domain to one number after the other. */
    void write(String domain) {
        start(
                "writer of " + domain,
                number -> {
                    String value = Integer.toString(number);
                    if (call("admin.vm.feature.Set+count", domain, value).equals("0|")) {
                        acknowledged.put(domain, value);
                    }
                });
    }

    /** Lists all domains; none of these may ever be missing. */
    void read(List<String> domains) {
        start(
                "reader",
                number -> {
                    String list = call("admin.vm.List", "dom0", "");
                    for (String domain : domains) {
                        if (!list.contains(domain + " class=")) {
                            throw new AssertionError(domain + " is missing: " + list);
                        }
                    }
                    call("admin.vm.property.GetAll", domains.get(number % domains.size()), "");
                    call("admin.vm.device.block.Available", "dom0", "");
                    call("admin.pool.List", "dom0", "");
                });
    }

    /** Starts and kills a domain in turn. */
    void startAndKill(String domain) {
        start(
                "starter of " + domain,
                number -> {
                    call("admin.vm.Start", domain, "");
                    call("admin.vm.Kill", domain, "");
                });
    }

    /** Makes domains, copies a volume to each, and removes them again. */
    void cloneOf(String domain, String volume, String create) {
        start(
                "cloner of " + domain,
                number -> {
                    String copy = "copy-" + number;
                    String made = call(create, "dom0", "name=" + copy + " label=red");
                    if (!made.equals("0|")) {
                        return;
                    }
                    String token = call("admin.vm.volume.CloneFrom+" + volume, domain, "");
                    if (token.startsWith("0|")) {
                        call("admin.vm.volume.CloneTo+" + volume, copy, token.substring(2));
                    }
                    call("admin.vm.Remove", copy, "");
                });
    }

    private void start(String name, Round round) {
        Thread thread = new Thread(() -> run(round), name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void run(Round round) {
        try {
            for (int number = 1; !stopped; number++) {
                round.go(number);
            }
        } catch (IOException | RuntimeException | AssertionError e) {
            failures.add(new AssertionError(Thread.currentThread().getName() + ": " + e, e));
        }
    }

    /** Calls; what comes is either an answer or an error that says something. */
    private String call(String method, String domain, String payload) throws IOException {
        String answer = socket.call(method, domain, payload);
        answers.incrementAndGet();
        if (answer.startsWith("2|")) {
            refusals.incrementAndGet();
            String[] parts = answer.split("\\|", -1);
            if (parts.length < 4 || parts[1].isEmpty() || parts[3].isEmpty()) {
                throw new AssertionError(method + " of " + domain + ": unclear error " + answer);
            }
        } else if (!answer.startsWith("0|")) {
            throw new AssertionError(method + " of " + domain + ": no answer '" + answer + "'");
        }
        return answer;
    }

    /** Lets each end what it is at. */
    void stop() throws Exception {
        stopped = true;
        for (Thread thread : threads) {
            Await.until(thread.getName() + " ends", () -> !thread.isAlive());
        }
    }

    /** What went wrong. */
    List<Throwable> failures() {
        return List.copyOf(failures);
    }

    /** Domain to the last value of {@code count} that was acknowledged. */
    Map<String, String> acknowledged() {
        return acknowledged;
    }

    int answers() {
        return answers.get();
    }

    int refusals() {
        return refusals.get();
    }
}
