package qubes.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import qubes.core.error.QubesException;
import qubes.core.internal.system.Scene;
import qubes.core.state.SystemState;
import qubes.core.value.DomainName;

@Label("The network, whatever is done to it")
class AnyNetworkTest {
    private static final List<String> NAMES = List.of("a", "b", "c", "d", "e");

    enum Act {
        SET,
        CUT_OFF,
        RESET,
        SET_DEFAULT,
        NO_DEFAULT,
        RESET_DEFAULT,
        REMOVE,
        MAKE
    }

    record Step(Act act, String vm, String other) {}

    @Property(tries = 300)
    @Label("never leads round in a circle, and what is refused changes nothing")
    void hasNoLoops(@ForAll("steps") List<Step> steps) throws IOException {
        Path home = Files.createTempDirectory("network");
        try (Scene scene = Scene.open(home)) {
            NAMES.forEach(name -> make(scene, name));
            for (Step step : steps) {
                SystemState before = scene.qubes().state();
                try {
                    act(scene, step);
                } catch (QubesException refused) {
                    assertEquals(before, scene.qubes().state(), step::toString);
                }
                for (BaseVM vm : scene.qubes().domains()) {
                    assertTrue(ends(vm), () -> step + " made " + vm + " its own netvm");
                }
            }
        } finally {
            Files.delete(home);
        }
    }

    private static void act(Scene scene, Step step) {
        Optional<BaseVM> vm = scene.qubes().find(new DomainName(step.vm()));
        switch (step.act()) {
            case SET -> vm.ifPresent(it -> Scene.set(it, "netvm=" + step.other()));
            case CUT_OFF -> vm.ifPresent(it -> Scene.set(it, "netvm="));
            case RESET -> vm.ifPresent(it -> Scene.reset(it, "netvm"));
            case SET_DEFAULT -> scene.set("default_netvm=" + step.other());
            case NO_DEFAULT -> scene.set("default_netvm=");
            case RESET_DEFAULT -> scene.qubes().reset(Globals.DEFAULT_NETVM);
            case REMOVE -> vm.ifPresent(scene.qubes()::remove);
            case MAKE -> {
                if (vm.isEmpty()) {
                    make(scene, step.vm());
                }
            }
        }
    }

    private static void make(Scene scene, String name) {
        scene.plain(name, "provides_network=True");
    }

    private static boolean ends(BaseVM from) {
        Set<BaseVM> seen = new HashSet<>();
        Optional<BaseVM> at = Optional.of(from);
        while (at.isPresent()) {
            if (!seen.add(at.get())) {
                return false;
            }
            at = at.get().reference("netvm");
        }
        return true;
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.frequency(
                                Tuple.of(6, Act.SET),
                                Tuple.of(2, Act.CUT_OFF),
                                Tuple.of(4, Act.RESET),
                                Tuple.of(4, Act.SET_DEFAULT),
                                Tuple.of(1, Act.NO_DEFAULT),
                                Tuple.of(1, Act.RESET_DEFAULT),
                                Tuple.of(1, Act.REMOVE),
                                Tuple.of(1, Act.MAKE)),
                        Arbitraries.of(NAMES),
                        Arbitraries.of(NAMES))
                .as(Step::new)
                .list()
                .ofMaxSize(25);
    }
}
