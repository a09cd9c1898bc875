package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Few at once")
class FewAtOnceTest {
    private final List<Runnable> threads = new ArrayList<>(); // asked for
    private final List<String> done = new ArrayList<>();
    private final FewAtOnce few = new FewAtOnce(threads::add, 2);

    @Test
    @DisplayName("five pieces of work ask for two threads, and are done in their order")
    void fivePiecesTakeTwoThreads() {
        for (String piece : List.of("a", "b", "c", "d", "e")) {
            few.execute(() -> done.add(piece));
        }
        assertEquals(2, threads.size());
        threads.forEach(Runnable::run);
        assertEquals(List.of("a", "b", "c", "d", "e"), done);
    }

    @Test
    @DisplayName("work that comes when all is done asks for a thread again")
    void comesBack() {
        few.execute(() -> done.add("first"));
        threads.remove(0).run();
        few.execute(() -> done.add("second"));
        threads.remove(0).run();
        assertEquals(List.of("first", "second"), done);
    }

    @Test
    @DisplayName("a piece that throws costs its thread, and no other piece")
    void pieceThatThrows() {
        few.execute(
                () -> {
                    throw new IllegalStateException("broken");
                });
        few.execute(() -> done.add("next"));
        assertThrows(IllegalStateException.class, threads.remove(0)::run);
        threads.remove(0).run();
        few.execute(() -> done.add("later"));
        threads.remove(0).run();
        assertEquals(List.of("next", "later"), done);
    }

    @Test
    @DisplayName("a thread that is interrupted, since the system closes, begins no more work")
    void interruptedBeginsNoMore() {
        few.execute(() -> Thread.currentThread().interrupt());
        few.execute(() -> done.add("too late"));
        threads.get(0).run();
        assertEquals(true, Thread.interrupted());
        assertEquals(List.of(), done);
    }
}
