package qubes.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Kills the daemon with SIGKILL in the middle of a storm of changes, over and over, and looks after
 * each restart whether every acknowledged change is there. {@code StormReport SOCKET ROUNDS QUBESD
 * OPTION...}: starts {@code QUBESD} itself; its store must have the domains {@code work-0000} to
 * {@code work-0015}. Exits with 1 if a change was lost.
 */
public final class StormReport {
    private static final int CALLERS = 16;
    private static final long READY_SECONDS = 120;

    /** A caller that sets one domain's {@code memory} to growing values. */
    private static final class Setter extends Thread {
        private final AdminSocket admin;
        final String domain;
        final int from;
        volatile int acknowledged;

        Setter(Path socket, String domain, int from) {
            this.admin = new AdminSocket(socket);
            this.domain = domain;
            this.from = from;
            this.acknowledged = from;
            setDaemon(true);
        }

        @Override
        public void run() {
            ByteBuffer answer = AdminSocket.buffer();
            try {
                for (int next = acknowledged + 1; set(next, answer); next++) {
                    acknowledged = next;
                }
            } catch (IOException killed) {
                return;
            }
        }

        private boolean set(int value, ByteBuffer answer) throws IOException {
            return admin.call(
                    AdminSocket.request(
                            "admin.vm.property.Set", "memory", domain, Integer.toString(value)),
                    answer);
        }
    }

    private StormReport() {}

    /** Runs the report. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 3) {
            System.err.println("usage: StormReport SOCKET ROUNDS QUBESD OPTION...");
            System.exit(2);
        }
        Path socket = Path.of(arguments[0]);
        int rounds = Integer.parseInt(arguments[1]);
        List<String> command = List.of(arguments).subList(2, arguments.length);
        long changes = 0;
        int lost = 0;
        int unanswered = 0; // changes that were kept though the kill cut their answer
        List<Setter> before = List.of();
        for (int round = 0; round <= rounds; round++) {
            Process daemon = start(command);
            AdminSocket admin = new AdminSocket(socket);
            for (Setter setter : before) {
                int kept = memory(admin, setter.domain);
                if (kept == setter.acknowledged + 1) {
                    unanswered++;
                } else if (kept != setter.acknowledged) {
                    lost++;
                    System.out.printf(
                            "round %d: %s has %d, acknowledged was %d%n",
                            round, setter.domain, kept, setter.acknowledged);
                }
            }
            List<Setter> setters = new ArrayList<>();
            for (int i = 0; i < CALLERS && round < rounds; i++) {
                String domain = String.format(Locale.ROOT, "work-%04d", i);
                setters.add(new Setter(socket, domain, memory(admin, domain)));
            }
            setters.forEach(Thread::start);
            LockSupport.parkNanos(
                    TimeUnit.MILLISECONDS.toNanos(ThreadLocalRandom.current().nextInt(20, 400)));
            daemon.destroyForcibly().waitFor();
            for (Setter setter : setters) {
                setter.join();
                changes += setter.acknowledged - setter.from;
            }
            before = setters;
        }
        System.out.printf(
                "%d rounds of %d callers: %d changes acknowledged; of %d domains looked at after the kills %d lost one, %d had one more than was acknowledged%n",
                rounds, CALLERS, changes, (long) rounds * CALLERS, lost, unanswered);
        System.exit(lost == 0 && changes > 0 ? 0 : 1);
    }

    private static int memory(AdminSocket admin, String domain) throws IOException {
        String text = admin.text("admin.vm.property.Get", "memory", domain, "");
        return Integer.parseInt(text.substring(text.lastIndexOf(' ') + 1));
    }

    private static Process start(List<String> command) throws IOException {
        Process daemon = new ProcessBuilder(command).redirectErrorStream(true).start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
        BufferedReader said =
                new BufferedReader(
                        new InputStreamReader(daemon.getInputStream(), StandardCharsets.UTF_8));
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (line.contains(": ready after")) {
                Thread rest = new Thread(() -> said.lines().forEach(more -> {}), "daemon-output");
                rest.setDaemon(true);
                rest.start();
                return daemon;
            }
            if (System.nanoTime() > end) {
                break;
            }
        }
        daemon.destroyForcibly();
        throw new IOException("the daemon is not ready: " + command);
    }
}
