package qubes.admin.server;

import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import qubes.admin.Dispatcher;
import qubes.admin.Served;
import qubes.admin.wire.Request;
import qubes.core.admin.AdminSocket;
import qubes.core.admin.MethodTraits.Pace;

/**
 * A request and its one answer. Method and deadline may both want to give it: who is first to
 * {@link #claim} it has the connection to itself, the other stays silent.
 */
final class Exchange {
    private final SocketChannel channel;
    private final AdminSocket socket;
    private final Request request;
    private final long arrivedNanos = System.nanoTime();
    private final AtomicBoolean claimed = new AtomicBoolean();
    private volatile Dispatcher.@Nullable Ready ready;
    private volatile @Nullable Thread runner;
    private volatile long runNanos;

    Exchange(SocketChannel channel, AdminSocket socket, Request request) {
        this.channel = channel;
        this.socket = socket;
        this.request = request;
    }

    SocketChannel channel() {
        return channel;
    }

    /** Where the request came in. */
    AdminSocket socket() {
        return socket;
    }

    Request request() {
        return request;
    }

    /** When the request was complete, in {@link System#nanoTime}. */
    long arrivedNanos() {
        return arrivedNanos;
    }

    void ready(Dispatcher.Ready call) {
        ready = call;
    }

    /** The call, once the request was found to be one. */
    Dispatcher.Ready call() {
        Dispatcher.Ready call = ready;
        if (call == null) {
            throw new IllegalStateException("the request has not been looked at");
        }
        return call;
    }

    /** The method that is called; absent if there is none, or none yet. */
    Optional<Served> served() {
        Dispatcher.Ready call = ready;
        return call == null ? Optional.empty() : Optional.of(call.served());
    }

    /** True if an answer must come within the time that the server sets. */
    boolean hasDeadline() {
        Dispatcher.Ready call = ready;
        return call == null || call.served().traits().pace() != Pace.LONG;
    }

    /** The calling thread takes the right to answer, or finds that it is gone. */
    boolean claim() {
        return !claimed.get() && claimed.compareAndSet(false, true);
    }

    boolean isClaimed() {
        return claimed.get();
    }

    /** The calling thread begins to work on it. */
    void runs() {
        runNanos = System.nanoTime();
        runner = Thread.currentThread();
    }

    /** Nobody works on it any more. */
    void ran() {
        runner = null;
    }

    /** Who works on it now. */
    Optional<Thread> runner() {
        return Optional.ofNullable(runner);
    }

    /** For how long it has been worked on; only while there is a {@link #runner}. */
    long runningNanos(long now) {
        return now - runNanos;
    }
}
