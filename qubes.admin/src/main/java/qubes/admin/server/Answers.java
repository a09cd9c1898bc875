package qubes.admin.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.admin.Dispatcher;
import qubes.admin.Served;
import qubes.admin.wire.Frames;
import qubes.admin.wire.Request;
import qubes.core.admin.AdminReply;
import qubes.core.admin.AdminSocket;
import qubes.core.admin.EventStream;
import qubes.core.admin.MethodTraits.Pace;
import qubes.core.admin.Unanswerable;
import qubes.core.error.QubesException;
import qubes.core.error.Repr;
import qubes.core.plugin.Plugins;

/** From a request that is complete to its answer, and the end of the connection. */
final class Answers implements Watch.Consequences {
    private static final Logger log = LoggerFactory.getLogger(Answers.class);
    private static final int WRITE_TRIES = 8;

    /** Of what a caller sent, this many characters are logged at most, of each part. */
    private static final int LOGGED = 200;

    private final Dispatcher dispatcher;
    private final Lanes lanes = new Lanes(this::answerInLane);
    private final Watch watch;
    private final Connections connections;
    private final Outbox outbox;
    private final Limits limits;
    private final boolean debug;
    private final List<CallListener> listeners;
    private final Plugins plugins;
    private final EventFrames frames = new EventFrames();

    /**
     * @param debug whether to send stack traces
     * @param listeners told of each call once it is answered
     * @param plugins told of calls that fail because of what is wrong in somebody else's bundle
     */
    Answers(
            Dispatcher dispatcher,
            Connections connections,
            Outbox outbox,
            Limits limits,
            boolean debug,
            List<CallListener> listeners,
            Plugins plugins) {
        this.plugins = plugins;
        this.dispatcher = dispatcher;
        this.connections = connections;
        this.outbox = outbox;
        this.limits = limits;
        this.debug = debug;
        this.listeners = List.copyOf(listeners);
        this.watch = new Watch(limits, this);
    }

    /** Looks after calls that take too long; to be run. */
    Watch watch() {
        return watch;
    }

    Lanes lanes() {
        return lanes;
    }

    /**
     * Answers a request on a worker's thread if that cannot block, else elsewhere; the connection
     * is then someone else's, or closed.
     */
    void answer(Worker worker, SocketChannel channel, byte[] bytes, int length) {
        Optional<Exchange> parsed = parse(channel, worker.socket(), bytes, length);
        if (parsed.isEmpty()) {
            return;
        }
        Exchange exchange = parsed.get();
        worker.begins(exchange);
        try {
            if (prepare(exchange)) {
                Served method = exchange.call().served();
                if (method.traits().pace() == Pace.INSTANT && !method.isSuspect()) {
                    call(exchange);
                } else {
                    submit(exchange, method.traits().pace());
                }
            }
        } finally {
            worker.ends();
            clearInterrupt();
        }
    }

    /** As {@link #answer}, never on this thread. */
    void answerElsewhere(SocketChannel channel, AdminSocket socket, byte[] bytes, int length) {
        parse(channel, socket, bytes, length).ifPresent(exchange -> submit(exchange, Pace.BRIEF));
    }

    @Override
    public void late(Exchange exchange) {
        lanes.of(Pace.BRIEF).late(exchange);
    }

    @Override
    public void overdue(Exchange exchange) {
        String method = exchange.request().method();
        Optional<Thread> runner = exchange.runner();
        QubesException error =
                new QubesException(
                        runner.isPresent()
                                ? brief(method)
                                        + " is not done after "
                                        + limits.deadline().toSeconds()
                                        + " s and no longer waited for; it may still have its effect"
                                : brief(method)
                                        + " was not begun within "
                                        + limits.deadline().toSeconds()
                                        + " s, too many calls are under way; try again");
        log.warn("Call {} takes too long; its caller gets an error", shown(exchange.request()));
        runner.filter(thread -> exchange.served().map(Served::reportOnce).orElse(true))
                .ifPresent(Answers::report);
        told(exchange, CallListener.OVERDUE);
        send(exchange.channel(), Frames.exception(error, false));
    }

    private static void report(Thread thread) {
        Throwable where = new Throwable("this is where it is");
        where.setStackTrace(thread.getStackTrace());
        log.warn(
                "Where the call hangs, in thread {}; said once for a method",
                thread.getName(),
                where);
    }

    private Optional<Exchange> parse(
            SocketChannel channel, AdminSocket socket, byte[] bytes, int length) {
        Optional<Request> request = Request.parse(bytes, length);
        if (request.isEmpty()) {
            log.warn("Framing error; the connection is aborted");
            connections.close(channel);
        }
        return request.map(sent -> new Exchange(channel, socket, sent));
    }

    /** False if the request is none that can be called, which its caller has then been told. */
    private boolean prepare(Exchange exchange) {
        try {
            exchange.ready(dispatcher.prepare(exchange.request(), exchange.socket()));
            return true;
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            fail(exchange, e);
            return false;
        }
    }

    private void submit(Exchange exchange, Pace pace) {
        try {
            if (pace != Pace.LONG) {
                watch.add(exchange);
            }
            lanes.of(pace).submit(exchange);
        } catch (RejectedExecutionException e) {
            log.warn("A call is not answered: the daemon is going down");
            watch.remove(exchange);
            if (exchange.claim()) {
                connections.close(exchange.channel());
            }
        }
    }

    private void answerInLane(Exchange exchange) {
        exchange.runs();
        try {
            if (exchange.isClaimed()) {
                return; // its time ran out before it was its turn
            }
            if (exchange.served().isPresent()) {
                call(exchange);
            } else if (prepare(exchange)) {
                if (exchange.call().served().traits().pace() == Pace.LONG) {
                    submit(exchange, Pace.LONG);
                } else {
                    call(exchange);
                }
            }
        } finally {
            exchange.ran();
            watch.remove(exchange);
            clearInterrupt();
        }
    }

    /**
     * Whatever a method throws ends here: a thread of ours must not end, nor a caller wait, because
     * of what is wrong in somebody else's bundle.
     */
    @SuppressWarnings("CatchingUnchecked")
    private void call(Exchange exchange) {
        try {
            AdminReply reply = exchange.call().answer(() -> abandon(exchange));
            clearInterrupt(); // would close the connection
            Optional<EventStream> stream = reply.stream();
            if (stream.isPresent()) {
                begin(exchange, stream.get());
                return;
            }
            ByteBuffer[] frame = Frames.ok(reply);
            if (claimed(exchange)) {
                told(exchange, CallListener.OK);
                send(exchange.channel(), frame);
            }
        } catch (Throwable e) {
            clearInterrupt();
            fail(exchange, e);
        }
    }

    /** The method's bundle has left, and the call does not end. */
    private void abandon(Exchange exchange) {
        if (exchange.claim()) {
            told(exchange, CallListener.OVERDUE);
            send(exchange.channel(), Frames.exception(exchange.call().served().left(), false));
        }
    }

    /** A method that leaves its thread interrupted would have the next socket closed. */
    private static void clearInterrupt() {
        if (Thread.interrupted()) {
            log.debug("A method left its thread interrupted");
        }
    }

    private static boolean claimed(Exchange exchange) {
        if (exchange.claim()) {
            return true;
        }
        log.warn(
                "Call {} ended when its caller had been told that it takes too long",
                shown(exchange.request()));
        return false;
    }

    private void told(Exchange exchange, String outcome) {
        for (CallListener listener : listeners) {
            try {
                listener.answered(exchange, outcome);
            } catch (RuntimeException e) {
                log.error("Call {} is not counted or logged", shown(exchange.request()), e);
            }
        }
    }

    private void begin(Exchange exchange, EventStream stream) {
        Outflow flow = Outflow.stream(exchange.channel(), outbox, frames, limits.backlogBytes());
        boolean begun = false;
        try {
            Served method = exchange.call().served();
            AutoCloseable feeds = method.follow(stream.open(flow), () -> flow.fail(method.left()));
            if (claimed(exchange)) {
                told(exchange, CallListener.STREAM);
                flow.begin(feeds);
                begun = true;
            } else {
                flow.feeds(feeds);
            }
        } finally {
            if (!begun) {
                flow.close();
            }
        }
    }

    private void fail(Exchange exchange, Throwable error) {
        if (!claimed(exchange)) {
            log.debug("It failed", error);
            return;
        }
        Request request = exchange.request();
        SocketChannel channel = exchange.channel();
        if (error instanceof Unanswerable) {
            log.warn("Call {} is not answered: {}", shown(request), shown(error));
            told(exchange, CallListener.NOTHING);
            connections.close(channel);
            return;
        }
        if (!Frames.isSent(error)) {
            Optional<String> plugin = plugins.blame(error);
            plugin.ifPresent(name -> plugins.failed(name, what(exchange), error));
            if (plugin.isPresent() && !isPlain(error)) {
                told(exchange, QubesException.class.getSimpleName());
                QubesException said =
                        new QubesException(
                                "Plugin "
                                        + plugin.get()
                                        + " failed: "
                                        + error.getClass().getName()
                                        + ", see the log");
                send(channel, Frames.exception(said, false));
                return;
            }
            if (plugin.isEmpty()) {
                log.error("Call {} failed and is not answered", shown(request), error);
            }
            told(exchange, CallListener.NOTHING);
            connections.close(channel);
            return;
        }
        if (Frames.isCallersFault(error)) {
            log.warn("Call {} refused: {}", shown(request), shown(error));
        } else {
            log.debug("Call {} failed", shown(request), error);
        }
        told(exchange, error.getClass().getSimpleName());
        send(channel, Frames.exception(error, debug));
    }

    /** As the original, which gives no answer to errors of these kinds. */
    private static boolean isPlain(Throwable error) {
        return error instanceof IllegalArgumentException
                || error instanceof IllegalStateException
                || error instanceof NoSuchElementException;
    }

    /** Of few words, never what a caller sent. */
    private static String what(Exchange exchange) {
        return exchange.served().map(served -> "call of " + served.name()).orElse("a call");
    }

    private void send(SocketChannel channel, byte[] frame) {
        send(channel, ByteBuffer.wrap(frame));
    }

    private void send(SocketChannel channel, ByteBuffer... frame) {
        ByteBuffer last = frame[frame.length - 1];
        try {
            for (int tries = 0; tries < WRITE_TRIES && last.hasRemaining(); tries++) {
                if (write(channel, frame) == 0) {
                    Thread.yield();
                }
            }
        } catch (IOException e) {
            log.debug("A caller hung up before its answer", e);
            connections.close(channel);
            return;
        }
        if (last.hasRemaining()) {
            Outflow.rest(channel, outbox, frames, frame).begin(null);
        } else {
            connections.close(channel);
        }
    }

    /** Most answers are in one part, which is quicker to write. */
    private static long write(SocketChannel channel, ByteBuffer[] frame) throws IOException {
        return frame.length == 1 ? channel.write(frame[0]) : channel.write(frame);
    }

    private static String shown(Request request) {
        return Repr.quote(
                brief(request.method())
                        + " from "
                        + brief(request.source())
                        + " to "
                        + brief(request.destination()));
    }

    /** On one line, whatever the caller put into it. */
    private static String shown(Throwable error) {
        return brief(Repr.printable(String.valueOf(error.getMessage())));
    }

    private static String brief(String text) {
        return text.length() <= LOGGED ? text : text.substring(0, LOGGED) + "...";
    }
}
