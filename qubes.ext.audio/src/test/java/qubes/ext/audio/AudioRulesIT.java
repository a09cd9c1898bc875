package qubes.ext.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static qubes.testkit.Domains.create;
import static qubes.testkit.Domains.heard;
import static qubes.testkit.Domains.named;
import static qubes.testkit.Domains.set;
import static qubes.testkit.Domains.tags;

import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.error.QubesVMInUseError;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.Globals;
import qubes.core.vm.PowerState;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.testkit.QubesFixture;

class AudioRulesIT {
    private QubesFixture system;
    private Qubes qubes;
    private BaseVM work;

    @BeforeEach
    void start() {
        system = QubesFixture.with("qubes.vm.standalonevm", "qubes.ext.audio");
        qubes = system.qubes();
        for (String name : List.of("sys-audio", "sys-radio", "work")) {
            create(qubes, "StandaloneVM", name, "kernel=");
        }
        work = named(qubes, "work");
    }

    @AfterEach
    void stop() {
        system.close();
    }

    @Test
    @DisplayName("audiovm = what it was: the tag goes and comes back, as with the original")
    void tagIsRenewed() throws Exception {
        assertEquals(
                List.of(
                        "work property-pre-set:audiovm",
                        "work domain-tag-delete:audiovm-dom0",
                        "work domain-tag-add:audiovm-dom0",
                        "work property-set:audiovm"),
                heard(qubes, () -> set(work, "audiovm=dom0")));
    }

    @Test
    @DisplayName("default_audiovm = sys-audio: tag audiovm-sys-audio on those at default")
    void defaultIsFollowed() throws Exception {
        set(named(qubes, "sys-radio"), "audiovm=dom0");
        assertEquals(
                List.of(
                        "- property-pre-set:default_audiovm",
                        "sys-audio domain-tag-delete:audiovm-dom0",
                        "sys-audio domain-tag-add:audiovm-sys-audio",
                        "sys-audio property-set:audiovm",
                        "work domain-tag-delete:audiovm-dom0",
                        "work domain-tag-add:audiovm-sys-audio",
                        "work property-set:audiovm",
                        "- property-set:default_audiovm"),
                heard(
                        qubes,
                        () ->
                                qubes.set(
                                        Globals.DEFAULT_AUDIOVM,
                                        Optional.of(new DomainName("sys-audio")))));
        assertEquals("audiovm-dom0", tags(named(qubes, "sys-radio"), "audiovm-"));
    }

    @Test
    @DisplayName("a tag that is wrong when the domain is loaded is put right")
    void tagsAreMendedOnLoad() throws Exception {
        system.felix().bundle("qubes.ext.audio").stop();
        set(work, "audiovm=sys-audio");
        assertEquals("audiovm-dom0", tags(work, "audiovm-"));
        system.felix().bundle("qubes.ext.audio").start();
        assertEquals("audiovm-sys-audio", tags(work, "audiovm-"));
    }

    @ParameterizedTest(name = "clients that run: {0} | {1}")
    @CsvSource({
        "running, error",
        "preloaded, ok",
        "running preloaded, error",
        "'', ok",
    })
    @DisplayName("audiovm shutdown under clients, unless forced")
    void shutdownUnderClients(String clients, String outcome) {
        system.felix()
                .context()
                .registerService(
                        DomainFactory.class,
                        new Waiting.Factory(),
                        new Hashtable<>(Map.of("klass", "Waiting")));
        create(qubes, "StandaloneVM", "running", "kernel=", "audiovm=sys-audio");
        create(qubes, "Waiting", "preloaded", "kernel=", "audiovm=sys-audio");
        QubesVM audio = (QubesVM) named(qubes, "sys-audio");
        audio.start();
        for (String client : clients.split(" ")) {
            if (!client.isEmpty()) {
                ((QubesVM) named(qubes, client)).start();
            }
        }
        if (outcome.equals("error")) {
            QubesVMInUseError refused =
                    assertThrows(QubesVMInUseError.class, () -> audio.shutdown(false, true));
            assertEquals(
                    "sys-audio carries the audio of running qubes: running; shut these down first, or force it",
                    refused.getMessage());
            audio.shutdown(true, true);
        } else {
            audio.shutdown(false, true);
        }
        assertEquals(PowerState.HALTED, audio.powerState());
    }
}
