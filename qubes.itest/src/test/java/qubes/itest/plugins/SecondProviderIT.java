package qubes.itest.plugins;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.framework.ServiceRegistration;
import qubes.testkit.Await;
import qubes.testkit.Domains;
import qubes.testkit.QubesFixture;
import qubes.testkit.exam.AdminClient;

/** Two services that provide the same: the better one serves, the other waits and takes over. */
class SecondProviderIT {
    private static QubesFixture system;
    private static ProviderKind.Scene scene;

    private final Map<String, ServiceRegistration<?>> provided =
            new HashMap<>(); // name to registration

    /**
     * What comes and goes, and who serves then.
     *
     * @param words such as {@code +old:0 +new:5 -new}: who comes, with which ranking, and who goes
     * @param serves who serves after each step
     */
    private record Turn(String words, String... serves) {
        @Override
        public String toString() {
            return words + " | " + String.join(" ", serves);
        }
    }

    private static final List<Turn> TURNS =
            List.of(
                    new Turn("+a:0 +b:0 -a", "a", "a", "b"),
                    new Turn("+a:0 +b:0 -b", "a", "a", "a"),
                    new Turn("+a:0 +b:5 -b", "a", "b", "a"),
                    new Turn("+a:5 +b:0 -a +a:5", "a", "a", "b", "a"),
                    new Turn("+a:0 +b:0 +c:0 -a -b", "a", "a", "a", "b", "c"),
                    new Turn("+a:0 +b:0 +c:9 -a -c", "a", "a", "c", "c", "b"));

    @BeforeAll
    static void start() throws Exception {
        system = QubesFixture.with();
        Path sockets = Files.createDirectory(system.home().resolve("run"));
        system.felix().configure("qubes.admin", Map.of("socket.dir", sockets.toString()));
        system.felix().start("qubes.admin");
        Path socket = sockets.resolve("qubesd.sock");
        Await.until("the Admin API is served", () -> Files.exists(socket));
        scene = new ProviderKind.Scene(system.qubes(), new AdminClient(socket));
    }

    @AfterAll
    static void stop() {
        system.close();
    }

    @AfterEach
    void takeAway() {
        provided.values().forEach(ServiceRegistration::unregister);
    }

    static Stream<Arguments> everyKindAndTurn() {
        return Stream.of(ProviderKind.values())
                .flatMap(kind -> TURNS.stream().map(turn -> Arguments.of(kind, turn)));
    }

    @ParameterizedTest(name = "{0} | {1}")
    @MethodSource("everyKindAndTurn")
    @DisplayName("kind | who comes, with which ranking, and goes | who serves after each step")
    void bestServes(ProviderKind kind, Turn turn) throws Exception {
        String[] steps = turn.words().split(" ");
        for (int i = 0; i < steps.length; i++) {
            take(kind, steps[i]);
            assertEquals(turn.serves()[i], kind.serves(scene), "after " + steps[i]);
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(ProviderKind.class)
    @DisplayName("who waits is named in the log")
    void clashIsNamed(ProviderKind kind) throws Exception {
        take(kind, "+a:0");
        String log = logged(() -> take(kind, "+b:0"));
        assertEquals(1, log.lines().count(), log);
        assertTrue(log.contains("provided twice") && log.contains("waits"), log);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(
            value = ProviderKind.class,
            names = {"DRIVER", "DEVICE_CLASS", "METHOD", "HYPERVISOR"})
    @DisplayName("clients hear nothing of a handover")
    void handoverIsSilent(ProviderKind kind) throws Exception {
        take(kind, "+a:0");
        kind.serves(scene);
        assertEquals(
                List.of(),
                Domains.heard(
                        scene.qubes(),
                        () -> {
                            take(kind, "+b:0");
                            take(kind, "-a");
                        }));
    }

    private void take(ProviderKind kind, String step) {
        String[] parts = step.substring(1).split(":");
        if (step.startsWith("+")) {
            provided.put(
                    parts[0],
                    kind.provide(system.felix().context(), parts[0], Integer.parseInt(parts[1])));
        } else {
            provided.remove(parts[0]).unregister();
        }
    }

    /** The warnings that {@code action} leaves in the log. */
    private static String logged(Runnable action) {
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            action.run();
        } finally {
            System.setErr(before);
        }
        return log.toString(StandardCharsets.UTF_8);
    }
}
