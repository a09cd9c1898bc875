package qubes.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Qubes;
import qubes.testkit.Await;
import qubes.testkit.exam.AdminClient;
import qubes.testkit.exam.InjectService;
import qubes.testkit.exam.PaxExam;
import qubes.testkit.exam.QubesExam;
import qubes.testkit.exam.QubesHome;

/** Jars dropped into the plugins folder of the shipped system, and taken out of it. */
@ExtendWith(PaxExam.class)
class PluginsIT {
    private static final String GREETER = "greeter.jar";
    private static final String PING = "ping.jar";

    @InjectService private Qubes qubes;
    private QubesHome home;
    private AdminClient socket;

    @Configuration
    static Option[] system() throws Exception {
        QubesHome home = QubesHome.create();
        Path offer = Files.createDirectory(home.path().resolve("offer"));
        BuiltBundle.named("greeter").with("Private-Package", "qubes.itest.greeter").in(offer);
        BuiltBundle.named("ping").with("Private-Package", "qubes.itest.ping").in(offer);
        return options(QubesExam.options(home));
    }

    @BeforeEach
    void findSystem(BundleContext context) throws Exception {
        home = QubesHome.of(context);
        socket = new AdminClient(home.socket());
        Await.until("the Admin API is served", () -> Files.exists(home.socket()));
    }

    @AfterEach
    void takeOut(BundleContext context) throws Exception {
        Files.deleteIfExists(home.plugins().resolve(GREETER));
        Await.until("the greeter is gone", () -> find(context, "greeter") == null);
        for (BaseVM vm : qubes.domains()) {
            if (vm.qid() != 0) {
                qubes.remove(vm);
            }
        }
    }

    @Test
    @DisplayName(
            "a dropped jar adds its klass, its Admin API method and its guard to the running system")
    void droppedJarAddsWhatItHolds() throws Exception {
        assertTrue(createGreeter().contains("GreeterVM"), "no such klass before");
        dropGreeter();
        assertEquals("0|", createGreeter());
        assertEquals("0|default=True type=str hello", get("greeting"));
        assertEquals("0|hello", socket.call("greeter.Greet", "hi"));
        assertEquals("0|", socket.call("admin.vm.property.Set+vcpus", "hi", "4"));
        assertTrue(
                socket.call("admin.vm.property.Set+vcpus", "hi", "5")
                        .startsWith("2|QubesValueError||hi: at most 4 processors|"));
    }

    @Test
    @DisplayName(
            "taking the jar out keeps its domains and their text; putting it back brings them back")
    void takenOutJarLeavesItsDomains() throws Exception {
        dropGreeter();
        createGreeter();
        assertEquals("0|", socket.call("admin.vm.property.Set+greeting", "hi", "good day"));
        String stored = Files.readString(home.store());
        Files.delete(home.plugins().resolve(GREETER));
        Await.until(
                "its domain is unavailable", () -> !qubes.domain(new DomainName("hi")).available());
        Await.until(
                "its method is gone", () -> socket.call("greeter.Greet", "hi").startsWith("2|"));

        assertFalse(qubes.klasses().contains("GreeterVM"));
        assertTrue(socket.call("admin.vm.List", "dom0").contains("hi class=GreeterVM state="));
        assertTrue(get("greeting").startsWith("2|QubesVMNotAvailableError||hi: "), get("greeting"));
        assertEquals("0|", socket.call("admin.vm.feature.Set+touched", "dom0", "1"));
        assertEquals("0|", socket.call("admin.vm.feature.Remove+touched", "dom0"));
        assertEquals(stored, Files.readString(home.store()));

        dropGreeter();
        assertEquals("0|default=False type=str good day", get("greeting"));
        assertEquals(stored, Files.readString(home.store()));
    }

    @Test
    @DisplayName("a guard goes with its bundle")
    void guardGoesWithItsBundle(BundleContext context) throws Exception {
        dropGreeter();
        createGreeter();
        assertEquals(
                "0|", socket.call("admin.vm.Create.StandaloneVM", "dom0", "name=alone label=red"));
        assertTrue(socket.call("admin.vm.property.Set+vcpus", "alone", "5").startsWith("2|"));
        find(context, "greeter").stop();
        assertEquals("0|", socket.call("admin.vm.property.Set+vcpus", "alone", "5"));
    }

    @Test
    @DisplayName(
            "a shipped klass can be replaced by a jar in the folder, under a guest that runs on")
    void shippedKlassIsReplaced(BundleContext context) throws Exception {
        assertEquals(
                "0|", socket.call("admin.vm.Create.StandaloneVM", "dom0", "name=alone label=red"));
        assertEquals("0|", socket.call("admin.vm.property.Set+kernel", "alone", ""));
        assertEquals("0|", socket.call("admin.vm.Start", "alone"));
        Bundle shipped = find(context, "qubes.vm.standalonevm");
        Path jar = Path.of(java.net.URI.create(shipped.getLocation()));
        shipped.uninstall();
        String away = socket.call("admin.vm.List", "alone");
        assertTrue(away.startsWith("0|alone class=StandaloneVM state=Running "), away);
        drop(jar, "standalonevm.jar");
        Await.until("the klass is back", () -> qubes.domain(new DomainName("alone")).available());
        String back = socket.call("admin.vm.List", "alone");
        assertTrue(back.startsWith("0|alone class=StandaloneVM state=Running "), back);
        assertEquals("0|", socket.call("admin.vm.Kill", "alone"));
    }

    @Test
    @DisplayName("a stranger's admin.vm.example.Ping comes and goes while the system runs")
    void strangersMethodComesAndGoes() throws Exception {
        assertEquals(
                "0|", socket.call("admin.vm.Create.StandaloneVM", "dom0", "name=alone label=red"));
        String unknown = "2|ProtocolError||no such method: 'admin.vm.example.Ping'|";
        assertEquals(unknown, ping("alone", ""));

        drop(home.path().resolve("offer").resolve(PING), PING);
        Await.until("the method is there", () -> !ping("alone", "").equals(unknown));
        assertEquals("0|pong from alone", ping("alone", ""));
        assertEquals("2|ProtocolError||expected destination to not be AdminVM|", ping("dom0", ""));
        assertEquals("2|ProtocolError||unexpected payload|", ping("alone", "hello"));

        Files.delete(home.plugins().resolve(PING));
        Await.until("the method is gone", () -> ping("alone", "").equals(unknown));
    }

    private String ping(String destination, String payload) throws IOException {
        return socket.call("admin.vm.example.Ping+", destination, payload);
    }

    private String createGreeter() throws IOException {
        return socket.call("admin.vm.Create.GreeterVM", "dom0", "name=hi label=green");
    }

    private String get(String property) throws IOException {
        return socket.call("admin.vm.property.Get+" + property, "hi");
    }

    private void dropGreeter() throws Exception {
        drop(home.path().resolve("offer").resolve(GREETER), GREETER);
        Await.until("the klass is there", () -> qubes.klasses().contains("GreeterVM"));
        Await.until(
                "its method is there",
                () -> !socket.call("greeter.Greet", "dom0").contains("no such method"));
    }

    /** As a package manager does: under its name the jar is there as a whole. */
    private void drop(Path jar, String name) throws IOException {
        Path copy = Files.copy(jar, home.path().resolve("cache").resolve(name));
        Files.move(copy, home.plugins().resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private static Bundle find(BundleContext context, String name) {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElse(null);
    }
}
