package qubes.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;

/**
 * A closed loop of calls from several threads: each makes the next call when it has the last one's
 * answer.
 */
final class Load implements Callers {
    private record Samples(long ok, long failed, long[] nanos) {}

    private final AdminSocket socket;
    private final byte[] request;

    Load(Path socket, byte[] request) {
        this.socket = new AdminSocket(socket);
        this.request = request.clone();
    }

    @Override
    public Result run(int threads, Duration time) throws IOException {
        long end = System.nanoTime() + time.toNanos();
        return runWhile(threads, () -> System.nanoTime() < end);
    }

    /** Calls from {@code threads} threads for as long as {@code on} says. Blocks for as long. */
    Result runWhile(int threads, BooleanSupplier on) throws IOException {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            long begin = System.nanoTime();
            List<Callable<Samples>> loops = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                loops.add(() -> loop(on));
            }
            List<Samples> all = new ArrayList<>();
            for (Future<Samples> future : pool.invokeAll(loops)) {
                all.add(future.get());
            }
            return summarize(all, (System.nanoTime() - begin) / 1e9);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IOException("a client thread failed", e);
        } finally {
            pool.shutdownNow();
        }
    }

    private Samples loop(BooleanSupplier on) throws IOException {
        ByteBuffer answer = AdminSocket.buffer();
        long[] nanos = new long[1 << 14];
        int count = 0;
        long ok = 0;
        while (on.getAsBoolean()) {
            long begin = System.nanoTime();
            if (socket.call(request, answer)) {
                ok++;
            }
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * count);
            }
            nanos[count++] = System.nanoTime() - begin;
        }
        return new Samples(ok, count - ok, Arrays.copyOf(nanos, count));
    }

    private static Result summarize(List<Samples> all, double seconds) {
        long[] nanos =
                all.stream()
                        .flatMapToLong(samples -> Arrays.stream(samples.nanos()))
                        .sorted()
                        .toArray();
        long ok = all.stream().mapToLong(Samples::ok).sum();
        long failed = all.stream().mapToLong(Samples::failed).sum();
        return new Result(ok / seconds, at(nanos, 0.5), at(nanos, 0.99), at(nanos, 1), failed);
    }

    private static double at(long[] sorted, double share) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted[(int) Math.min(sorted.length - 1L, (long) (sorted.length * share))] / 1e3;
    }
}
