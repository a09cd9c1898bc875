package qubes.ext.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.vm.BaseVM;
import qubes.testkit.Domains;
import qubes.testkit.QubesFixture;

class AudioTagsIT {
    private static QubesFixture system;

    @BeforeAll
    static void start() {
        system = QubesFixture.with("qubes.vm.standalonevm", "qubes.ext.audio");
        Domains.create(system.qubes(), "StandaloneVM", "sys-audio", "kernel=");
        Domains.create(system.qubes(), "StandaloneVM", "sys-radio", "kernel=");
    }

    @AfterAll
    static void stop() {
        system.close();
    }

    @ParameterizedTest(name = "audiovm: {0} | tags {1}")
    @CsvSource({
        "'', audiovm-dom0",
        "sys-audio, audiovm-sys-audio",
        "sys-audio -> sys-radio, audiovm-sys-radio",
        "sys-audio -> <reset>, audiovm-dom0",
        "sys-audio -> <none>, ''",
        "<none> -> sys-radio, audiovm-sys-radio",
    })
    @DisplayName("The tag says who carries the audio, and nothing else")
    void tagFollows(String steps, String tags) {
        BaseVM vm =
                Domains.create(
                        system.qubes(),
                        "StandaloneVM",
                        "work-" + system.qubes().domains().size(),
                        "kernel=");
        Domains.walk(vm, "audiovm", steps);
        assertEquals(tags, Domains.tags(vm, "audiovm-"));
    }
}
