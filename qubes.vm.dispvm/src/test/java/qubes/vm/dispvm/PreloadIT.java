package qubes.vm.dispvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qubes.testkit.Domains.create;
import static qubes.testkit.Domains.set;
import static qubes.testkit.Domains.value;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.error.QubesException;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Network;
import qubes.core.vm.PowerState;
import qubes.core.vm.QubesVM;
import qubes.testkit.Await;

class PreloadIT {
    private PreloadSystem system;

    @BeforeEach
    void start() throws Exception {
        system = new PreloadSystem();
    }

    @AfterEach
    void stop() throws Exception {
        system.close();
    }

    private Optional<QubesVM> ask(boolean preload) {
        return system.disposables().create(system.dvm(), preload);
    }

    @Test
    @DisplayName("preload with max 0: nothing is created")
    void noRoom() throws Exception {
        assertEquals(Optional.empty(), ask(true));
        assertEquals(3, system.qubes().domains().size());
        assertFalse(system.heard().contains("- domain-add"));
    }

    @Test
    @DisplayName("of a domain that is no disposable template none is made")
    void noTemplate() {
        BaseVM tiny = system.vm("tiny");
        assertThrows(QubesException.class, () -> system.disposables().create(tiny, false));
        assertThrows(QubesException.class, () -> system.disposables().create(tiny, true));
        assertThrows(QubesException.class, () -> system.disposables().fill(tiny, "asked"));
    }

    @Test
    @DisplayName("max 1: one is started, paused, hidden and listed")
    void one() throws Exception {
        String name = system.preload(1).get(0);
        QubesVM vm = system.guest(name);
        assertEquals("disp" + value(vm, "dispid"), name);
        assertEquals("True", value(vm, "is_preload"));
        assertEquals("True", value(vm, "auto_cleanup"));
        assertEquals("1", system.feature(vm, "internal"));
        assertEquals("1", system.feature(vm, "preload-dispvm-completed"));
        assertEquals("", system.feature(vm, "preload-dispvm-in-progress"));
        assertEquals(PowerState.PAUSED, vm.powerState());
        assertEquals(1, system.heard().stream().filter((name + " domain-start")::equals).count());
        assertEquals(Optional.empty(), ask(true), "there is no room for another");
    }

    @Test
    @DisplayName("a preload by hand fills room that is there, and returns the new one")
    void byHand() throws Exception {
        system.feature("dvm", "preload-dispvm-max=1");
        system.awaitPreloaded(1);
        system.feature("dvm", "preload-dispvm-max=2");
        system.awaitPreloaded(2);
        assertEquals(Optional.empty(), ask(true));
    }

    @Test
    @DisplayName("listeners hear of the fill before what it leads to")
    void order() throws Exception {
        String name = system.preload(1).get(0);
        List<String> heard = system.heard();
        system.awaitHeard(name + " domain-start");
        int set = heard.indexOf("dvm domain-feature-set:preload-dispvm-max");
        int fill = heard.indexOf("dvm domain-preload-dispvm-start");
        int add = heard.indexOf("- domain-add");
        int listed = heard.indexOf("dvm domain-feature-set:preload-dispvm");
        int reset = heard.indexOf(name + " property-reset:is_preload");
        int made = heard.indexOf(name + " domain-create-on-disk");
        assertTrue(
                0 <= set
                        && set < fill
                        && fill < add
                        && add < reset
                        && reset < listed
                        && listed < made,
                heard.toString());
    }

    @Test
    @DisplayName("who asks gets the preloaded one, running, and another takes its place")
    void handedOver() throws Exception {
        String name = system.preload(1).get(0);
        QubesVM vm = ask(false).orElseThrow();
        assertSame(system.vm(name), vm);
        assertNotEquals(PowerState.PAUSED, vm.powerState());
        assertTrue(vm.isRunning());
        assertEquals("False", value(vm, "is_preload"));
        assertFalse(vm.features().containsKey("internal"));
        assertFalse(vm.features().containsKey("preload-dispvm-in-progress"));
        assertEquals(List.of(), system.queue("dvm"));
        assertTrue(system.heard().contains("dvm domain-preload-dispvm-start"));
        system.awaitHeard("dvm domain-preload-dispvm-used");
        assertEquals(List.of(Duration.ofSeconds(3)), system.clock().delays());
        system.clock().elapse();
        assertNotEquals(List.of(name), system.awaitPreloaded(1));
    }

    @Test
    @DisplayName("another netvm chosen while it waited is told of when it is used")
    void netvmChosenWhileWaiting() throws Exception {
        QubesVM waiting = system.guest(system.preload(1).get(0));
        waiting.set(Network.NETVM, Optional.empty());
        assertEquals("", system.feature(waiting, "deferred-netvm-original"));
        system.heard().clear();
        QubesVM used = ask(false).orElseThrow();
        assertSame(waiting, used);
        assertFalse(used.features().containsKey("deferred-netvm-original"));
        system.awaitHeard(used + " property-pre-set:netvm");
    }

    @Test
    @DisplayName("a disposable stays hidden when it is used, if its template is")
    void hiddenTemplate() throws Exception {
        system.feature("dvm", "internal=1");
        system.preload(1);
        assertEquals("1", system.feature(ask(false).orElseThrow(), "internal"));
    }

    @Test
    @DisplayName("max 1, empty queue: the gap is to be filled in 5 s, then one is made as usual")
    void emptyQueue() throws Exception {
        system.preload(1);
        ask(false);
        system.clock().elapse();
        system.awaitPreloaded(1);
        system.feature("dvm", "preload-dispvm-delay=-1");
        ask(false);
        system.awaitHeard("dvm domain-preload-dispvm-used");
        assertEquals(List.of(Duration.ofSeconds(1)), system.clock().delays());
        system.settle();
        system.heard().clear();
        QubesVM made = ask(false).orElseThrow();
        assertFalse(made.isRunning(), "an ordinary one is not started");
        assertEquals("True", value(made, "auto_cleanup"));
        assertEquals("False", value(made, "is_preload"));
        system.awaitHeard(made + " domain-create-on-disk");
        List<String> heard = system.heard();
        assertTrue(
                heard.indexOf("dvm domain-preload-dispvm-start")
                        < heard.indexOf(made + " domain-create-on-disk"),
                heard.toString());
        assertEquals(2, heard.stream().filter("dvm domain-preload-dispvm-start"::equals).count());
        assertEquals(Duration.ofSeconds(5), system.clock().delays().get(1));
    }

    @Test
    @DisplayName("negative delay: refilled only once the queue is empty")
    void negativeDelay() throws Exception {
        system.preload(2);
        system.feature("dvm", "preload-dispvm-delay=-3.5");
        ask(false);
        system.settle();
        assertEquals(List.of(), system.clock().delays());
        ask(false);
        assertEquals(List.of(Duration.ofMillis(3500)), system.clock().delays());
    }

    @Test
    @DisplayName("delay 0: refilled at once")
    void noDelay() throws Exception {
        system.feature("dom0", "preload-dispvm-delay=0");
        String first = system.preload(1).get(0);
        ask(false);
        Await.until("another one", () -> !system.awaitPreloaded(1).contains(first));
        assertEquals(List.of(), system.clock().delays());
    }

    @Test
    @DisplayName("one unpaused by hand is used: it leaves the queue")
    void unpaused() throws Exception {
        String name = system.preload(1).get(0);
        system.feature("tiny", "qrexec=");
        system.guest(name).unpause();
        assertEquals("False", value(system.vm(name), "is_preload"));
        assertEquals(List.of(), system.queue("dvm"));
        assertEquals("", system.feature(system.vm(name), "preload-dispvm-in-progress"));
        assertEquals("null", system.feature(system.vm(name), "internal"));
        system.awaitHeard("dvm domain-preload-dispvm-used");
    }

    @Test
    @DisplayName("a paused preloaded one can be shut down without force, and is removed")
    void shutDown() throws Exception {
        String name = system.preload(1).get(0);
        system.guest(name).shutdown(false, true);
        system.awaitGone(name);
        assertEquals(List.of(), system.queue("dvm"));
    }

    @Test
    @DisplayName("one that does not start is removed and leaves the queue")
    void failedStart() throws Exception {
        system.fixture().hypervisor().failCreate(Optional.of("no memory"));
        system.feature("dvm", "preload-dispvm-max=1");
        Await.until(
                "a start failed",
                () -> system.heard().stream().anyMatch(w -> w.endsWith("domain-start-failed")));
        Await.until("it is gone", () -> system.qubes().domains().size() == 3);
        assertEquals(List.of(), system.queue("dvm"));
    }

    @Test
    @DisplayName("a smaller maximum takes effect: the oldest stay")
    void smallerMaximum() throws Exception {
        List<String> names = system.preload(2);
        system.feature("dvm", "preload-dispvm-max=1");
        system.awaitGone(names.get(1));
        assertEquals(names.subList(0, 1), system.queue("dvm"));
        system.feature("dvm", "preload-dispvm-max");
        system.awaitGone(names.get(0));
        assertEquals(List.of(), system.queue("dvm"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "'', {}",
        "debug=True, {properties=[debug]}",
        "debug=False, {}",
        "netvm=net, '{properties=[dns, visible_netmask, netvm]}'",
        "autostart=True, {}",
        "include_in_backups=True, {}",
        "vcpus=5, {properties=[vcpus]}",
    })
    @DisplayName("what differs from the template makes a preloaded disposable outdated")
    void whatIsOutdated(String difference, String expected) throws Exception {
        create(system.qubes(), "AppVM", "net", "template=tiny", "provides_network=True");
        system.guest("net").start();
        BaseVM vm = system.vm(system.preload(1).get(0));
        if (!difference.isEmpty()) {
            set(vm, difference);
        }
        assertEquals(expected, system.disposables().outdated(vm).toString());
        assertEquals(expected.equals("{}"), ask(false).orElseThrow() == vm);
        assertEquals(Map.of(), system.disposables().outdated(system.dvm()));
    }

    @Test
    @DisplayName("debug is not the template's: outdated, another one is made and it goes after 2 s")
    void outdated() throws Exception {
        String name = system.preload(1).get(0);
        set(system.vm(name), "debug=True");
        QubesVM other = ask(false).orElseThrow();
        assertNotEquals(name, other.subjectName());
        assertEquals(List.of(), system.queue("dvm"));
        assertTrue(system.clock().delays().contains(Duration.ofSeconds(2)));
        system.clock().elapse();
        system.awaitGone(name);
    }

    @Test
    @DisplayName("a change that makes them outdated replaces them after 30 s, others leave them")
    void refreshed() throws Exception {
        String name = system.preload(1).get(0);
        system.clock().elapse();
        set(system.dvm(), "autostart=True");
        set(system.dvm(), "include_in_backups=False");
        set(system.dvm(), "debug=False");
        system.settle();
        assertEquals(List.of(name), system.queue("dvm"));
        set(system.dvm(), "debug=True");
        system.awaitGone(name);
        Await.until("a refill waits", () -> !system.clock().delays().isEmpty());
        assertEquals(List.of(Duration.ofSeconds(30)), system.clock().delays());
        system.clock().elapse();
        String fresh = system.awaitPreloaded(1).get(0);
        assertEquals("True", value(system.vm(fresh), "debug"));
    }

    @Test
    @DisplayName("template or its TemplateVM shut down after a change: replaced after 4 s")
    void templateShutDown() throws Exception {
        String name = system.preload(1).get(0);
        for (String template : List.of("tiny", "dvm")) {
            QubesVM vm = system.guest(template);
            vm.start();
            set(system.vm(name), "debug=True");
            vm.shutdown(false, true);
            system.awaitGone(name);
            Await.until("a refill waits", () -> !system.clock().delays().isEmpty());
            assertEquals(List.of(Duration.ofSeconds(4)), system.clock().delays());
            system.clock().elapse();
            name = system.awaitPreloaded(1).get(0);
        }
    }

    @Test
    @DisplayName("removing the template removes what is preloaded of it")
    void templateRemoved() throws Exception {
        String name = system.preload(1).get(0);
        QubesVM used = (QubesVM) create(system.qubes(), "DispVM", "used", "template=dvm");
        assertThrows(QubesException.class, () -> system.qubes().remove(system.dvm()));
        system.qubes().remove(used);
        system.qubes().remove(system.dvm());
        assertEquals(Optional.empty(), system.find(name));
        assertEquals(Optional.empty(), system.find("dvm"));
    }

    @Test
    @DisplayName("a restart keeps what waits and removes what was left half done")
    void restart() throws Exception {
        system.feature("dvm", "preload-dispvm-delay=-1");
        List<String> names = system.preload(3);
        for (String half : names.subList(1, 3)) {
            system.vm(half).features().set("preload-dispvm-in-progress", true);
        }
        create(system.qubes(), "DispVM", "plain", "template=dvm");
        create(system.qubes(), "DispVM", "ran", "template=dvm");
        system.feature("ran", "preload-dispvm-completed=1");
        system.restart(PreloadIT::withNobodyListed);
        for (String gone : List.of(names.get(1), names.get(2), "ran")) {
            system.awaitGone(gone);
        }
        assertEquals(names.subList(0, 1), system.queue("dvm"));
        assertEquals(PowerState.PAUSED, system.guest(names.get(0)).powerState());
        assertTrue(system.find("plain").isPresent());
        assertEquals(names.get(0), ask(false).orElseThrow().subjectName());
    }

    @Test
    @DisplayName(
            "after a restart without a hypervisor only names of nobody are dropped, until it comes")
    void restartOffline() throws Exception {
        system.feature("dvm", "preload-dispvm-delay=-1");
        List<String> names = system.preload(1);
        system.vm(names.get(0)).features().set("preload-dispvm-in-progress", true);
        system.fixture().hypervisorPresent(false);
        system.restart(PreloadIT::withNobodyListed);
        Await.until("the queue is read", () -> !system.queue("dvm").contains("nobody"));
        assertEquals(names, system.queue("dvm"));
        system.fixture().hypervisorPresent(true);
        Await.until(
                "what was left over is removed",
                () -> {
                    system.clock().elapse(); // it looks again until the system has the hypervisor
                    return system.find(names.get(0)).isEmpty();
                });
        assertEquals(List.of(), system.queue("dvm"));
    }

    @Test
    @DisplayName("a bundle that stops leaves what is preloaded, and takes it up again")
    void bundleLeaves() throws Exception {
        String name = system.preload(1).get(0);
        system.fixture().felix().bundle("qubes.vm.dispvm").stop();
        assertEquals(List.of(name), system.queue("dvm"));
        system.fixture().felix().bundle("qubes.vm.dispvm").start();
        Await.until("the klass is back", () -> system.vm(name).available());
        system.settle();
        assertEquals(List.of(name), system.queue("dvm"));
        assertSame(system.vm(name), ask(false).orElseThrow());
    }

    private static String withNobodyListed(String store) {
        String listed = "<feature name=\"preload-dispvm\">";
        assertTrue(store.contains(listed), store);
        return store.replace(listed, listed + "nobody ");
    }
}
