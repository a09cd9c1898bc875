package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.hypervisor.GuestState;
import qubes.core.hypervisor.Hypervisor;
import qubes.core.plugin.PluginReport;
import qubes.core.vm.BaseVM;

/** Hypervisors that go wrong as they come and go. */
class GuestWatchTest {
    @TempDir private Path home;

    private QubesSystem system;
    private BaseVM work;
    private final PaperHypervisor paper = new PaperHypervisor("paper", 1024);
    private Optional<String> failing = Optional.empty();

    @BeforeEach
    void open() {
        system = TestSystem.empty(home);
        work = TestSystem.plain(system, "work");
        paper.write(work, GuestState.RUNNING);
    }

    @AfterEach
    void close() {
        system.close();
    }

    /** Throws an Error wherever {@link #failing} says. */
    private Hypervisor faulty() {
        return (Hypervisor)
                Proxy.newProxyInstance(
                        GuestWatchTest.class.getClassLoader(),
                        new Class<?>[] {Hypervisor.class},
                        (proxy, method, arguments) -> {
                            if (failing.filter(method.getName()::equals).isPresent()) {
                                throw new NoClassDefFoundError("a/Missing");
                            }
                            try {
                                return method.invoke(paper, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getTargetException();
                            }
                        });
    }

    private void assertAnotherServes() {
        assertEquals(1, system.plugins().reports().stream().mapToLong(PluginReport::faults).sum());
        system.bindHypervisor(paper);
        assertEquals(Optional.of(paper), system.findHypervisor());
        assertEquals(Optional.of(GuestState.RUNNING), system.guestState(work.uuid()));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"listen", "kind"})
    @DisplayName("one that fails as it comes is left out, and another may come:")
    void comes(String method) {
        Hypervisor faulty = faulty();
        failing = Optional.of(method);
        system.bindHypervisor(faulty);
        assertEquals(Optional.empty(), system.findHypervisor());
        assertAnotherServes();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"guests", "kind"})
    @DisplayName("one that fails as it leaves is gone all the same, and another may come:")
    void leaves(String method) {
        Hypervisor faulty = faulty();
        system.bindHypervisor(faulty);
        failing = Optional.of(method);
        system.unbindHypervisor(faulty);
        assertEquals(Optional.empty(), system.findHypervisor());
        assertAnotherServes();
    }
}
