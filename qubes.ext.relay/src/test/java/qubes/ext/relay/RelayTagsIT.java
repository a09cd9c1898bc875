package qubes.ext.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.vm.BaseVM;
import qubes.testkit.Domains;
import qubes.testkit.QubesFixture;

class RelayTagsIT {
    private static QubesFixture system;

    @BeforeAll
    static void start() {
        system = QubesFixture.with("qubes.vm.standalonevm", "qubes.vm.remotevm", "qubes.ext.relay");
        Domains.create(system.qubes(), "StandaloneVM", "sys-relay", "kernel=");
        Domains.create(system.qubes(), "StandaloneVM", "sys-other", "kernel=");
    }

    @AfterAll
    static void stop() {
        system.close();
    }

    @ParameterizedTest(name = "relayvm: {0} | tags {1}")
    @CsvSource({
        "'', ''",
        "sys-relay, relayvm-sys-relay",
        "sys-relay -> sys-other, relayvm-sys-other",
        "sys-relay -> <reset>, ''",
        "sys-relay -> <none>, ''",
        "dom0, relayvm-dom0",
    })
    @DisplayName("The tag says through whom a remote qube is reached, and nothing else")
    void tagFollows(String steps, String tags) {
        BaseVM vm =
                Domains.create(
                        system.qubes(), "RemoteVM", "far-" + system.qubes().domains().size());
        Domains.walk(vm, "relayvm", steps);
        assertEquals(tags, Domains.tags(vm, "relayvm-"));
    }
}
