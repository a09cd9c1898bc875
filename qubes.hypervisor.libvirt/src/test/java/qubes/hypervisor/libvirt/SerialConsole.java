package qubes.hypervisor.libvirt;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A guest's console, as a person in front of it would use it. */
final class SerialConsole implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 90;

    private final InputStream in;
    private final OutputStream out;
    private final StringBuilder seen = new StringBuilder();

    SerialConsole(String terminal) throws Exception {
        TinyGuest.run("stty", "-F", terminal, "raw", "-echo");
        in = Files.newInputStream(Path.of(terminal));
        out = Files.newOutputStream(Path.of(terminal));
        Thread reader = new Thread(this::read, "console");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        byte[] buffer = new byte[4096];
        try {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                synchronized (this) {
                    seen.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
                    notifyAll();
                }
            }
        } catch (IOException e) {
            // the guest ended, and its terminal with it
            synchronized (this) {
                seen.append("<end>");
                notifyAll();
            }
        }
    }

    void type(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /** Waits until the guest wrote this; bounded. */
    synchronized void await(String text) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (seen.indexOf(text) < 0) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("the console never showed '" + text + "', but: " + seen);
            }
            wait(left);
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
