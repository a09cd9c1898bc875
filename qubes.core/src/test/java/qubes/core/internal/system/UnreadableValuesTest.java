package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.error.QubesException;
import qubes.core.error.QubesValueError;
import qubes.core.property.Property;
import qubes.core.state.StoredValue;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Globals;
import qubes.core.vm.QubesVM;

/**
 * Values of a store that somebody edited, which nothing here can read: an old value that cannot be
 * read is none (spec domain-model.md §1.3 step 3), so that it can be replaced.
 */
class UnreadableValuesTest {
    @TempDir private Path home;

    private QubesSystem system;
    private BaseVM work;

    @BeforeEach
    void open() {
        system = TestSystem.empty(home);
        work = TestSystem.plain(system, "work");
    }

    @AfterEach
    void close() {
        system.close();
    }

    @Test
    @DisplayName("set over a stored text that is no number | stored; pre-set and set, no oldvalue")
    void unreadableIsReplaced() throws Exception {
        store(work, QubesVM.MEMORY, "much");
        assertThrows(QubesValueError.class, () -> work.get(QubesVM.MEMORY));
        assertEquals(
                List.of("work property-pre-set:memory new=500", "work property-set:memory new=500"),
                TestSystem.heard(system, () -> work.set(QubesVM.MEMORY, 500), Heard::line));
        assertEquals(500, work.get(QubesVM.MEMORY));
    }

    @Test
    @DisplayName("reset of a stored text that is no number | default; four events, no oldvalue")
    void unreadableIsReset() throws Exception {
        store(work, QubesVM.MEMORY, "much");
        assertEquals(
                List.of(
                        "work property-pre-reset:memory",
                        "work property-pre-del:memory",
                        "work property-reset:memory",
                        "work property-del:memory"),
                TestSystem.heard(system, () -> work.reset(QubesVM.MEMORY), Heard::line));
        assertEquals(400, work.get(QubesVM.MEMORY));
    }

    @Test
    @DisplayName("set over an unreadable global | stored")
    void unreadableGlobalIsReplaced() {
        TestSystem.keep(
                system,
                state ->
                        state.withGlobal(
                                "stats_interval", Optional.of(StoredValue.ofText("often"))));
        system.set(Globals.STATS_INTERVAL, 5);
        assertEquals(5, system.get(Globals.STATS_INTERVAL));
    }

    @Test
    @DisplayName("set where the default cannot be read, templates leading round in a circle | set")
    void unreadableDefaultIsReplaced() {
        BaseVM self = TestSystem.derived(system, "self", "work");
        store(self, TestSystem.TEMPLATE, "self");
        assertThrows(QubesException.class, () -> self.get(QubesVM.MEMORY));
        self.set(QubesVM.MEMORY, 500);
        assertEquals(500, self.get(QubesVM.MEMORY));
    }

    @Test
    @DisplayName("stored text of a computed property | counts for nothing, stays in the store")
    void computedStaysComputed() {
        store(work, BaseVM.KLASS, "AppVM");
        assertEquals("PlainVM", work.get(BaseVM.KLASS));
        assertTrue(work.isDefault(BaseVM.KLASS));
        assertEquals(Optional.empty(), work.explicit(BaseVM.KLASS));
        assertEquals(Optional.of("AppVM"), work.record().property("klass").map(StoredValue::text));
    }

    private void store(BaseVM vm, Property<?> property, String text) {
        TestSystem.keep(
                system,
                state ->
                        state.withChanged(
                                vm.record()
                                        .withProperty(
                                                property.name(),
                                                Optional.of(StoredValue.ofText(text)))));
    }
}
