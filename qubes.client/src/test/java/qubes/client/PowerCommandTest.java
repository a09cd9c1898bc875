package qubes.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The verbs that start and stop, and what all verbs make of names that no qube has. */
class PowerCommandTest {
    private ScriptedDaemon daemon;

    @BeforeEach
    void start() throws IOException {
        daemon = new ScriptedDaemon();
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    @Test
    @DisplayName("start looks at the state first, which may come alone")
    void startQube() {
        daemon.on("admin.vm.CurrentState+ work", "power_state=Halted")
                .on("admin.vm.Start+ work", "");
        assertEquals(0, daemon.run("start", "work"));
        assertEquals(
                List.of("admin.vm.CurrentState+ work", "admin.vm.Start+ work"), daemon.requests());
    }

    @Test
    @DisplayName("start of one that runs is an error, unless it may be skipped")
    void startRunning() {
        daemon.on(
                "admin.vm.CurrentState+ work",
                "mem=1 mem_static_max=2 cputime=3 power_state=Running");
        assertEquals(1, daemon.run("start", "work"));
        assertEquals("domain work is already running\n", daemon.err());
        assertEquals(0, daemon.run("start", "--skip-if-running", "work"));
    }

    @Test
    @DisplayName("shutdown tells how in the argument, and leaves alone what is down")
    void shutdown() {
        daemon.on("admin.vm.List+ dom0", ScriptedDaemon.LIST)
                .on("admin.vm.Shutdown+ work", "")
                .on("admin.vm.Shutdown+wait work", "")
                .on("admin.vm.Shutdown+force work", "")
                .on("admin.vm.Shutdown+force+wait work", "")
                .refuse(
                        "admin.vm.Shutdown+ anon",
                        "QubesVMNotStartedError",
                        "Domain is powered off: 'anon'");
        assertEquals(0, daemon.run("shutdown", "work"));
        assertEquals(0, daemon.run("shutdown", "--wait", "work"));
        assertEquals(0, daemon.run("shutdown", "--force", "work"));
        assertEquals(0, daemon.run("shutdown", "work", "--wait", "--force"));
        assertEquals(0, daemon.run("shutdown", "anon", "work"));
    }

    @Test
    @DisplayName("shutdown --wait ends a qube that is not down in time")
    void shutdownTimeout() {
        daemon.refuse(
                        "admin.vm.Shutdown+wait work",
                        "QubesVMShutdownTimeoutError",
                        "Domain shutdown timed out")
                .on("admin.vm.Kill+ work", "");
        assertEquals(0, daemon.run("shutdown", "--wait", "work"));
        assertEquals(
                List.of("admin.vm.Shutdown+wait work", "admin.vm.Kill+ work"), daemon.requests());
    }

    @Test
    @DisplayName("one of several that fails is named, the others are done")
    void severalQubes() {
        daemon.on("admin.vm.List+ dom0", ScriptedDaemon.LIST)
                .refuse("admin.vm.Kill+ anon", "QubesVMError", "Cannot")
                .on("admin.vm.Kill+ work", "");
        assertEquals(1, daemon.run("kill", "anon", "work"));
        assertEquals("anon: Cannot\n", daemon.err());
        assertEquals(
                List.of("admin.vm.List+ dom0", "admin.vm.Kill+ anon", "admin.vm.Kill+ work"),
                daemon.requests());
    }

    @Test
    @DisplayName("one of several that is not there is a wrong command line, and nothing is done")
    void severalQubesWithAStranger() {
        daemon.on("admin.vm.List+ dom0", ScriptedDaemon.LIST);
        assertEquals(2, daemon.run("kill", "work", "nope"));
        assertTrue(daemon.err().endsWith("error: no such domain: 'nope'\n"), daemon.err());
        assertEquals(2, daemon.run("remove", "-f", "work", "nope"));
        assertEquals(2, daemon.run("remove", "nope"));
        assertEquals("", daemon.out(), "asks no questions");
        assertEquals(
                List.of("admin.vm.List+ dom0", "admin.vm.List+ dom0", "admin.vm.List+ dom0"),
                daemon.requests());
    }

    @Test
    @DisplayName("a name that no qube has is a wrong command line, whatever the verb")
    void strangers() {
        for (String method : List.of("property.GetAll", "feature.List", "tag.List", "Kill")) {
            daemon.refuse(
                    "admin.vm." + method + "+ nope",
                    "QubesVMNotFoundError",
                    "No such domain: 'nope'");
        }
        for (String verb : List.of("prefs", "features", "tags", "kill")) {
            assertEquals(2, daemon.run(verb, "nope"), verb);
            assertTrue(daemon.err().startsWith("usage: qvm " + verb), daemon.err());
            assertTrue(
                    daemon.err().endsWith("\nqvm " + verb + ": error: no such domain: 'nope'\n"),
                    daemon.err());
        }
    }

    @Test
    @DisplayName("unpause wakes a suspended qube and unpauses any other")
    void unpause() {
        daemon.on("admin.vm.List+ dom0", ScriptedDaemon.LIST)
                .on("admin.vm.CurrentState+ work", "power_state=Suspended")
                .on("admin.vm.Resume+ work", "")
                .on("admin.vm.CurrentState+ anon", "power_state=Paused")
                .on("admin.vm.Unpause+ anon", "");
        assertEquals(0, daemon.run("unpause", "work", "anon"));
        assertEquals(5, daemon.requests().size());
    }
}
