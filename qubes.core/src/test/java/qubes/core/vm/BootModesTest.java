package qubes.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.internal.system.Scene;

/** Rows "vm/qubesvm bootmode" of spec vm-classes, and its §3.6. */
class BootModesTest {
    @TempDir private Path home;

    private Scene scene;
    private QubesVM base;
    private QubesVM vm;

    @BeforeEach
    void open() {
        scene = Scene.open(home);
        base = scene.create("BaseImageVM", "base");
        vm = scene.derived("work", base);
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @ParameterizedTest(name = "{0} | template {1}: mode {2}, options \"{3}\", user {4}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    -                                        | -                                            | default   | ''         | user
                    active=one                               | -                                            | default   | ''         | user
                    active=one kernelopts.one=abc_def        | -                                            | one       | ' abc_def' | user
                    active=one                               | kernelopts.one=abc_def                       | one       | ' abc_def' | user
                    active=one kernelopts.one=               | -                                            | one       | ''         | user
                    active=one kernelopts.one=own            | kernelopts.one=theirs                        | one       | ' own'     | user
                    active=default                           | DEFAULT=two kernelopts.two=ghi               | default   | ''         | user
                    active=one                               | DEFAULT=two kernelopts.two=ghi               | two       | ' ghi'     | user
                    -                                        | active=two kernelopts.two=ghi                | default   | ''         | user
                    -                                        | DEFAULT=two                                  | default   | ''         | user
                    -                                        | DEFAULT=default kernelopts.default=x         | default   | ''         | user
                    kernelopts.two=own                       | DEFAULT=two                                  | two       | ' own'     | user
                    MODE=one kernelopts.one=abc_def          | -                                            | one       | ' abc_def' | user
                    MODE=default active=one kernelopts.one=x | -                                            | default   | ''         | user
                    MODE=nonexistent                         | DEFAULT=two kernelopts.two=ghi_jkl           | nonexistent | ' ghi_jkl' | user
                    MODE=nonexistent                         | -                                            | nonexistent | ''       | user
                    MODE=nonexistent kernelopts.default=x    | -                                            | nonexistent | ''       | user
                    MODE=one kernelopts.one= active=two kernelopts.two=x | -                                | one       | ''         | user
                    active=one default-user.one=altuser kernelopts.one=x | -                                | one       | ' x'       | altuser
                    active=one default-user.one=altuser      | -                                            | default   | ''         | user
                    active=one kernelopts.one=x              | default-user.one=altuser                     | one       | ' x'       | altuser
                    MODE=one default-user.one=altuser        | -                                            | one       | ''         | altuser
                    default-user.default=altuser             | -                                            | default   | ''         | user
                    active=one kernelopts.one=x USER=me      | -                                            | one       | ' x'       | me
                    """)
    @DisplayName("the mode, its kernel options and its user follow from features and the template")
    void modes(String own, String template, String mode, String options, String user) {
        arrange(base, template);
        arrange(vm, own);
        assertEquals(mode, Scene.value(vm, "bootmode"));
        assertEquals(options, BootModes.kernelOptions(vm));
        assertEquals(user, vm.effectiveUser());
    }

    @Test
    @DisplayName("options are those of the feature, blanks and all")
    void optionsAreKept() {
        vm.features().set("boot-mode.kernelopts.testmode1", "abc def");
        Scene.set(vm, "bootmode=testmode1");
        assertEquals(" abc def", BootModes.kernelOptions(vm));
    }

    @Test
    @DisplayName("a template far up decides if those below do not, by what its own child can boot")
    void farTemplate() {
        QubesVM middle = scene.derived("middle", base);
        QubesVM app = scene.derived("app", middle);
        Scene.set(base, "appvm_default_bootmode=far");
        app.features().set("boot-mode.kernelopts.far", "only here");
        assertEquals("default", Scene.value(app, "bootmode"));
        middle.features().set("boot-mode.kernelopts.far", "there, too");
        assertEquals("far", Scene.value(app, "bootmode"));
        assertEquals(" only here", BootModes.kernelOptions(app));
    }

    @Test
    @DisplayName("another active mode is told of a domain at the default, and of no other")
    void announcement() throws Exception {
        assertEquals(
                List.of(
                        "work domain-feature-pre-set:boot-mode.active",
                        "work property-reset:bootmode",
                        "work domain-feature-set:boot-mode.active"),
                scene.heard(() -> vm.features().set("boot-mode.active", "one")));
        List<String> unchanged =
                List.of(
                        "work domain-feature-pre-set:boot-mode.active",
                        "work domain-feature-set:boot-mode.active");
        assertEquals(unchanged, scene.heard(() -> vm.features().set("boot-mode.active", "one")));
        Scene.set(vm, "bootmode=two");
        assertEquals(unchanged, scene.heard(() -> vm.features().set("boot-mode.active", "three")));
    }

    private static void arrange(QubesVM on, String words) {
        for (String word : words.equals("-") ? new String[0] : words.split(" ")) {
            String[] parts = word.split("=", 2);
            switch (parts[0]) {
                case "DEFAULT" -> Scene.set(on, "appvm_default_bootmode=" + parts[1]);
                case "MODE" -> Scene.set(on, "bootmode=" + parts[1]);
                case "USER" -> Scene.set(on, "default_user=" + parts[1]);
                default -> on.features().set("boot-mode." + parts[0], parts[1]);
            }
        }
    }
}
