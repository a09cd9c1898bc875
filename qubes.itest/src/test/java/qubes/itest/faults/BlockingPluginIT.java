package qubes.itest.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Qubes;
import qubes.testkit.Await;
import qubes.testkit.exam.AdminClient;
import qubes.testkit.exam.InjectService;
import qubes.testkit.exam.PaxExam;
import qubes.testkit.exam.QubesExam;
import qubes.testkit.exam.QubesHome;

/** A plugin that holds the model lock, where everybody's changes wait for it. */
@ExtendWith(PaxExam.class)
class BlockingPluginIT {
    private static final String KLASS = "klass qubes.itest.faulty.FaultyVM on ";
    private static final Pattern WORST = Pattern.compile(".* ([0-9.]+)$");

    @InjectService private Qubes qubes;
    private QubesHome home;
    private BundleContext context;
    private Bundle faulty;

    @Configuration
    static Option[] system() throws Exception {
        QubesHome home = QubesHome.create().configure("qubes.admin", "metrics=true");
        Path offer = Files.createDirectory(home.path().resolve("offer"));
        Faulty.named("faulty", Faulty.ALL).in(offer);
        return options(QubesExam.options(home));
    }

    @BeforeEach
    void install(BundleContext bundles) throws Exception {
        context = bundles;
        home = QubesHome.of(context);
        Await.until("the Admin API is served", () -> Files.exists(home.socket()));
        faulty = Faulty.install(context, "faulty");
        faulty.start();
        Await.until("the klass is there", () -> qubes.klasses().contains("FaultyVM"));
        assertEquals("0|", call("admin.vm.Create.StandaloneVM", "dom0", "name=alone label=red"));
        assertEquals("0|", call("admin.vm.Create.FaultyVM", "dom0", "name=sad label=red"));
    }

    @AfterEach
    void uninstall() throws Exception {
        Faulty.work();
        for (BaseVM vm : qubes.domains()) {
            if (vm.qid() != 0) {
                qubes.remove(vm);
            }
        }
        faulty.uninstall();
    }

    @Test
    @DisplayName("a check that blocks: reads go on, changes wait for its end, and it is named")
    void check() throws Exception {
        Faulty.failAt("check", "BLOCK");
        CompletableFuture<String> blocked = later("admin.vm.property.Set+wish", "sad", "x");
        Await.until("it blocks", Faulty::blocks);
        Faulty.work();
        CompletableFuture<String> change = later("admin.vm.feature.Set+x", "alone", "1");
        assertTrue(call("admin.vm.property.Get+wish", "sad", "").endsWith("nothing"));
        assertTrue(call("admin.vm.List", "dom0", "").contains("alone class=StandaloneVM"));
        assertFalse(blocked.isDone() || change.isDone(), "both wait, reads do not");

        String answer = blocked.join();
        assertTrue(
                answer.contains(
                        "Failed: klass qubes.itest.faulty.FaultyVM took too long on"
                                + " property-pre-set:wish"),
                answer);
        assertEquals("0|", change.join());
        assertTrue(call("admin.vm.property.Get+wish", "sad", "").endsWith("nothing"), "refused");
        assertEquals("0|", call("admin.vm.property.Set+wish", "sad", "y"), "it is asked again");

        String row = Shell.plugin(context, "faulty");
        assertTrue(row.contains("held the model lock for "), row);
        assertTrue(row.contains(" ms: " + KLASS + "property-pre-set:wish"), row);
        String time = Shell.time(context, "faulty");
        Matcher worst = WORST.matcher(time.strip());
        assertTrue(worst.matches() && Double.parseDouble(worst.group(1)) > 1900, time);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "handler       | admin.vm.feature.Set+heard alone  | extension qubes.itest.faulty.FaultyExtension on domain-feature-set:heard",
                "guard         | admin.vm.feature.Set+guarded alone | extension qubes.itest.faulty.FaultyExtension on domain-feature-pre-set:guarded",
                "klass handler | admin.vm.feature.Set+klassy sad   | klass qubes.itest.faulty.FaultyVM on domain-feature-set:klassy",
                "check         | admin.vm.property.Set+wish sad    | klass qubes.itest.faulty.FaultyVM on property-pre-set:wish",
            })
    @DisplayName(
            "code that holds the lock for more than 100 ms is a line of the log, and is measured:")
    void slow(String place, String request, String what) throws Exception {
        double heldBefore = metric("qubesd_model_lock_seconds_total");
        double faultsBefore = metric("qubesd_plugin_faults_total");
        Faulty.failAt(place, "SLOW");
        String[] parts = request.split(" ");
        String log = logOf(parts[0], parts[1]);
        assertEquals(
                1,
                log.lines()
                        .filter(
                                line ->
                                        line.contains("Plugin faulty held the model lock for 1")
                                                && line.endsWith(" ms: " + what))
                        .count(),
                log);
        double held = metric("qubesd_model_lock_seconds_total") - heldBefore;
        assertTrue(held >= 0.15 && held < 2, held + " s");
        assertEquals(1, metric("qubesd_plugin_faults_total") - faultsBefore);
    }

    @Test
    @DisplayName("what a plugin's code throws is counted among its faults")
    void faults() throws Exception {
        double before = metric("qubesd_plugin_faults_total");
        Faulty.failAt("klass handler", "NPE");
        for (int i = 0; i < 3; i++) {
            assertTrue(call("admin.vm.feature.Set+klassy", "sad", "1").contains("Failed: "));
        }
        assertEquals(3, metric("qubesd_plugin_faults_total") - before);
    }

    /** What scrapers are told of the plugin; 0 before it is in the account. */
    private double metric(String name) throws Exception {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(
                    UnixDomainSocketAddress.of(
                            home.socket().resolveSibling("qubesd.metrics.sock")));
            channel.write(
                    ByteBuffer.wrap(
                            "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                    .getBytes(StandardCharsets.UTF_8)));
            String page =
                    new String(
                            Channels.newInputStream(channel).readAllBytes(),
                            StandardCharsets.UTF_8);
            assertTrue(page.startsWith("HTTP/1.1 200 OK"), page);
            String line = name + "{bundle=\"faulty\"} ";
            return page.lines()
                    .filter(it -> it.startsWith(line))
                    .mapToDouble(it -> Double.parseDouble(it.substring(line.length())))
                    .findFirst()
                    .orElse(0);
        }
    }

    private String logOf(String method, String destination) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setOut(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            assertEquals("0|", call(method, destination, "1"));
        } finally {
            System.setOut(before);
        }
        return log.toString(StandardCharsets.UTF_8);
    }

    private CompletableFuture<String> later(String method, String destination, String payload) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return call(method, destination, payload);
                    } catch (Exception e) {
                        throw new CompletionException(e);
                    }
                });
    }

    private String call(String method, String destination, String payload) throws Exception {
        return new AdminClient(home.socket()).call(method, destination, payload);
    }
}
