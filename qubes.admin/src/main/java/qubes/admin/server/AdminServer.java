package qubes.admin.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.admin.Dispatcher;
import qubes.admin.Methods;
import qubes.core.admin.AdminSocket;
import qubes.core.error.QubesException;
import qubes.core.vm.Qubes;

/** The daemon's three sockets, there from activation to deactivation; all of them or none. */
@Component(service = AdminServer.class, immediate = true, configurationPid = "qubes.admin")
@Designate(ocd = AdminServer.Config.class)
public final class AdminServer {
    /** Where the Admin API is served, and how much callers may take. */
    @ObjectClassDefinition(name = "Qubes Admin API")
    public @interface Config {
        @AttributeDefinition(name = "Socket folder", description = "Folder of the three sockets")
        String socket_dir() default "/var/run";

        @AttributeDefinition(name = "Debug", description = "Send stack traces to callers")
        boolean debug() default false;

        @AttributeDefinition(name = "Log calls", description = "Log every call")
        boolean log_calls() default false;

        @AttributeDefinition(
                name = "Connections",
                description = "Open connections at most, event subscribers included")
        int max_connections() default 4096;

        @AttributeDefinition(
                name = "Silence",
                description =
                        "Seconds after which a caller that stopped in the middle of a request is cut off; 0 for never, it then makes room only when there are too many")
        int silence_seconds() default 0;

        @AttributeDefinition(
                name = "Backlog",
                description =
                        "Bytes that may wait for an event subscriber that does not read, before it is cut off")
        int subscriber_backlog() default 1 << 20;
    }

    private static final Logger log = LoggerFactory.getLogger(AdminServer.class);
    private static final long GOODBYE_MILLIS = 2000;

    /** What waits for all callers may take this part of the memory. */
    private static final int BACKLOG_SHARE = 8;

    private final Map<AdminSocket, SocketFile> sockets =
            new EnumMap<>(AdminSocket.class); // socket to its file
    private final List<Thread> workers = new ArrayList<>();
    private final Lanes lanes;
    private final Stragglers stragglers;
    private final Outbox outbox;

    /**
     * Listens on all sockets.
     *
     * @throws QubesException if one of them is taken; none is left behind
     */
    @Activate
    public AdminServer(@Reference Qubes qubes, @Reference Methods methods, Config config) {
        Limits limits =
                new Limits(
                        config.max_connections(),
                        Duration.ofSeconds(config.silence_seconds()),
                        config.subscriber_backlog());
        lanes = new Lanes(qubes.executor());
        Connections connections = new Connections(limits.connections());
        listen(Path.of(config.socket_dir()));
        try {
            Backlog backlog = new Backlog(Runtime.getRuntime().maxMemory() / BACKLOG_SHARE);
            outbox = new Outbox(connections, limits, backlog);
            Dispatcher dispatcher = new Dispatcher(qubes, methods, config.log_calls());
            Answers answers =
                    new Answers(dispatcher, lanes, connections, outbox, limits, config.debug());
            stragglers = new Stragglers(connections, limits, answers::answerElsewhere);
            start("admin-outbox", outbox);
            start("admin-stragglers", stragglers);
            sockets.forEach(
                    (socket, file) -> {
                        for (int i = 0; i < workers(socket); i++) {
                            Worker worker =
                                    new Worker(
                                            file.channel(),
                                            socket,
                                            connections,
                                            stragglers,
                                            answers);
                            workers.add(
                                    start(
                                            "admin-"
                                                    + socket.name().toLowerCase(Locale.ROOT)
                                                    + "-"
                                                    + i,
                                            worker));
                        }
                    });
        } catch (IOException e) {
            sockets.values().forEach(SocketFile::close);
            throw new QubesException("The Admin API is not served: no selector", e);
        }
        log.info("Admin API served in {}", config.socket_dir());
    }

    @Deactivate
    void deactivate() {
        sockets.values().forEach(SocketFile::close);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GOODBYE_MILLIS);
        for (Thread worker : workers) {
            try {
                worker.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        stragglers.close();
        lanes.close();
        outbox.close();
        log.info("Admin API no longer served");
    }

    private void listen(Path directory) {
        try {
            for (AdminSocket socket : AdminSocket.values()) {
                sockets.put(socket, SocketFile.listen(directory, socket.fileName()));
            }
        } catch (QubesException e) {
            sockets.values().forEach(SocketFile::close);
            throw e;
        }
    }

    /** Quick reads need a processor each, and some to spare for callers that are being read. */
    private static int workers(AdminSocket socket) {
        int processors = Runtime.getRuntime().availableProcessors();
        return socket == AdminSocket.ADMIN ? Math.max(4, Math.min(32, 2 * processors)) : 1;
    }

    private static Thread start(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
