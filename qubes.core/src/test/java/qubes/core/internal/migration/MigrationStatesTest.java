package qubes.core.internal.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import qubes.core.state.DomainRecord;
import qubes.core.state.SystemState;
import qubes.core.value.DomainName;

@Label("Any store, old and new forms mixed")
class MigrationStatesTest {
    private static final List<String> NAMES = List.of("a", "b", "c", "d", "gone");
    private static final List<String> KLASSES =
            List.of("AppVM", "TemplateVM", "NetVM", "ProxyVM", "FarVM");

    /** Words of domains that no rule concerns. */
    private static final Set<String> OTHERS =
            Set.of("memory=400", "wingspan=3", "+x=1", "#root.rw=True");

    @Property(tries = 500)
    @Label("is migrated once: doing it again changes nothing and says nothing")
    void isMigratedOnce(@ForAll("stores") String store) {
        SystemState once = Migrations.migrate(ShortStore.read(store), new Silent());
        List<String> told = new ArrayList<>();
        SystemState twice =
                Migrations.migrate(
                        once,
                        new Notes() {
                            @Override
                            public void changed(String what) {
                                told.add(what);
                            }

                            @Override
                            public void odd(String what) {
                                // said as often as it is loaded
                            }
                        });
        assertEquals(ShortStore.write(once), ShortStore.write(twice));
        assertEquals(List.of(), told);
    }

    @Property(tries = 500)
    @Label("keeps its domains, and all of them that no rule concerns")
    void keepsTheRest(@ForAll("stores") String store) {
        SystemState before = ShortStore.read(store);
        SystemState after = Migrations.migrate(before, new Silent());
        assertEquals(before.size(), after.size());
        for (DomainRecord domain : before.domains()) {
            assertEquals(others(domain, before), others(after.domain(domain.qid()), after));
        }
    }

    @Property(tries = 500)
    @Label("has no netvms in a circle afterwards")
    void hasNoCircles(@ForAll("stores") String store) {
        SystemState after = Migrations.migrate(ShortStore.read(store), new Silent());
        for (DomainRecord domain : after.domains()) {
            Set<DomainName> way = new HashSet<>();
            DomainRecord at = domain;
            while (at != null && at.property("netvm").isPresent()) {
                assertFalse(!way.add(at.name()), store);
                String next = at.property("netvm").orElseThrow().text();
                at = next.isEmpty() ? null : after.domain(new DomainName(next));
            }
        }
    }

    private static List<String> others(DomainRecord domain, SystemState all) {
        String line =
                ShortStore.write(
                        SystemState.of(
                                all.labels(),
                                all.pools(),
                                all.globals(),
                                List.of(),
                                List.of(domain)));
        return List.of(line.split(" ", -1)).stream().filter(OTHERS::contains).sorted().toList();
    }

    @Provide
    Arbitrary<String> stores() {
        Arbitrary<String> global =
                Combinators.combine(
                                Arbitraries.of(
                                        "default_fw_netvm",
                                        "default_netvm",
                                        "default_dispvm",
                                        "management_dispvm"),
                                Arbitraries.of(NAMES))
                        .as((property, name) -> property + "=" + name);
        Arbitrary<String> reference =
                Combinators.combine(
                                Arbitraries.of(
                                        "netvm", "netvm", "default_dispvm", "management_dispvm"),
                                Arbitraries.of("a", "b", "c", "d", "gone", ""))
                        .as((property, name) -> property + "=" + name);
        Arbitrary<String> flag =
                Combinators.combine(
                                Arbitraries.of(
                                        "hvm",
                                        "dispvm_allowed",
                                        "template_for_dispvms",
                                        "provides_network"),
                                Arbitraries.of("True", "False", "1", "often"))
                        .as((property, value) -> property + "=" + value);
        Arbitrary<String> other =
                Arbitraries.of(
                        "label=red",
                        "label@=label-1",
                        "label=1",
                        "virt_mode=pvh",
                        "maxmem=4000",
                        "+service.meminfo-writer=",
                        "+service.meminfo-writer=1",
                        "+preload-dispvm=a_gone_b",
                        "#root.internal=True",
                        "#kernel.snap_on_start=True",
                        "netvm=" + ShortStore.uuid(1));
        Arbitrary<List<String>> words =
                Arbitraries.oneOf(reference, flag, other, Arbitraries.of(OTHERS))
                        .list()
                        .ofMaxSize(8);
        Arbitrary<List<String>> domains =
                Combinators.combine(Arbitraries.of(KLASSES), words)
                        .as((klass, all) -> klass + " " + String.join(" ", all))
                        .list()
                        .ofMaxSize(4);
        return Combinators.combine(global.list().ofMaxSize(4), domains)
                .as(
                        (globals, all) -> {
                            StringBuilder store =
                                    new StringBuilder("1:0x555753:red ")
                                            .append(String.join(" ", globals));
                            for (int i = 0; i < all.size(); i++) {
                                store.append("; ")
                                        .append(NAMES.get(i))
                                        .append(':')
                                        .append(all.get(i));
                            }
                            return store.toString();
                        });
    }

    private static final class Silent implements Notes {
        @Override
        public void changed(String what) {
            // of no interest
        }

        @Override
        public void odd(String what) {
            // of no interest
        }
    }
}
