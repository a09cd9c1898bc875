package qubes.admin.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.admin.Dispatcher;
import qubes.admin.wire.Frames;
import qubes.admin.wire.Request;
import qubes.core.admin.AdminReply;
import qubes.core.admin.AdminSocket;
import qubes.core.admin.EventStream;
import qubes.core.admin.Unanswerable;
import qubes.core.error.Repr;

/** From a request that is complete to its answer, and the end of the connection. */
final class Answers {
    private static final Logger log = LoggerFactory.getLogger(Answers.class);
    private static final int WRITE_TRIES = 8;

    /** Of what a caller sent, this many characters are logged at most, of each part. */
    private static final int LOGGED = 200;

    private final Dispatcher dispatcher;
    private final Lanes lanes;
    private final Connections connections;
    private final Outbox outbox;
    private final Limits limits;
    private final boolean debug;
    private final EventFrames frames = new EventFrames();

    Answers(
            Dispatcher dispatcher,
            Lanes lanes,
            Connections connections,
            Outbox outbox,
            Limits limits,
            boolean debug) {
        this.dispatcher = dispatcher;
        this.lanes = lanes;
        this.connections = connections;
        this.outbox = outbox;
        this.limits = limits;
        this.debug = debug;
    }

    /**
     * Answers a request, here and now if that cannot block; the connection is then someone else's,
     * or closed.
     */
    void answer(SocketChannel channel, AdminSocket socket, byte[] bytes, int length) {
        Optional<Request> request = Request.parse(bytes, length);
        if (request.isEmpty()) {
            log.warn("Framing error; the connection is aborted");
            connections.close(channel);
            return;
        }
        try {
            Dispatcher.Ready ready = dispatcher.prepare(request.get(), socket);
            Runnable work = () -> run(channel, request.get(), ready);
            switch (ready.pace()) {
                case INSTANT -> work.run();
                case BRIEF -> lanes.brief(work);
                case LONG -> lanes.longer(work);
            }
        } catch (RejectedExecutionException e) {
            log.warn("A call is not answered: the daemon is going down");
            connections.close(channel);
        } catch (RuntimeException e) {
            refuse(channel, request.get(), e);
        }
    }

    /** As {@link #answer}, never on this thread. */
    void answerElsewhere(SocketChannel channel, AdminSocket socket, byte[] bytes, int length) {
        try {
            lanes.brief(() -> answer(channel, socket, bytes, length));
        } catch (RejectedExecutionException e) {
            log.warn("A call is not answered: the daemon is going down");
            connections.close(channel);
        }
    }

    private void run(SocketChannel channel, Request request, Dispatcher.Ready ready) {
        try {
            AdminReply reply = ready.answer();
            Optional<EventStream> stream = reply.stream();
            if (stream.isPresent()) {
                begin(channel, stream.get());
            } else {
                send(channel, Frames.ok(reply.text()));
            }
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            refuse(channel, request, e);
        }
    }

    private void begin(SocketChannel channel, EventStream stream) {
        Outflow flow = Outflow.stream(channel, outbox, frames);
        flow.begin(stream.open(flow));
    }

    private void refuse(SocketChannel channel, Request request, Throwable error) {
        if (error instanceof Unanswerable) {
            log.warn("Call {} is not answered: {}", shown(request), shown(error));
            connections.close(channel);
            return;
        }
        if (!Frames.isSent(error)) {
            log.error("Call {} failed and is not answered", shown(request), error);
            connections.close(channel);
            return;
        }
        if (Frames.isCallersFault(error)) {
            log.warn("Call {} refused: {}", shown(request), shown(error));
        } else {
            log.debug("Call {} failed", shown(request), error);
        }
        send(channel, Frames.exception(error, debug));
    }

    private void send(SocketChannel channel, byte[] frame) {
        ByteBuffer buffer = ByteBuffer.wrap(frame);
        try {
            for (int tries = 0; tries < WRITE_TRIES && buffer.hasRemaining(); tries++) {
                if (channel.write(buffer) == 0) {
                    Thread.yield();
                }
            }
        } catch (IOException e) {
            log.debug("A caller hung up before its answer", e);
            connections.close(channel);
            return;
        }
        if (buffer.hasRemaining()) {
            Outflow.rest(channel, outbox, frames, buffer).begin(null);
        } else {
            connections.close(channel);
        }
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
