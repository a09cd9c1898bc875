package qubes.itest.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
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

/** A plugin that throws, in each of its callbacks: contained, named, and no harm to others. */
@ExtendWith(PaxExam.class)
class FaultyPluginIT {
    @InjectService private Qubes qubes;
    private QubesHome home;
    private BundleContext context;
    private Bundle faulty;

    @Configuration
    static Option[] system() throws Exception {
        QubesHome home = QubesHome.create();
        Path offer = Files.createDirectory(home.path().resolve("offer"));
        Faulty.named("faulty", Faulty.ALL).in(offer);
        return options(QubesExam.options(home));
    }

    @BeforeEach
    void install(BundleContext bundles) throws Exception {
        context = bundles;
        home = QubesHome.of(context);
        Await.until("the Admin API is served", () -> Files.exists(home.socket()));
        call("admin.vm.Create.StandaloneVM", "dom0", "name=alone label=red");
        faulty = Faulty.install(context, "faulty");
    }

    @AfterEach
    void uninstall() throws Exception {
        Faulty.work();
        if (faulty.getState() != Bundle.UNINSTALLED) {
            faulty.uninstall();
        }
        for (BaseVM vm : qubes.domains()) {
            if (vm.qid() != 0) {
                qubes.remove(vm);
            }
        }
        if (qubes.pools().find("bad").isPresent()) {
            qubes.pools().remove("bad");
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "traits        | LINKAGE   |                                              |",
                "traits        | OWN       |                                              |",
                "traits        | CLASH     |                                              | property label is declared already",
                "subscribe     | LINKAGE   |                                              |",
                "subscribe     | OVERFLOW  |                                              |",
                "driverName    | LINKAGE   |                                              |",
                "deviceClass   | ASSERTION |                                              |",
                "handler       | NPE       | admin.vm.feature.Set+heard alone             | 0",
                "handler       | LINKAGE   | admin.vm.feature.Set+heard alone             | 0",
                "handler       | OVERFLOW  | admin.vm.feature.Set+heard alone             | 0",
                "handler       | ASSERTION | admin.vm.feature.Set+heard alone             | 0",
                "handler       | OWN       | admin.vm.feature.Set+heard alone             | 0",
                "guard         | NPE       | admin.vm.feature.Set+guarded alone           | Refused: extension qubes.itest.faulty.FaultyExtension",
                "guard         | LINKAGE   | admin.vm.feature.Set+guarded alone           | Refused: extension qubes.itest.faulty.FaultyExtension",
                "prepare       | LINKAGE   | admin.vm.Create.FaultyVM dom0 name=a label=red | Plugin faulty failed: java.lang.NoClassDefFoundError",
                "create        | NPE       | admin.vm.Create.FaultyVM dom0 name=a label=red | Plugin faulty failed: java.lang.NullPointerException",
                "create        | OWN       | admin.vm.Create.FaultyVM dom0 name=a label=red | Plugin faulty failed: qubes.itest.faulty.Fault$OwnException",
                "default       | LINKAGE   | admin.vm.property.Get+wish sad               | The default of property 'wish' of sad failed",
                "default       | NPE       | admin.vm.property.Get+wish sad               | The default of property 'wish' of sad failed",
                "check         | LINKAGE   | admin.vm.property.Set+wish sad x             | Failed: klass qubes.itest.faulty.FaultyVM failed on property-pre-set:wish",
                "check         | OWN       | admin.vm.property.Set+wish sad x             | Failed: klass qubes.itest.faulty.FaultyVM failed on property-pre-set:wish",
                "klass handler | NPE       | admin.vm.feature.Set+klassy sad              | Failed: klass qubes.itest.faulty.FaultyVM failed on domain-feature-set:klassy",
                "klass handler | OVERFLOW  | admin.vm.feature.Set+klassy sad              | Failed: klass qubes.itest.faulty.FaultyVM failed on domain-feature-set:klassy",
                "config        | LINKAGE   | admin.pool.Add+faulty dom0 name=bad          | Plugin faulty failed: java.lang.NoClassDefFoundError",
                "open          | OWN       | admin.pool.Add+faulty dom0 name=bad          | Plugin faulty failed",
                "setup         | ASSERTION | admin.pool.Add+faulty dom0 name=bad          | Plugin faulty failed: java.lang.AssertionError",
                "exposed       | LINKAGE   | admin.vm.device.faulty.Available dom0        | Plugin faulty failed: java.lang.NoClassDefFoundError",
                "attached      | NPE       | admin.vm.device.faulty.Attached alone        | Plugin faulty failed: java.lang.NullPointerException",
                "method traits | LINKAGE   | faulty.Call.x alone                          | no such method",
                "covers        | LINKAGE   | faulty.Call.x alone                          | Plugin faulty failed: java.lang.NoClassDefFoundError",
                "call          | LINKAGE   | faulty.Call.x alone                          | Plugin faulty failed: java.lang.NoClassDefFoundError",
                "call          | OVERFLOW  | faulty.Call.x alone                          | Plugin faulty failed: java.lang.StackOverflowError",
                "call          | OWN       | faulty.Call.x alone                          | Plugin faulty failed: qubes.itest.faulty.Fault$OwnException",
            })
    @DisplayName("a plugin that throws is named, its caller gets a clear error, the rest goes on:")
    void throwing(String place, String kind, String request, String answer) throws Exception {
        long before = Faulty.faults(qubes, "faulty");
        boolean whileItComes = request == null || place.equals("method traits");
        if (whileItComes) {
            Faulty.failAt(place, kind);
        }
        faulty.start();
        if (request != null) {
            Await.until("the klass is there", () -> qubes.klasses().contains("FaultyVM"));
            String[] parts = request.split(" ", 3);
            if (parts[1].equals("sad")) {
                assertEquals("0|", call("admin.vm.Create.FaultyVM", "dom0", "name=sad label=red"));
            }
            Faulty.failAt(place, kind);
            String got = call(parts[0], parts[1], parts.length > 2 ? parts[2] : "");
            assertTrue(answer.equals("0") ? got.equals("0|") : got.contains(answer), got);
        }
        Await.until("it is counted", () -> Faulty.faults(qubes, "faulty") > before);
        String row = Shell.plugin(context, "faulty");
        assertTrue(row.contains("last: ") || row.contains("failed once: "), row);
        assertTrue(request != null || answer == null || row.contains(answer), row);
        assertEquals("0|", call("admin.vm.feature.Set+x", "alone", "1"));
        Faulty.work();
        faulty.uninstall();
        assertEquals("0|", call("admin.vm.feature.Set+x", "alone", "2"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"activate", "deactivate"})
    @DisplayName("a component that throws as it comes or goes takes nothing else with it:")
    void comingAndGoing(String place) throws Exception {
        Faulty.failAt(place, "LINKAGE");
        faulty.start();
        Await.until("its method is there", () -> call("faulty.Call.x", "alone", "").equals("0|"));
        if (place.equals("activate")) {
            String row = Shell.plugin(context, "faulty");
            assertTrue(row.contains("NoClassDefFoundError: a/Missing"), row);
        }
        faulty.stop();
        assertTrue(call("faulty.Call.x", "alone", "").contains("no such method"));
        assertEquals("0|", call("admin.vm.feature.Set+x", "alone", "1"));
    }

    private String call(String method, String destination, String payload) throws Exception {
        return new AdminClient(home.socket()).call(method, destination, payload);
    }
}
