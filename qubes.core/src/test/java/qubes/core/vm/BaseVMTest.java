package qubes.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.device.AssignmentMode;
import qubes.core.device.DeviceAssignment;
import qubes.core.device.Port;
import qubes.core.device.VirtualDevice;
import qubes.core.error.QubesLabelNotFoundError;
import qubes.core.internal.system.Scene;
import qubes.core.state.StoredValue;
import qubes.core.value.DomainName;
import qubes.core.value.Label;

/** What every domain is, as a reader of the original's documentation of BaseVM expects it. */
class BaseVMTest {
    @TempDir private Path home;

    private Scene scene;
    private QubesVM work;

    @BeforeEach
    void open() {
        scene = Scene.open(home);
        work = scene.plain("work");
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @Test
    @DisplayName("app: the application it belongs to")
    void app() {
        assertSame(scene.qubes(), work.app());
        assertSame(work.app(), work.qubes());
        assertSame(work, work.qubes().domain(work.name()));
    }

    @Test
    @DisplayName("devices: what is assigned to it, class by class")
    void devices() {
        assertEquals(List.of(), work.devices().assigned());
        work.devices()
                .of("block")
                .assign(
                        new DeviceAssignment(
                                new VirtualDevice(
                                        new Port(Optional.of(DomainName.DOM0), "sda", "block"),
                                        "*"),
                                Optional.empty(),
                                Map.of(),
                                AssignmentMode.REQUIRED));
        assertEquals("dom0:sda:*", work.devices().assigned().get(0).device().toString());
    }

    @Test
    @DisplayName("volumes: what the store holds of each, by name")
    void volumes() {
        assertEquals(work.record().volumes(), work.volumes());
        assertEquals(Map.of(), scene.qubes().admin().volumes());
    }

    @Test
    @DisplayName("xml(): its element of the store as it is now, for reading only")
    void xml() {
        work.features().set("gui", true);
        assertTrue(work.xml().startsWith("<domain id=\"domain-1\" class=\"PlainVM\">"), work.xml());
        assertTrue(work.xml().contains("<feature name=\"gui\">1</feature>"), work.xml());
    }

    @Test
    @DisplayName("features: a map of its own")
    void features() {
        work.features().set("gui", true);
        assertEquals(Map.of("gui", "1"), work.features());
        assertEquals(Map.of(), scene.plain("other").features());
    }

    @Test
    @DisplayName("klass: the name of its class, which never changes")
    void klass() {
        assertEquals("PlainVM", work.klass());
        assertEquals("PlainVM", Scene.value(work, "klass"));
        assertEquals("AdminVM", scene.qubes().admin().klass());
    }

    @Test
    @DisplayName("label: none until one is set, then that label; a refused one changes nothing")
    void label() {
        assertEquals(Optional.empty(), work.label());
        assertThrows(QubesLabelNotFoundError.class, () -> Scene.set(work, "label=invalid"));
        assertThrows(QubesLabelNotFoundError.class, () -> Scene.set(work, "label=123"));
        assertEquals(Optional.empty(), work.label());
        assertEquals("-", Scene.stored(work, "label"));
        Label red = scene.qubes().labels().resolve("red");
        work.set(BaseVM.LABEL, red.name());
        assertEquals(Optional.of(red), work.label());
        Scene.set(work, "label=label-4");
        assertEquals(4, work.label().orElseThrow().index());
    }

    @Test
    @DisplayName("log: a logger of its own, vm.<name>")
    void log() {
        assertEquals("vm.work", work.log().getName());
        assertEquals("vm.dom0", scene.qubes().admin().log().getName());
    }

    @Test
    @DisplayName("name: its name, which is also its text")
    void name() {
        assertEquals("work", work.name().value());
        assertEquals("work", work.toString());
        assertEquals("work", work.subjectName());
    }

    @Test
    @DisplayName("qid: a number of its own, 0 for dom0")
    void qid() {
        assertEquals(1, work.qid());
        assertEquals(2, scene.plain("other").qid());
        assertEquals(0, scene.qubes().admin().qid());
    }

    @Test
    @DisplayName("storage: its volumes")
    void storage() {
        assertEquals(home.resolve("appvms/work"), work.storage().directory());
    }

    @Test
    @DisplayName("tags: a set of its own")
    void tags() {
        work.tags().add("team");
        assertEquals(Set.of("team"), work.tags());
        assertEquals(Set.of(), scene.plain("other").tags());
    }

    @Test
    @DisplayName("uuid: given at birth, random, of version 4")
    void uuid() {
        assertEquals(4, work.uuid().version());
        assertNotEquals(work.uuid(), scene.plain("other").uuid());
        assertEquals(work.uuid().toString(), Scene.value(work, "uuid"));
        assertEquals(Optional.of(work), scene.qubes().find(work.uuid()));
    }

    @Test
    @DisplayName("domains are in order of their names, dom0 before all")
    void order() {
        scene.plain("a");
        scene.plain("Z");
        assertEquals(
                List.of("dom0", "Z", "a", "work"),
                scene.qubes().domains().stream().sorted().map(BaseVM::toString).toList());
        assertTrue(work.compareTo(scene.qubes().admin()) > 0);
        assertTrue(scene.qubes().admin().compareTo(scene.named("Z")) < 0);
    }

    @ParameterizedTest(name = "{0}, {1}: {2}")
    @CsvSource({
        "PlainVM, label=green, appvm-green",
        "PlainVM, label=green servicevm=1, servicevm-green",
        "PlainVM, label=green servicevm=, appvm-green",
        "PlainVM, label=green template_for_dispvms=True, templatevm-green",
        "PlainVM, label=green servicevm=1 template_for_dispvms=True, templatevm-green",
        "PassingVM, label=black, dispvm-black",
        "PassingVM, label=black servicevm=1, servicevm-black",
        "PlainVM, no label, -",
    })
    @DisplayName("icon: by klass, use and label")
    void icon(String klass, String words, String icon) {
        BaseVM vm =
                klass.equals("PassingVM")
                        ? scene.create(klass, "it", "template=work")
                        : scene.create(klass, "it");
        for (String word : words.split(" ", -1)) {
            if (word.startsWith("servicevm")) {
                vm.features().set("servicevm", word.substring(word.indexOf('=') + 1));
            } else if (word.contains("=")) {
                Scene.set(vm, word);
            }
        }
        assertEquals(icon, Scene.value(vm, "icon"));
    }

    @Test
    @DisplayName("the nothing that a store may hold in a text property reads as None")
    void storedNothing() {
        work.write(() -> work.store("bootmode", Optional.of(StoredValue.ofText(""))));
        assertEquals("None", Scene.value(work, "bootmode"));
        Scene.set(work, "bootmode=");
        assertEquals("", Scene.value(work, "bootmode"));
    }
}
