package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.property.Property;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Globals;
import qubes.core.vm.Network;
import qubes.core.vm.QubesVM;

/** Defaults explain themselves. */
class OriginsTest {
    @TempDir private Path home;

    private QubesSystem system;
    private BaseVM base;
    private BaseVM work;
    private BaseVM disposable;

    @BeforeEach
    void begin() {
        system = TestSystem.empty(home);
        base = TestSystem.plain(system, "base");
        work = TestSystem.derived(system, "work", "base");
        disposable = TestSystem.derived(system, "disposable", "work");
    }

    @AfterEach
    void end() {
        system.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    vcpus           | from template work, from template base, built in
                    default_user    | from template work, from template base, built in
                    qrexec_timeout  | from template work, from template base, the system's default_qrexec_timeout, built in
                    netvm           | the system's default_netvm, built in
                    guivm           | the system's default_guivm, dom0
                    keyboard_layout | from guivm dom0, built in
                    debug           | built in
                    virt_mode       | from template work, from template base, built in
                    name            | set here
                    klass           | the klass
                    """)
    @DisplayName("a default says where it comes from, through all that follow each other")
    void explainsDefault(String property, String origin) {
        assertEquals(Optional.of(origin), origin(disposable, property));
    }

    @Test
    @DisplayName("the nearest explicit value is what a default comes from")
    void explainsExplicit() {
        base.set(QubesVM.VCPUS, 3);
        assertEquals(Optional.of("set here"), base.origin(QubesVM.VCPUS));
        assertEquals(Optional.of("from template base"), work.origin(QubesVM.VCPUS));
        assertEquals(
                Optional.of("from template work, from template base"),
                disposable.origin(QubesVM.VCPUS));
        work.set(QubesVM.VCPUS, 4);
        assertEquals(Optional.of("from template work"), disposable.origin(QubesVM.VCPUS));
        assertEquals(4, disposable.get(QubesVM.VCPUS));
    }

    @Test
    @DisplayName("a global value that is set ends the explanation")
    void explainsGlobal() {
        system.set(Globals.DEFAULT_QREXEC_TIMEOUT, 90);
        assertEquals(
                Optional.of("from template base, the system's default_qrexec_timeout"),
                work.origin(QubesVM.QREXEC_TIMEOUT));
        work.set(Network.PROVIDES_NETWORK, true);
        work.set(Network.NETVM, Optional.empty());
        system.set(Globals.DEFAULT_NETVM, Optional.of(new DomainName("work")));
        assertEquals(Optional.of("the system's default_netvm"), base.origin(Network.NETVM));
        assertEquals(Optional.of("set here"), work.origin(Network.NETVM));
    }

    @Test
    @DisplayName("what has no value has no origin")
    void nothingToExplain() {
        assertEquals(Optional.empty(), work.origin(QubesVM.KERNEL));
        assertEquals(Optional.empty(), system.origin(Globals.DEFAULT_KERNEL));
    }

    @Test
    @DisplayName("guivms that point at each other have the built-in keyboard layout")
    void endsLoop() {
        base.set(QubesVM.GUIVM, Optional.of(new DomainName("work")));
        work.set(QubesVM.GUIVM, Optional.of(new DomainName("base")));
        assertEquals("us++", work.get(QubesVM.KEYBOARD_LAYOUT));
        assertEquals(Optional.of("built in"), work.origin(QubesVM.KEYBOARD_LAYOUT));
        base.set(QubesVM.KEYBOARD_LAYOUT, "de++");
        assertEquals("de++", work.get(QubesVM.KEYBOARD_LAYOUT));
        assertEquals(Optional.of("from guivm base"), work.origin(QubesVM.KEYBOARD_LAYOUT));
    }

    private static Optional<String> origin(BaseVM vm, String property) {
        Property<?> declared = vm.properties().find(property).orElseThrow();
        return vm.origin(declared);
    }
}
