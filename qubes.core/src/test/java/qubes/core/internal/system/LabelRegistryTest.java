package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesInvalidLabelError;
import qubes.core.error.QubesInvalidLabelValueError;
import qubes.core.error.QubesLabelInUseError;
import qubes.core.error.QubesLabelNotFoundError;
import qubes.core.value.Label;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Labels;

/** Spec domain-model.md §4, vm-classes.md §7, admin-api.md §4. */
class LabelRegistryTest {
    @TempDir private Path home;

    private QubesSystem system;
    private Labels labels;

    @BeforeEach
    void open() {
        system = TestSystem.empty(home);
        labels = system.labels();
    }

    @AfterEach
    void close() {
        system.close();
    }

    @Test
    @DisplayName("new labels are allocated above 8, and above all others")
    void allocation() {
        assertEquals(9, labels.add("cyan", "0x00ffff").index());
        assertEquals(10, labels.add("teal", "0x12ab34").index());
        labels.remove(labels.resolve("cyan"));
        assertEquals(11, labels.add("rose", "0xFF00aa").index());
        labels.remove(labels.resolve("rose"));
        assertEquals(11, labels.add("pink", "0xff00aa").index());
    }

    @ParameterizedTest(name = "{0} | label {1}")
    @CsvSource({
        "red, 1",
        "label-1, 1",
        "1, 1",
        "01, 1",
        "' 8 ', 8",
        "label-8, 8",
        "black, 8",
    })
    @DisplayName("A label is found by name, by index, and by label-N")
    void lookUp(String text, int index) {
        assertEquals(index, labels.resolve(text).index());
    }

    @ParameterizedTest
    @ValueSource(strings = {"invalid", "123", "label-123", "label-", "", "Red", "-1", "1.0"})
    @DisplayName("Anything else is no label")
    void notFound(String text) {
        assertThrows(QubesLabelNotFoundError.class, () -> labels.resolve(text));
        BaseVM work = TestSystem.plain(system, "work");
        assertThrows(QubesLabelNotFoundError.class, () -> work.set(BaseVM.LABEL, text));
        assertEquals(Optional.empty(), work.label());
        assertEquals(Optional.empty(), work.record().property("label"));
        assertEquals(Optional.empty(), work.find(BaseVM.ICON));
    }

    @ParameterizedTest(name = "''{0}''")
    @ValueSource(strings = {"01", "7", "../xxx", "strange-name!@#$", "", "a b", "wörk", "a\n"})
    @DisplayName("a name with other characters, or of digits only, is refused")
    void refusesNames(String name) {
        assertThrows(QubesInvalidLabelError.class, () -> labels.add(name, "0x00ffff"));
        assertEquals(8, labels.list().size());
    }

    @ParameterizedTest(name = "''{0}''")
    @ValueSource(
            strings = {"", "0x00fffff", "0x00fff", "0X00ffff", "0x00fffg", "#00ffff", "0x00ffff\n"})
    @DisplayName("a colour that is not 0x and six hex digits is refused")
    void refusesColors(String color) {
        assertThrows(QubesInvalidLabelValueError.class, () -> labels.add("cyan", color));
        assertEquals(8, labels.list().size());
    }

    @Test
    @DisplayName("label-3 is the label of index 3, also where another is named so")
    void indexComesFirst() {
        labels.add("label-3", "0x123456");
        assertEquals("yellow", labels.resolve("label-3").name());
        assertEquals(Optional.of(9), labels.find("label-3").map(Label::index));
        assertThrows(QubesLabelNotFoundError.class, () -> labels.resolve("label-10"));
        BaseVM work = TestSystem.plain(system, "work");
        assertEquals("yellow", BaseVM.LABEL.parse(work, "label-3"));
        work.set(BaseVM.LABEL, "label-3"); // the label itself, not a text that names one
        assertEquals(Optional.of(9), work.label().map(Label::index));
    }

    @Test
    @DisplayName("label colour 0x123456 | kept")
    void colorIsKept() {
        assertEquals("0x123456", labels.add("mine", "0x123456").color());
        assertEquals(Optional.of("0x123456"), system.state().label("mine").map(Label::color));
    }

    @Test
    @DisplayName("an existing name is in use; a used label is not removed, nor a built-in one")
    void inUse() {
        assertThrows(QubesLabelInUseError.class, () -> labels.add("red", "0x00ffff"));
        Label cyan = labels.add("cyan", "0x00ffff");
        assertThrows(QubesLabelInUseError.class, () -> labels.add("cyan", "0x00ffff"));
        BaseVM work = TestSystem.plain(system, "work");
        work.set(BaseVM.LABEL, "cyan");
        assertThrows(QubesLabelInUseError.class, () -> labels.remove(cyan));
        work.set(BaseVM.LABEL, "red");
        labels.remove(cyan);
        assertEquals(Optional.empty(), labels.find("cyan"));
        for (String builtIn : List.of("blue", "red")) {
            assertThrows(ProtocolError.class, () -> labels.remove(labels.resolve(builtIn)));
        }
        assertEquals(8, labels.list().size());
    }
}
