package qubes.client;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * {@code console}: joins the terminal, or a script's pipes, with the serial console of a guest. The
 * daemon names the pseudo-terminal; who may open it decides who gets in.
 */
final class ConsoleCommand implements Command {
    private static final int LEAVE = 0x1d; // Ctrl-]
    private static final String STANDARD_LINGER = "2";

    @Override
    public String usage() {
        return "console [--linger SECONDS] VM";
    }

    @Override
    public String help() {
        return """
                Show the serial console of a running qube and type into it; Ctrl-] leaves. With input from a pipe, leave
                once the input is at its end and the guest has been silent for a while.
                  --linger SECONDS    how long that is; 2 unless told
                """;
    }

    @Override
    public int run(Session session, List<String> arguments) {
        Options options = new Options().value("--linger").parse(arguments);
        String vm = options.positional(1, 1, "the name of a qube").get(0);
        String linger = options.get("--linger");
        long lingerMillis = seconds(linger == null ? STANDARD_LINGER : linger);
        String path = session.daemon().call("admin.vm.Console", "", vm).strip();
        if (path.isEmpty() || !new File(path).exists()) {
            throw new DaemonError("QubesException", vm + " has no serial console here");
        }
        try (RandomAccessFile console = new RandomAccessFile(path, "rw");
                Terminal terminal = Terminal.rawIfInteractive(session.in())) {
            if (terminal.interactive()) {
                session.err().print("Connected to the console of " + vm + "; Ctrl-] leaves.\r\n");
            }
            new Relay(console, session, lingerMillis).run();
        } catch (IOException e) {
            throw new DaemonError(
                    "QubesException",
                    "The console of " + vm + " cannot be opened: " + e.getMessage());
        }
        return 0;
    }

    private static long seconds(String text) {
        try {
            double seconds = Double.parseDouble(text);
            if (seconds >= 0 && seconds <= 86_400) {
                return (long) (seconds * 1000);
            }
        } catch (NumberFormatException e) {
            throw new UsageError("--linger needs seconds, not " + Text.quote(text));
        }
        throw new UsageError("--linger needs 0 to 86400 seconds, not " + text);
    }

    /**
     * Copies both ways until one side is done. Both copies run on threads that do not keep the
     * program alive.
     */
    private static final class Relay {
        private final RandomAccessFile console;
        private final Session session;
        private final long lingerMillis;
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private boolean left; // by Ctrl-], or because the guest is gone; guarded by lock
        private boolean inputEnded; // guarded by lock
        private long lastOutput = System.nanoTime(); // guarded by lock

        Relay(RandomAccessFile console, Session session, long lingerMillis) {
            this.console = console;
            this.session = session;
            this.lingerMillis = lingerMillis;
        }

        void run() {
            start(
                    "console-output",
                    new Runnable() {
                        @Override
                        public void run() {
                            copyFromGuest();
                        }
                    });
            start(
                    "console-input",
                    new Runnable() {
                        @Override
                        public void run() {
                            copyToGuest();
                        }
                    });
            awaitEnd();
            session.out().flush();
        }

        private static void start(String name, Runnable action) {
            Thread thread = new Thread(action, name);
            thread.setDaemon(true);
            thread.start();
        }

        private void copyFromGuest() {
            byte[] bytes = new byte[8192];
            try {
                for (int n = console.read(bytes); n > 0; n = console.read(bytes)) {
                    OutputStream out = session.out();
                    out.write(bytes, 0, n);
                    out.flush();
                    note(false, false);
                }
            } catch (IOException e) {
                // The guest is gone: its end of the pseudo-terminal is closed, which reads as an
                // error.
            }
            note(true, false);
        }

        private void copyToGuest() {
            InputStream in = session.in();
            byte[] bytes = new byte[4096];
            try {
                for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                    int leave = indexOfLeave(bytes, n);
                    console.write(bytes, 0, leave < 0 ? n : leave);
                    if (leave >= 0) {
                        note(true, false);
                        return;
                    }
                }
            } catch (IOException e) {
                // The guest is gone, or nobody types any more: either way there is nothing left to
                // send.
            }
            note(false, true);
        }

        private static int indexOfLeave(byte[] bytes, int length) {
            for (int i = 0; i < length; i++) {
                if (bytes[i] == LEAVE) {
                    return i;
                }
            }
            return -1;
        }

        private void note(boolean leave, boolean noMoreInput) {
            lock.lock();
            try {
                left |= leave;
                inputEnded |= noMoreInput;
                lastOutput = System.nanoTime();
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private void awaitEnd() {
            lock.lock();
            try {
                while (!left) {
                    if (!inputEnded) {
                        changed.await();
                        continue;
                    }
                    long quiet = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastOutput);
                    if (quiet >= lingerMillis) {
                        return;
                    }
                    if (changed.await(lingerMillis - quiet, TimeUnit.MILLISECONDS)) {
                        continue;
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                lock.unlock();
            }
        }
    }
}
