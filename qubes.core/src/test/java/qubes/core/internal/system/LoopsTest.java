package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.error.QubesVMError;
import qubes.core.state.DomainRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.QubesVM;

/** Stores that somebody edited: nobody can set such values here. */
class LoopsTest {
    @TempDir private Path home;

    private SystemState state;

    @BeforeEach
    void begin() {
        state = EmptyStore.under(home);
    }

    @ParameterizedTest
    @ValueSource(strings = {"self", "one", "two", "outside"})
    @DisplayName("templates that lead round in a circle are an error of who asks, and stay")
    void refusesTemplateLoop(String name) {
        add(1, "DerivedVM", "self", "template", "self");
        add(2, "DerivedVM", "one", "template", "two");
        add(3, "DerivedVM", "two", "template", "one");
        add(4, "DerivedVM", "outside", "template", "one");
        QubesSystem system = open();
        BaseVM vm = system.domain(new DomainName(name));
        QubesVMError error = assertThrows(QubesVMError.class, () -> vm.get(QubesVM.MEMORY));
        assertTrue(error.getMessage().startsWith("Template loop on '"), error.getMessage());
        assertEquals(
                "us++", vm.get(QubesVM.KEYBOARD_LAYOUT), "what comes from elsewhere is readable");
        assertEquals(Optional.empty(), vm.features().findWithTemplate("x"));
        assertEquals(state.domains(), system.state().domains());
        system.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"self", "one", "two"})
    @DisplayName("netvms that lead round in a circle keep a domain from starting, and stay")
    void refusesNetworkLoop(String name) throws Exception {
        add(1, "PlainVM", "self", "netvm", "self");
        add(2, "PlainVM", "one", "netvm", "two");
        add(3, "PlainVM", "two", "netvm", "one");
        for (String each : new String[] {"self", "one", "two"}) {
            Files.createDirectories(home.resolve("appvms").resolve(each));
        }
        QubesSystem system = open();
        QubesVM vm = (QubesVM) system.domain(new DomainName(name));
        QubesVMError error = assertThrows(QubesVMError.class, vm::start);
        assertTrue(error.getMessage().startsWith("Network loop on '"), error.getMessage());
        system.close();
    }

    private void add(int qid, String klass, String name, String property, String value) {
        state =
                state.withAdded(
                        DomainRecord.create(qid, new DomainName(name), new UUID(1, qid), klass)
                                .withProperty(property, Optional.of(StoredValue.ofText(value)))
                                .withProperty(
                                        "provides_network",
                                        Optional.of(StoredValue.ofText("True"))));
    }

    private QubesSystem open() {
        QubesSystem system = TestSystem.of(state, home);
        TestSystem.addFactory(system, TestSystem.PLAIN);
        TestSystem.addFactory(system, TestSystem.DERIVED);
        return system;
    }
}
