package qubes.vm.dispvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static qubes.testkit.Domains.create;
import static qubes.testkit.Domains.reset;
import static qubes.testkit.Domains.set;
import static qubes.testkit.Domains.value;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.error.QubesVMInUseError;
import qubes.core.error.QubesVMNotHaltedError;
import qubes.core.error.QubesValueError;
import qubes.core.property.Property;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Globals;
import qubes.core.vm.QubesVM;
import qubes.testkit.Await;

class PreloadRulesIT {
    private PreloadSystem system;

    @BeforeEach
    void start() throws Exception {
        system = new PreloadSystem();
    }

    @AfterEach
    void stop() throws Exception {
        system.close();
    }

    @ParameterizedTest(name = "{0} {1} = {2}: {3}")
    @CsvSource({
        "dvm,  preload-dispvm-max,       a,     QVE",
        "dvm,  preload-dispvm-max,       -1,    QVE",
        "dvm,  preload-dispvm-max,       1 1,   QVE",
        "dvm,  preload-dispvm-max,       '',    accepted",
        "dvm,  preload-dispvm-max,       0,     accepted",
        "dvm,  preload-dispvm-delay,     '',    accepted",
        "dvm,  preload-dispvm-delay,     0,     accepted",
        "dvm,  preload-dispvm-delay,     -3.14, accepted",
        "dvm,  preload-dispvm-delay,     1e3,   accepted",
        "dvm,  preload-dispvm-delay,     soon,  QVE",
        "dvm,  preload-dispvm-delay,     1s,    QVE",
        "dom0, preload-dispvm-delay,     soon,  QVE",
        "dom0, preload-dispvm-delay,     2,     accepted",
        "dom0, preload-dispvm-threshold, '',    accepted",
        "dom0, preload-dispvm-threshold, 0,     accepted",
        "dom0, preload-dispvm-threshold, 1,     accepted",
        "dom0, preload-dispvm-threshold, a,     QVE",
        "dom0, preload-dispvm-threshold, -1,    QVE",
        "dom0, preload-dispvm-threshold, 1 1,   QVE",
        "dom0, preload-dispvm-max,       a,     accepted",
        "tiny, preload-dispvm-max,       a,     accepted",
    })
    @DisplayName("what the features may be set to")
    void values(String vm, String feature, String value, String expected) {
        if (expected.equals("accepted")) {
            system.feature(vm, feature + "=" + value);
            assertEquals(value, system.vm(vm).features().get(feature));
        } else {
            assertThrows(QubesValueError.class, () -> system.feature(vm, feature + "=" + value));
        }
    }

    @ParameterizedTest(name = "without {0}")
    @CsvSource({
        "qrexec",
        "supported-rpc.qubes.WaitForRunningSystem",
        "supported-rpc.qubes.WaitForSession"
    })
    @DisplayName("a maximum needs what preloading waits for, on the qube or its template")
    void needed(String feature) {
        system.feature("tiny", feature + "=");
        assertThrows(QubesValueError.class, () -> system.feature("dvm", "preload-dispvm-max=1"));
        system.standard("dvm");
        assertThrows(QubesValueError.class, () -> system.feature("dom0", "preload-dispvm-max=1"));
        system.feature("dvm", feature + "=1");
        system.feature("dvm", "preload-dispvm-max=0");
    }

    @Test
    @DisplayName("to fill the queue of a template without the services is refused")
    void noServices() {
        system.feature("tiny", "supported-rpc.qubes.WaitForSession");
        assertThrows(QubesValueError.class, () -> system.disposables().fill(system.dvm(), "asked"));
    }

    @Test
    @DisplayName("dom0's maximum is asked of default_dispvm, which hears the same words")
    void delegated() throws Exception {
        system.feature("dom0", "preload-dispvm-max=0");
        system.standard("dvm");
        assertThrows(QubesValueError.class, () -> system.feature("dom0", "preload-dispvm-max=x"));
        assertEquals("0", system.vm("dom0").features().get("preload-dispvm-max"));
        system.awaitHeard("dvm domain-feature-pre-set:preload-dispvm-max");
    }

    @Test
    @DisplayName("the list: length, duplicates, and only disposables of the template")
    void list() {
        for (String name : List.of("d1", "d2", "d3")) {
            create(system.qubes(), "DispVM", name, "template=dvm");
        }
        system.disposableTemplate("other");
        create(system.qubes(), "DispVM", "theirs", "template=other");
        system.stopPreloading();
        refused("d1", "longer than the maximum");
        system.promising(() -> system.feature("dvm", "preload-dispvm-max=3"));
        accepted("d1 d2");
        system.promising(() -> system.feature("dvm", "preload-dispvm-max=0"));
        accepted("d2 d1");
        refused("d1 d2 d3", "longer than the maximum and the old list");
        accepted("d1 d3");
        refused("d1 d1", "a duplicate");
        refused("d1 theirs", "not derived from the template");
        refused("d1 nobody", "not there");
        refused("d1 dvm", "no disposable");
        assertEquals("d1 d3", system.dvm().features().get("preload-dispvm"));
        accepted("");
    }

    private void accepted(String list) {
        system.feature("dvm", "preload-dispvm=" + list);
        assertEquals(list, system.dvm().features().get("preload-dispvm"));
    }

    private void refused(String list, String why) {
        assertThrows(
                QubesValueError.class, () -> system.feature("dvm", "preload-dispvm=" + list), why);
    }

    @Test
    @DisplayName("who comes into the list or leaves it is told so, the others are not")
    void isPreload() throws Exception {
        system.feature("dvm", "preload-dispvm-delay=-1");
        create(system.qubes(), "DispVM", "d1", "template=dvm");
        create(system.qubes(), "DispVM", "d2", "template=dvm");
        create(system.qubes(), "DispVM", "d3", "template=dvm");
        system.preload(1);
        system.feature("dvm", "preload-dispvm=");
        system.feature("dvm", "preload-dispvm=d1");
        assertEquals("True", value(system.vm("d1"), "is_preload"));
        system.settle();
        system.heard().clear();
        system.feature("dvm", "preload-dispvm=d2");
        assertEquals("False", value(system.vm("d1"), "is_preload"));
        assertEquals("True", value(system.vm("d2"), "is_preload"));
        system.settle();
        assertEquals(
                List.of(
                        "dvm domain-feature-pre-set:preload-dispvm",
                        "d1 property-reset:is_preload",
                        "d2 property-reset:is_preload",
                        "dvm domain-feature-set:preload-dispvm"),
                system.heard().stream().filter(words -> words.contains("preload")).toList());
    }

    @ParameterizedTest(
            name = "default_dispvm {0}, dom0 {1}, dvm {2}, other {3}: preload templates {4}")
    @CsvSource({
        "'',  '', 1, 1, dvm=1 other=1",
        "dvm, '', 1, 1, other=1",
        "dvm, -,  1, 1, dvm=1 other=1",
        "dvm, 2,  1, -, dvm=2",
        "dvm, 2,  -, 3, dvm=2 other=3",
        "'',  2,  -, -, ''",
        "'',  -,  '', 0, ''",
    })
    @DisplayName("preload templates of the system")
    void preloadTemplates(String standard, String dom0, String dvm, String other, String expected) {
        system.disposableTemplate("other");
        holdRefills();
        setMaximum("dvm", dvm);
        setMaximum("other", other);
        setMaximum("dom0", dom0);
        system.standard(standard);
        Map<String, Integer> found =
                system.disposables().preloadTemplates(system.qubes()).entrySet().stream()
                        .collect(Collectors.toMap(e -> e.getKey().value(), Map.Entry::getValue));
        assertEquals(
                expected,
                found.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(Object::toString)
                        .collect(Collectors.joining(" ")));
    }

    private void setMaximum(String vm, String value) {
        if (!value.equals("-")) {
            system.feature(vm, "preload-dispvm-max=" + value);
        }
    }

    /** Guests cannot start: what is preloaded is gone at once, the queues stay empty. */
    private void holdRefills() {
        system.fixture().hypervisor().failCreate(java.util.Optional.of("held"));
    }

    @ParameterizedTest(name = "default_dispvm {0} to {1}, max dom0 {2}, dvm {3}, other {4}: {5}")
    @CsvSource({
        "'',   dvm,   1, -, -, start on dvm",
        "dvm,  other, 1, 2, 2, start on dvm other",
        "dvm,  other, 2, 2, 1, start on other",
        "dvm,  dvm,   1, 2, 2, nothing",
        "dvm,  other, -, 2, 1, nothing",
        "dvm,  '',    1, 2, -, start on dvm",
    })
    @DisplayName("another default_dispvm: preloading follows where the maximum changes")
    void standardTemplate(
            String before, String after, String dom0, String dvm, String other, String expected)
            throws Exception {
        system.disposableTemplate("other");
        holdRefills();
        setMaximum("dom0", dom0);
        setMaximum("dvm", dvm);
        setMaximum("other", other);
        system.standard(before);
        system.starts();
        system.heard().clear();
        if (after.isEmpty()) {
            system.qubes().reset(Globals.DEFAULT_DISPVM);
        } else {
            system.standard(after);
        }
        assertEquals(expected, startsInWords());
    }

    private String startsInWords() throws Exception {
        String started =
                system.starts().stream()
                        .map(words -> words.split(" ")[0])
                        .distinct()
                        .sorted()
                        .collect(Collectors.joining(" "));
        return started.isEmpty() ? "nothing" : "start on " + started;
    }

    @Test
    @DisplayName(
            "dom0's maximum set without default_dispvm: nothing; with it set or deleted: start")
    void systemMaximum() throws Exception {
        holdRefills();
        system.feature("dom0", "preload-dispvm-max=1");
        assertEquals("nothing", startsInWords());
        system.standard("dvm");
        system.starts();
        system.heard().clear();
        system.feature("dom0", "preload-dispvm-max=1");
        assertEquals("nothing", startsInWords());
        system.feature("dom0", "preload-dispvm-max=2");
        assertEquals("start on dvm", startsInWords());
        system.heard().clear();
        system.feature("dom0", "preload-dispvm-max");
        assertEquals("start on dvm", startsInWords());
    }

    @Test
    @DisplayName("a template's maximum set: start, if it is one and dom0's does not override it")
    void templateMaximum() throws Exception {
        holdRefills();
        create(system.qubes(), "AppVM", "work", "template=tiny");
        system.feature("work", "preload-dispvm-max=1");
        assertEquals("nothing", startsInWords());
        system.feature("dvm", "preload-dispvm-max=1");
        assertEquals("start on dvm", startsInWords());
        system.heard().clear();
        system.feature("dvm", "preload-dispvm-max=1");
        assertEquals("nothing", startsInWords());
        system.feature("dom0", "preload-dispvm-max=1");
        system.standard("dvm");
        system.feature("dvm", "preload-dispvm-max=2");
        assertEquals("nothing", startsInWords());
    }

    @Test
    @DisplayName("dom0's empty maximum overrides that of default_dispvm: what is preloaded goes")
    void emptySystemMaximum() throws Exception {
        String name = system.preload(1).get(0);
        system.standard("dvm");
        system.feature("dom0", "preload-dispvm-max=");
        system.awaitGone(name);
        system.feature("dvm", "preload-dispvm-max");
        system.feature("dvm", "preload-dispvm-max=1");
        assertEquals(List.of(), system.queue("dvm"));
        system.feature("dom0", "preload-dispvm-max");
        system.awaitPreloaded(1);
    }

    @Test
    @DisplayName("template_for_dispvms set with own max 1: start; cleared: what is preloaded goes")
    void flag() throws Exception {
        set(system.dvm(), "template_for_dispvms=False");
        system.feature("dvm", "preload-dispvm-max=1");
        assertEquals("nothing", startsInWords());
        set(system.dvm(), "template_for_dispvms=False");
        set(system.dvm(), "template_for_dispvms=True");
        String name = system.awaitPreloaded(1).get(0);
        set(system.dvm(), "template_for_dispvms=True");
        assertEquals(List.of(name), system.queue("dvm"));
        set(system.dvm(), "template_for_dispvms=False");
        assertEquals(List.of(), system.queue("dvm"));
        system.awaitGone(name);
        set(system.dvm(), "template_for_dispvms=True");
        name = system.awaitPreloaded(1).get(0);
        reset(system.dvm(), "template_for_dispvms");
        system.awaitGone(name);
    }

    @Test
    @DisplayName("template_for_dispvms stays while one that is not preloaded depends on it")
    void flagInUse() throws Exception {
        String name = system.preload(1).get(0);
        BaseVM used = create(system.qubes(), "DispVM", "used", "template=dvm");
        assertThrows(
                QubesVMInUseError.class, () -> set(system.dvm(), "template_for_dispvms=False"));
        assertThrows(QubesVMInUseError.class, () -> reset(system.dvm(), "template_for_dispvms"));
        assertEquals(List.of(name), system.queue("dvm"));
        system.qubes().remove(used);
        set(system.dvm(), "template_for_dispvms=False");
        system.awaitGone(name);
    }

    @ParameterizedTest(name = "as its {0}")
    @CsvSource({"default_dispvm", "management_dispvm"})
    @DisplayName("template_for_dispvms stays while another qube or the system names the template")
    void flagNamed(String property) {
        create(system.qubes(), "AppVM", "work", "template=tiny", property + "=dvm");
        assertThrows(
                QubesVMInUseError.class, () -> set(system.dvm(), "template_for_dispvms=False"));
        reset(system.vm("work"), property);
        setGlobal(property, "dvm");
        assertThrows(QubesVMInUseError.class, () -> reset(system.dvm(), "template_for_dispvms"));
        setGlobal(property, "");
        set(system.dvm(), "template_for_dispvms=False");
    }

    private void setGlobal(String property, String value) {
        Property<?> global = system.qubes().properties().find(property).orElseThrow();
        assign(global, value);
    }

    private <T> void assign(Property<T> property, String value) {
        system.qubes().set(property, property.parse(system.qubes(), value));
    }

    @Test
    @DisplayName("another TemplateVM: what is preloaded goes, and with a maximum comes anew")
    void template() throws Exception {
        BaseVM other = create(system.qubes(), "TemplateVM", "other", "kernel=");
        system.vm("tiny").features().forEach(other.features()::set);
        set(system.dvm(), "template=other");
        assertEquals("nothing", startsInWords());
        String name = system.preload(1).get(0);
        set(system.dvm(), "template=other");
        assertEquals(List.of(name), system.queue("dvm"));
        set(system.dvm(), "template=tiny");
        system.awaitGone(name);
        Await.until("another", () -> !system.awaitPreloaded(1).contains(name));
    }

    @Test
    @DisplayName("another TemplateVM is refused while one that is not preloaded runs")
    void templateInUse() throws Exception {
        BaseVM other = create(system.qubes(), "TemplateVM", "other", "kernel=");
        system.vm("tiny").features().forEach(other.features()::set);
        QubesVM used = (QubesVM) create(system.qubes(), "DispVM", "used", "template=dvm");
        used.start();
        assertThrows(QubesVMInUseError.class, () -> set(system.dvm(), "template=other"));
        List<String> names = system.preload(2);
        assertThrows(QubesVMInUseError.class, () -> set(system.dvm(), "template=other"));
        assertEquals(names, system.queue("dvm"));
        used.kill();
        set(system.dvm(), "template=other");
        system.awaitGone(names.get(0));
        system.awaitGone(names.get(1));
    }

    @Test
    @DisplayName("a template with a volume without snapshots does not start while disposables run")
    void noSnapshots() throws Exception {
        system.restart(
                store -> store.replace("revisions_to_keep=\"1\"", "revisions_to_keep=\"-1\""));
        QubesVM used = (QubesVM) create(system.qubes(), "DispVM", "used", "template=dvm");
        used.start();
        assertThrows(QubesVMNotHaltedError.class, () -> system.guest("dvm").start());
        used.kill();
        system.guest("dvm").start();
    }
}
