package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;

class ModelTest {
    @Test
    @DisplayName("a store that takes no more fails its writer and keeps nobody else waiting")
    void closedStoreKeepsNobodyWaiting() throws Exception {
        Model model =
                new Model(
                        SystemState.EMPTY,
                        version -> {
                            throw new IllegalStateException("the store is closed");
                        });
        assertThrows(IllegalStateException.class, () -> model.write(() -> change(model)));
        assertFalse(model.heldByCaller());
        CompletableFuture<Void> other = CompletableFuture.runAsync(() -> model.write(() -> {}));
        assertDoesNotThrow(() -> other.get(10, TimeUnit.SECONDS));
    }

    @Test
    @DisplayName("what a write changed before it failed is committed, once for all writes inside")
    void failedWriteIsCommittedOnce() {
        long[] commits = new long[1];
        Model model = new Model(SystemState.EMPTY, version -> commits[0]++);
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        model.write(
                                () -> {
                                    model.write(() -> change(model));
                                    assertEquals(0, commits[0]);
                                    throw new IllegalArgumentException("a handler's");
                                }));
        assertEquals(1, commits[0]);
        assertEquals(1, model.committed().version());
        assertEquals(model.state(), model.committed().state());
    }

    @Test
    @DisplayName(
            "what follows from the store is no reason to write it, and goes along with a change")
    void derivedIsNotWritten() {
        long[] commits = new long[1];
        Model model = new Model(SystemState.EMPTY, version -> commits[0]++);
        model.derive(
                () -> {
                    model.derive(() -> {});
                    model.write(() -> change(model));
                    assertEquals(0, model.version(), "listeners need not wait for the disk");
                });
        assertEquals(0, commits[0]);
        assertEquals(0, model.committed().version());
        assertEquals(model.state(), model.committed().state());
        model.write(() -> model.derive(() -> change(model)));
        assertEquals(1, commits[0], "inside a write it is part of it");
        assertEquals(1, model.version());
    }

    private static void change(Model model) {
        model.update(state -> state.withGlobal("clockvm", Optional.of(StoredValue.ofText(""))));
    }
}
