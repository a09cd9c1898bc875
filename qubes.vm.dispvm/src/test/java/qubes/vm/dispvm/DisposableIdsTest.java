package qubes.vm.dispvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.error.QubesException;

class DisposableIdsTest {
    private long now;

    private DisposableIds drawing(Integer... numbers) {
        Iterator<Integer> drawn = List.of(numbers).iterator();
        return new DisposableIds(drawn::next, () -> now);
    }

    @Test
    @DisplayName("numbers come as they are drawn")
    void asDrawn() {
        DisposableIds ids = drawing(11, 22, 33);
        assertEquals(11, ids.next(Set.of()));
        assertEquals(22, ids.next(Set.of()));
        assertEquals(33, ids.next(Set.of()));
    }

    @Test
    @DisplayName("a number in use is drawn again")
    void inUse() {
        assertEquals(12, drawing(11, 12).next(Set.of(11)));
    }

    @Test
    @DisplayName("a number rests for seven days after its disposable is gone")
    void resting() {
        DisposableIds ids = drawing(44, 45, 44);
        ids.release(44);
        assertEquals(45, ids.next(Set.of()));
        now += Duration.ofDays(7).plusSeconds(1).toNanos();
        assertEquals(44, ids.next(Set.of()));
    }

    @Test
    @DisplayName("a hundred tries without luck are enough")
    void noLuck() {
        DisposableIds ids = new DisposableIds(() -> 7, () -> now);
        assertThrows(QubesException.class, () -> ids.next(Set.of(7)));
    }
}
