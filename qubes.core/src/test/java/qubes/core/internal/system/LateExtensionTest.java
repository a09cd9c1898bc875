package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.event.Extension;
import qubes.core.event.Lifecycle;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;

/** An extension that comes when domains are there already. */
class LateExtensionTest {
    @TempDir private Path home;

    private final List<String> first = new ArrayList<>();
    private final List<String> second = new ArrayList<>();
    private QubesSystem system;

    @BeforeEach
    void open() {
        system = TestSystem.empty(home);
        TestSystem.plain(system, "work");
        TestSystem.derived(system, "child", "work");
        TestSystem.make(system, TestSystem.FAR, "far");
    }

    @AfterEach
    void close() {
        system.close();
    }

    @Test
    @DisplayName("it hears the load of each domain that it may hear, and the others hear nothing")
    void hearsLoads() {
        TestSystem.extend(system, notes(first));
        assertEquals(List.of("dom0", "child", "work"), first);
        first.clear();
        TestSystem.extend(system, notes(second));
        assertEquals(List.of(), first);
        assertEquals(List.of("dom0", "child", "work"), second);
    }

    @Test
    @DisplayName("it does not hear of a domain whose klass is away until that is back")
    void absentKlass() {
        system.unbindFactory(TestSystem.DERIVED);
        TestSystem.extend(system, notes(first));
        assertEquals(List.of("dom0", "work"), first);
        TestSystem.addFactory(system, TestSystem.DERIVED);
        assertEquals(List.of("dom0", "work", "child"), first);
    }

    @Test
    @DisplayName("its bug stays its own, and it hears of the other domains")
    void bugStaysInside() {
        TestSystem.extend(
                system,
                on ->
                        on.after(
                                Lifecycle.Load.class,
                                event -> {
                                    first.add(event.subject().subjectName());
                                    throw new IllegalStateException("a bug");
                                }));
        assertEquals(List.of("dom0", "child", "work"), first);
    }

    @Test
    @DisplayName("what it changes then is there at once, and no reason to write the store")
    void changesAreDerived() {
        long before = system.storeStatus().current();
        TestSystem.extend(
                system,
                on ->
                        on.after(
                                Lifecycle.Load.class,
                                event -> ((BaseVM) event.subject()).tags().add("seen")));
        assertEquals(true, system.domain(new DomainName("work")).tags().contains("seen"));
        assertEquals(before, system.storeStatus().current());
    }

    private static Extension notes(List<String> into) {
        return on ->
                on.after(Lifecycle.Load.class, event -> into.add(event.subject().subjectName()));
    }
}
