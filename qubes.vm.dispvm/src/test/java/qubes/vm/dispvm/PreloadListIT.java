package qubes.vm.dispvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qubes.testkit.Domains.create;
import static qubes.testkit.Domains.value;

import java.util.HashSet;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import qubes.core.error.QubesValueError;

class PreloadListIT {
    private static final List<String> DISPOSABLES = List.of("d1", "d2", "d3", "d4");

    private record Change(String vm, String assignment) {}

    private static PreloadSystem system;

    @BeforeContainer
    static void start() throws Exception {
        system = new PreloadSystem();
        for (String name : DISPOSABLES) {
            create(system.qubes(), "DispVM", name, "template=dvm");
        }
        system.disposableTemplate("other");
        create(system.qubes(), "DispVM", "theirs", "template=other");
        system.stopPreloading();
    }

    @AfterContainer
    static void stop() throws Exception {
        system.close();
    }

    @Property(tries = 100)
    @Label(
            "any changes of list and maxima: no duplicates, own disposables, never longer than allowed")
    void rules(@ForAll("changes") List<Change> changes) {
        system.dvm().features().set("preload-dispvm", "");
        for (Change change : changes) {
            int before = system.queue("dvm").size();
            apply(change);
            List<String> now = system.queue("dvm");
            assertEquals(now.size(), new HashSet<>(now).size(), now::toString);
            assertTrue(DISPOSABLES.containsAll(now), now::toString);
            assertTrue(now.size() <= Math.max(before, maximum()), change + " with " + maximum());
            for (String name : DISPOSABLES) {
                assertEquals(
                        now.contains(name) ? "True" : "False",
                        value(system.vm(name), "is_preload"));
            }
        }
    }

    private static void apply(Change change) {
        if (change.vm().isEmpty()) {
            system.standard(change.assignment());
            return;
        }
        try {
            system.promising(() -> system.feature(change.vm(), change.assignment()));
        } catch (QubesValueError refused) {
            boolean mayBe = !change.assignment().contains("max") || change.vm().equals("dom0");
            assertTrue(mayBe, refused.getMessage());
        }
    }

    private static int maximum() {
        String own = system.dvm().features().getOrDefault("preload-dispvm-max", "");
        String dom0 = system.vm("dom0").features().get("preload-dispvm-max");
        boolean standard = value(system.vm("dom0"), "default_dispvm").equals("dvm") && dom0 != null;
        String counts = standard ? dom0 : own;
        return counts.isEmpty() ? 0 : Integer.parseInt(counts);
    }

    @Provide
    Arbitrary<List<Change>> changes() {
        Arbitrary<Change> list =
                Arbitraries.of("d1", "d2", "d3", "d4", "theirs", "nobody", "dvm")
                        .list()
                        .ofMaxSize(5)
                        .map(
                                names ->
                                        new Change(
                                                "dvm",
                                                "preload-dispvm=" + String.join(" ", names)));
        Arbitrary<Change> ownList =
                Arbitraries.shuffle(DISPOSABLES)
                        .flatMap(
                                all ->
                                        Arbitraries.integers()
                                                .between(0, 4)
                                                .map(n -> String.join(" ", all.subList(0, n))))
                        .map(names -> new Change("dvm", "preload-dispvm=" + names));
        Arbitrary<Change> maximum =
                Arbitraries.of("dvm", "dom0")
                        .flatMap(
                                vm ->
                                        Arbitraries.of("", "0", "1", "2", "3", "4")
                                                .map(
                                                        n ->
                                                                new Change(
                                                                        vm,
                                                                        "preload-dispvm-max="
                                                                                + n)));
        Arbitrary<Change> standard =
                Arbitraries.of("", "dvm", "other").map(vm -> new Change("", vm));
        return Arbitraries.oneOf(list, ownList, maximum, standard).list().ofMaxSize(12);
    }
}
