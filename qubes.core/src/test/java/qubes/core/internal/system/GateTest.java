package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Architecture §3, "Leaving, in order". */
class GateTest {
    private final Gate gate = new Gate();
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch finish = new CountDownLatch(1);

    @Test
    @DisplayName("once closed nobody gets in, but those inside go on and may enter again")
    void closedToOthersOnly() throws Exception {
        assertTrue(gate.enter());
        gate.close();
        assertFalse(elsewhere(gate::enter).get());
        assertTrue(gate.enter());
        gate.exit();
        gate.exit();
        assertFalse(gate.enter());
    }

    @Test
    @DisplayName("what runs may end by itself, and is not interrupted")
    void endsByItself() throws Exception {
        FutureTask<Boolean> work = elsewhere(this::workUntilTold);
        inside.await();
        gate.close();
        finish.countDown();
        assertTrue(gate.drain("work"));
        assertFalse(work.get(), "interrupted");
    }

    @Test
    @DisplayName("what does not end is interrupted, and keeps no interrupt")
    void isInterrupted() throws Exception {
        FutureTask<Boolean> work = elsewhere(this::workUntilTold);
        inside.await();
        assertTrue(gate.drain("work", System.nanoTime()));
        assertTrue(work.get(), "not interrupted");
    }

    @Test
    @DisplayName("an interrupt that comes when the work is done does not stay behind")
    void lateInterruptIsTakenBack() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        FutureTask<Boolean> work =
                elsewhere(
                        () -> {
                            gate.enter();
                            inside.countDown();
                            while (!Thread.currentThread().isInterrupted()) {
                                Thread.onSpinWait();
                            }
                            interrupted.countDown();
                            gate.exit();
                            return Thread.currentThread().isInterrupted();
                        });
        inside.await();
        assertTrue(gate.drain("work", System.nanoTime()));
        interrupted.await();
        assertFalse(work.get(), "still interrupted");
    }

    @Test
    @DisplayName("who waits for others to leave does not wait for itself")
    void notForItself() {
        assertTrue(gate.enter());
        assertTrue(gate.drain("work"));
        gate.exit();
    }

    private boolean workUntilTold() {
        gate.enter();
        try {
            inside.countDown();
            finish.await();
            return false;
        } catch (InterruptedException e) {
            return true;
        } finally {
            gate.exit();
        }
    }

    private static FutureTask<Boolean> elsewhere(java.util.concurrent.Callable<Boolean> work) {
        FutureTask<Boolean> task = new FutureTask<>(work);
        new Thread(task, "inside").start();
        return task;
    }
}
