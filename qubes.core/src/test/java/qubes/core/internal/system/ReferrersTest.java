package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import qubes.core.error.QubesException;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Globals;
import qubes.core.vm.Network;
import qubes.core.vm.Templates;

/** Who uses a netvm or a template, from the indexes, against a look at every domain. */
class ReferrersTest {
    private static final List<String> NAMES = List.of("a", "b", "c", "d", "x", "y");

    /** One change; a refusal is fine. */
    interface Step {
        void on(QubesSystem system);
    }

    @Property(tries = 150)
    @Label("after any changes of netvms, defaults and templates the answers are those of a scan")
    void indexAgreesWithScan(@ForAll("steps") List<Step> steps) throws Exception {
        Path home = Files.createTempDirectory("referrers");
        QubesSystem system = TestSystem.empty(home);
        for (String name : NAMES.subList(0, 4)) {
            TestSystem.plain(system, name).set(Network.PROVIDES_NETWORK, true);
        }
        TestSystem.derived(system, "x", "a");
        TestSystem.derived(system, "y", "x");
        for (Step step : steps) {
            try {
                step.on(system);
            } catch (QubesException e) {
                continue; // a loop, for instance: nothing changed
            }
            for (BaseVM vm : system.domains()) {
                assertEquals(
                        scan(system, vm, "netvm"),
                        vm.find(Network.class).map(Network::connected).orElse(List.of()));
                assertEquals(scan(system, vm, "template"), Templates.basedOn(vm));
            }
        }
        system.close();
        Files.deleteIfExists(home);
    }

    private static List<BaseVM> scan(QubesSystem system, BaseVM target, String property) {
        return system.domains().stream()
                .filter(vm -> vm.reference(property).filter(to -> to == target).isPresent())
                .toList();
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<String> names = Arbitraries.of(NAMES);
        Arbitrary<Optional<DomainName>> targets = names.map(DomainName::new).optional(0.8);
        Arbitrary<Step> set =
                Combinators.combine(names, targets)
                        .as((name, to) -> system -> vm(system, name).set(Network.NETVM, to));
        Arbitrary<Step> reset = names.map(name -> system -> vm(system, name).reset(Network.NETVM));
        Arbitrary<Step> standard =
                targets.map(to -> system -> system.set(Globals.DEFAULT_NETVM, to));
        Arbitrary<Step> template =
                Combinators.combine(Arbitraries.of("x", "y"), Arbitraries.of("a", "b", "c"))
                        .as(
                                (name, to) ->
                                        system ->
                                                vm(system, name)
                                                        .set(
                                                                TestSystem.TEMPLATE,
                                                                new DomainName(to)));
        return Arbitraries.oneOf(set, set, reset, standard, template).list().ofMaxSize(20);
    }

    private static BaseVM vm(QubesSystem system, String name) {
        return system.domain(new DomainName(name));
    }
}
