package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.admin.AdminSocket;
import qubes.core.vm.QubesVM;

/** Volumes that a guest writes to without a snapshot between: spec storage §1.2. */
class VolumesInUseTest {
    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = Daemon.start();
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "admin.vm.volume.Clear+private",
                "admin.vm.volume.CloneTo+private <TOKEN",
                "admin.vm.volume.Revert+private <1-old",
                "internal.vm.volume.ImportEnd+private <ok",
            })
    @DisplayName("what replaces the data waits for the qube's end; nothing is asked of the pool")
    void dataStays(String call) throws IOException {
        play("admin.vm.volume.Set.revisions_to_keep+private <-1 | ok");
        QubesVM vm = (QubesVM) daemon.vm("test-vm1");
        Files.createDirectories(vm.storage().directory());
        vm.start();
        play(withToken(call) + " | ! StoragePoolException");
        assertEquals(List.of(), daemon.storageCalls());
        vm.kill();
        play(withToken(call) + " | ok");
        assertEquals(
                call.contains("Clear") ? 2 : 1,
                daemon.storageCalls().size(),
                () -> daemon.storageCalls().toString());
    }

    private String withToken(String call) throws IOException {
        return call.replace(
                "TOKEN",
                daemon.client()
                        .call("admin.vm.volume.CloneFrom", "private", "test-net", "")
                        .substring(2));
    }

    private void play(String row) throws IOException {
        for (Case step : Case.table(row).toList()) {
            AdminSocket socket =
                    step.call().startsWith("internal.") ? AdminSocket.INTERNAL : AdminSocket.ADMIN;
            String answer = step.answerFrom(new Client(daemon.socket(socket)));
            assertEquals(step.expectedOf(answer), answer, row);
        }
    }
}
