package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.admin.AdminSocket;
import qubes.core.error.StoragePoolException;
import qubes.core.event.EventPattern;
import qubes.core.event.Lifecycle;
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

    @Test
    @DisplayName("a volume without snapshots is lent until the last of its copies is made")
    void lentToTwo() throws Exception {
        play("admin.vm.volume.Set.revisions_to_keep+private @test-net <-1 | ok");
        QubesVM source = (QubesVM) daemon.vm("test-net");
        Files.createDirectories(source.storage().directory());
        CountDownLatch firstBegan = new CountDownLatch(1);
        CountDownLatch secondBegan = new CountDownLatch(1);
        List<String> startBetween = new CopyOnWriteArrayList<>();
        FutureTask<Void> first =
                new FutureTask<>(() -> copy(source, (QubesVM) daemon.vm("test-vm1")));
        whenCopied(
                "test-vm1",
                () -> {
                    firstBegan.countDown();
                    secondBegan.await();
                });
        whenCopied(
                "test-template",
                () -> {
                    secondBegan.countDown();
                    first.get();
                    startBetween.add(
                            assertThrows(StoragePoolException.class, source::start).getMessage());
                });
        new Thread(first, "first-copy").start();
        firstBegan.await();
        copy(source, (QubesVM) daemon.vm("test-template"));
        assertEquals(
                List.of(
                        "Volume vms/test-net/private is being copied and has no snapshots; start the qube after that"),
                startBetween);
        source.start();
    }

    private static Void copy(QubesVM source, QubesVM target) {
        target.storage().data().copyFrom("private", source, "private");
        return null;
    }

    /** Does something while a qube's copy still has its source. */
    private void whenCopied(String target, Step action) {
        daemon.qubes()
                .handle(
                        daemon.vm(target),
                        EventPattern.of(Lifecycle.ImportVolume.class, "*"),
                        event -> {
                            try {
                                action.call();
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        });
    }

    private interface Step {
        void call() throws Exception;
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
