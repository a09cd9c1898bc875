package qubes.itest.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

/** What a guest needs throws: its disks, or the hypervisor it runs on. */
@ExtendWith(PaxExam.class)
class FaultyGuestIT {
    private static final String NONE = "0|";

    @InjectService private Qubes qubes;
    private final List<Bundle> installed = new ArrayList<>();
    private QubesHome home;
    private BundleContext context;

    @Configuration
    static Option[] system() throws Exception {
        QubesHome home = QubesHome.create();
        Path offer = Files.createDirectory(home.path().resolve("offer"));
        Faulty.named("disks", "qubes.itest.faulty.FaultyDriver").in(offer);
        Faulty.named("guests", "qubes.itest.faulty.FaultyGuests")
                .with("Private-Package", "qubes.itest.faulty,qubes.testkit.hypervisor")
                .with(
                        "Import-Package",
                        "!qubes.testkit.*,!org.junit.*,!org.opentest4j.*,!org.jspecify.annotations,*")
                .in(offer);
        return options(QubesExam.options(home));
    }

    @BeforeEach
    void findSystem(BundleContext bundles) throws Exception {
        context = bundles;
        home = QubesHome.of(context);
        Await.until("the Admin API is served", () -> Files.exists(home.socket()));
    }

    @AfterEach
    void clear() throws Exception {
        Faulty.work();
        for (BaseVM vm : qubes.domains()) {
            if (vm.qid() != 0) {
                call("admin.vm.Kill", vm.name().value(), "");
                qubes.remove(vm);
            }
        }
        for (String pool : List.of("bad", "worse")) {
            qubes.pools().remove(pool);
        }
        for (Bundle bundle : installed) {
            bundle.uninstall();
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "newVid           | LINKAGE   | admin.vm.CreateInPool.StandaloneVM dom0 name=new label=red pool=bad | Plugin disks failed: java.lang.NoClassDefFoundError",
                "volume           | NPE       | admin.vm.volume.Info+private alone        | Plugin disks failed: java.lang.NullPointerException",
                "volume create    | LINKAGE   | admin.vm.CreateInPool.StandaloneVM dom0 name=new label=red pool=bad | Plugin disks failed: java.lang.NoClassDefFoundError",
                "volume size      | OWN       | admin.vm.volume.Info+private alone        | Plugin disks failed: qubes.itest.faulty.Fault$OwnException",
                "volume usage     | LINKAGE   | admin.vm.volume.Info+private alone        | Plugin disks failed: java.lang.NoClassDefFoundError",
                "volume revisions | ASSERTION | admin.vm.volume.ListSnapshots+private alone | Plugin disks failed: java.lang.AssertionError",
                "volume resize    | NPE       | admin.vm.volume.Resize+private alone 4294967296 | Plugin disks failed: java.lang.NullPointerException",
                "volume verify    | OVERFLOW  | admin.vm.Start alone                      | Plugin disks failed: java.lang.StackOverflowError",
                "volume start     | LINKAGE   | admin.vm.Start alone                      | Plugin disks failed: java.lang.NoClassDefFoundError",
                "volume block     | OWN       | admin.vm.Start alone                      | Plugin disks failed: qubes.itest.faulty.Fault$OwnException",
                "volume remove    | LINKAGE   | admin.vm.Remove alone                     | 0",
                "volume stop      | ASSERTION | admin.vm.Remove alone                     | 0",
                "sizeBytes        | NPE       | admin.pool.Info+bad dom0                  | Plugin disks failed: java.lang.NullPointerException",
                "close            | LINKAGE   | admin.pool.Remove+worse dom0              | 0",
                "close            | OVERFLOW  | admin.pool.Remove+worse dom0              | 0",
            })
    @DisplayName("disks that throw are named, their caller gets a clear error, the rest goes on:")
    void disks(String place, String kind, String request, String answer) throws Exception {
        install("disks").start();
        Await.until(
                "there are such pools",
                () -> call("admin.pool.Add+faulty", "dom0", "name=bad").equals(NONE));
        assertEquals(NONE, call("admin.pool.Add+faulty", "dom0", "name=worse"));
        qubes.pools().open("worse");
        create("alone", "admin.vm.CreateInPool.StandaloneVM", " pool=bad");
        create("other", "admin.vm.Create.StandaloneVM", "");
        told("disks", place, kind, request, answer);
        assertEquals(NONE, call("admin.vm.Start", "other", ""));
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "create   | LINKAGE   | admin.vm.Start alone    | Plugin guests failed: java.lang.NoClassDefFoundError",
                "create   | OWN       | admin.vm.Start alone    | Plugin guests failed: qubes.itest.faulty.Fault$OwnException",
                "resume   | NPE       | admin.vm.Start alone    | Plugin guests failed: java.lang.NullPointerException",
                "pause    | ASSERTION | admin.vm.Pause other    | Plugin guests failed: java.lang.AssertionError",
                "shutdown | LINKAGE   | admin.vm.Shutdown other | Plugin guests failed: java.lang.NoClassDefFoundError",
                "state    | NPE       | admin.vm.CurrentState other | Plugin guests failed: java.lang.NullPointerException",
                "destroy  | OVERFLOW  | admin.vm.Kill other     | Plugin guests failed: java.lang.StackOverflowError",
            })
    @DisplayName(
            "a hypervisor that throws is named, its caller gets a clear error, the rest goes on:")
    void hypervisor(String place, String kind, String request, String answer) throws Exception {
        install("guests").start();
        Await.until("it serves", () -> kind().equals("memory"));
        create("alone", "admin.vm.Create.StandaloneVM", "");
        create("other", "admin.vm.Create.StandaloneVM", "");
        assertEquals(NONE, call("admin.vm.Start", "other", ""));
        told("guests", "hypervisor " + place, kind, request, answer);
        assertEquals(NONE, call("admin.vm.Start", "alone", ""), "all is well when it works again");
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"listen, LINKAGE", "listen, OWN", "kind, NPE"})
    @DisplayName("a hypervisor that throws as it comes is left out, until it leaves:")
    void hypervisorThatComes(String place, String kind) throws Exception {
        create("alone", "admin.vm.Create.StandaloneVM", "");
        Faulty.failAt("hypervisor " + place, kind);
        install("guests").start();
        Await.until("it is told", () -> row("guests").contains("arrival of a hypervisor in "));
        String answer = call("admin.vm.Start", "alone", "");
        assertTrue(answer.contains("No installed bundle provides a hypervisor"), answer);
        assertEquals(NONE, call("admin.vm.feature.Set+x", "alone", "1"));
        installed.remove(0).uninstall();
        Await.until("the other serves again", () -> qubes.findHypervisor().isPresent());
        assertEquals(NONE, call("admin.vm.Start", "alone", ""));
    }

    private void told(String plugin, String place, String kind, String request, String answer)
            throws Exception {
        long before = Faulty.faults(qubes, plugin);
        Faulty.failAt(place, kind);
        String[] parts = request.split(" ", 3);
        String got = call(parts[0], parts[1], parts.length > 2 ? parts[2] : "");
        assertTrue(answer.equals("0") ? got.equals(NONE) : got.contains(answer), got);
        Await.until("it is counted", () -> Faulty.faults(qubes, plugin) > before);
        String row = row(plugin);
        assertTrue(row.contains("last: ") || row.contains("failed once: "), row);
        Faulty.work();
        assertEquals(NONE, call("admin.vm.feature.Set+x", "dom0", "1"));
    }

    private void create(String name, String method, String more) throws Exception {
        assertEquals(NONE, call(method, "dom0", "name=" + name + " label=red" + more));
        assertEquals(NONE, call("admin.vm.property.Set+kernel", name, ""));
    }

    private Bundle install(String name) throws Exception {
        Bundle bundle = Faulty.install(context, name);
        installed.add(bundle);
        return bundle;
    }

    private String kind() {
        return qubes.findHypervisor().map(it -> it.kind()).orElse("none");
    }

    private String row(String name) throws Exception {
        return Shell.plugin(context, name);
    }

    private String call(String method, String destination, String payload) throws Exception {
        return new AdminClient(home.socket()).call(method, destination, payload);
    }
}
