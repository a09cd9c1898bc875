package qubes.ext.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static qubes.testkit.Domains.create;
import static qubes.testkit.Domains.heard;
import static qubes.testkit.Domains.named;
import static qubes.testkit.Domains.set;
import static qubes.testkit.Domains.tags;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Qubes;
import qubes.testkit.QubesFixture;

class RelayRulesIT {
    private QubesFixture system;
    private Qubes qubes;
    private BaseVM far;

    @BeforeEach
    void start() {
        system = QubesFixture.with("qubes.vm.standalonevm", "qubes.vm.remotevm", "qubes.ext.relay");
        qubes = system.qubes();
        create(qubes, "StandaloneVM", "sys-relay", "kernel=");
        create(qubes, "StandaloneVM", "sys-other", "kernel=");
        far = create(qubes, "RemoteVM", "far");
    }

    @AfterEach
    void stop() {
        system.close();
    }

    @Test
    @DisplayName("a relay given at the creation makes no tag: a change does")
    void creationMakesNoTag() throws Exception {
        BaseVM born = create(qubes, "RemoteVM", "born", "relayvm=sys-relay");
        assertEquals("", tags(born, "relayvm-"));
        assertEquals(
                List.of(
                        "born property-pre-set:relayvm",
                        "born domain-tag-add:relayvm-sys-relay",
                        "born property-set:relayvm"),
                heard(qubes, () -> set(born, "relayvm=sys-relay")));
    }

    @Test
    @DisplayName("relayvm = what it was: the tag goes and comes back; none: it goes")
    void tagIsRenewed() throws Exception {
        set(far, "relayvm=sys-relay");
        assertEquals(
                List.of(
                        "far property-pre-set:relayvm",
                        "far domain-tag-delete:relayvm-sys-relay",
                        "far domain-tag-add:relayvm-sys-relay",
                        "far property-set:relayvm"),
                heard(qubes, () -> set(far, "relayvm=sys-relay")));
        assertEquals(
                List.of(
                        "far property-pre-set:relayvm",
                        "far domain-tag-delete:relayvm-sys-relay",
                        "far property-set:relayvm"),
                heard(qubes, () -> set(far, "relayvm=")));
    }

    @Test
    @DisplayName("nothing is kept in step once the extension is gone")
    void unloads() throws Exception {
        set(far, "relayvm=sys-relay");
        system.felix().bundle("qubes.ext.relay").stop();
        set(named(qubes, "far"), "relayvm=sys-other");
        assertEquals("relayvm-sys-relay", tags(far, "relayvm-"));
    }
}
