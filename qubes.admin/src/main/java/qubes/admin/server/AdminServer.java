package qubes.admin.server;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.admin.Dispatcher;
import qubes.admin.Methods;
import qubes.admin.metrics.Instruments;
import qubes.admin.metrics.MetricsPage;
import qubes.admin.policy.CallCheck;
import qubes.core.admin.AdminSocket;
import qubes.core.error.QubesException;
import qubes.core.vm.Qubes;

/**
 * The daemon's three sockets, there from activation to deactivation; all of them or none. With
 * {@code start.cardinality.minimum=1} in its settings it waits until the daemon has started all
 * that is to start, so that who calls finds it.
 */
@Component(
        service = AdminServer.class,
        immediate = true,
        configurationPid = "qubes.admin",
        reference =
                @Reference(
                        name = "start",
                        service = Object.class,
                        cardinality = ReferenceCardinality.OPTIONAL,
                        target = "(qubes.started=true)"))
@Designate(ocd = AdminServer.Config.class)
public final class AdminServer {
    /** Where the Admin API is served, and how much callers may take. */
    @ObjectClassDefinition(name = "Qubes Admin API")
    public @interface Config {
        @AttributeDefinition(name = "Socket folder", description = "Folder of the three sockets")
        String socket_dir() default "/var/run";

        @AttributeDefinition(name = "Debug", description = "Send stack traces to callers")
        boolean debug() default false;

        @AttributeDefinition(
                name = "Log calls",
                description = "Log every call, also those of dom0; those of others always are")
        boolean log_calls() default false;

        @AttributeDefinition(
                name = "Connections",
                description = "Open connections at most, event subscribers included")
        int max_connections() default 4096;

        @AttributeDefinition(
                name = "Silence",
                description =
                        "Seconds after which a caller that stopped in the middle of a request, or of reading its answer, is cut off; 0 for never, it then makes room only when there are too many")
        int silence_seconds() default 30;

        @AttributeDefinition(
                name = "Half-sent requests",
                description =
                        "Bytes that requests may take that have not come in full, all together; those silent for longest make room")
        int partial_bytes() default 32 << 20;

        @AttributeDefinition(
                name = "Deadline",
                description =
                        "Seconds after which a caller gets an error if its call waits for no guest or volume and is not done; 0 for never")
        int deadline_seconds() default 10;

        @AttributeDefinition(
                name = "Backlog",
                description =
                        "Bytes that may wait for an event subscriber that does not read, before it is cut off")
        int subscriber_backlog() default 1 << 20;

        @AttributeDefinition(
                name = "Waiting",
                description =
                        "Bytes that may wait for all callers and subscribers that do not read, together; those that took nothing for longest are cut off")
        int waiting_bytes() default 96 << 20;

        @AttributeDefinition(
                name = "Metrics",
                description =
                        "Serve metrics in Prometheus' text format, over HTTP, on qubesd.metrics.sock in the socket folder")
        boolean metrics() default false;

        @AttributeDefinition(
                name = "Metrics port",
                description = "Serve them on this port of the loopback interface too; 0 for none")
        int metrics_port() default 0;
    }

    private static final Logger log = LoggerFactory.getLogger(AdminServer.class);
    private static final long GOODBYE_MILLIS = 2000;

    private final Map<AdminSocket, SocketFile> sockets =
            new EnumMap<>(AdminSocket.class); // socket to its file
    private final List<Closeable> metrics = new ArrayList<>(); // sockets
    private final Answers answers;
    private final Crew crew;
    private final Stragglers stragglers;
    private final Outbox outbox;

    /**
     * Listens on all sockets.
     *
     * @throws QubesException if one of them is taken; none is left behind
     */
    @Activate
    public AdminServer(
            @Reference Qubes qubes,
            @Reference Methods methods,
            @Reference CallCheck check,
            Config config) {
        Limits limits =
                new Limits(
                        OpenFiles.within(config.max_connections()),
                        config.partial_bytes(),
                        Duration.ofSeconds(config.silence_seconds()),
                        Duration.ofSeconds(config.deadline_seconds()),
                        config.subscriber_backlog(),
                        config.waiting_bytes());
        Connections connections = new Connections(limits.connections());
        listen(Path.of(config.socket_dir()));
        try {
            outbox = new Outbox(connections, limits, qubes.plugins());
            List<CallListener> listeners = new ArrayList<>();
            listeners.add(new CallLog(config.log_calls()));
            Optional<Measured> measured = Optional.empty();
            if (config.metrics() || config.metrics_port() != 0) {
                measured = Optional.of(serveMetrics(config));
                measured.ifPresent(listeners::add);
            }
            answers =
                    new Answers(
                            new Dispatcher(qubes, methods, check),
                            connections,
                            outbox,
                            limits,
                            config.debug(),
                            listeners,
                            qubes.plugins());
            stragglers = new Stragglers(connections, limits, answers::answerElsewhere);
            measured.ifPresent(
                    all -> all.watch(connections, stragglers, outbox, answers, qubes.plugins()));
            crew = new Crew(connections, stragglers, answers, answers.watch());
            start("admin-outbox", outbox);
            start("admin-stragglers", stragglers);
            start("admin-watch", answers.watch());
            sockets.forEach(
                    (socket, file) -> {
                        for (int i = 0; i < workers(socket); i++) {
                            crew.start(file.channel(), socket);
                        }
                    });
        } catch (IOException e) {
            closeSockets();
            throw new QubesException("The Admin API is not served: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            closeSockets();
            throw e;
        }
        log.info("Admin API served in {}", config.socket_dir());
    }

    @Deactivate
    void deactivate() {
        closeSockets();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GOODBYE_MILLIS);
        for (Thread worker : crew.threads()) {
            try {
                worker.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        stragglers.close();
        answers.lanes().close();
        answers.watch().close();
        outbox.close();
        log.info("Admin API no longer served");
    }

    private Measured serveMetrics(Config config) throws IOException {
        Instruments instruments = new Instruments();
        if (config.metrics()) {
            SocketFile file =
                    SocketFile.listen(Path.of(config.socket_dir()), "qubesd.metrics.sock");
            metrics.add(file);
            start("admin-metrics", new MetricsPage(file.channel(), instruments));
        }
        if (config.metrics_port() != 0) {
            ServerSocketChannel port = ServerSocketChannel.open();
            metrics.add(port);
            port.bind(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), config.metrics_port()));
            start("admin-metrics-port", new MetricsPage(port, instruments));
        }
        return new Measured(instruments);
    }

    private void closeSockets() {
        sockets.values().forEach(SocketFile::close);
        for (Closeable open : metrics) {
            try {
                open.close();
            } catch (IOException e) {
                log.warn("A socket of the metrics could not be closed", e);
            }
        }
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

    private static void start(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
    }
}
