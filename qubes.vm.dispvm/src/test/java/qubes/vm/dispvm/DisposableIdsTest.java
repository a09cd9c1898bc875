package qubes.vm.dispvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

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
        DisposableIds ids = drawing(44, 45, 44, 46, 44);
        ids.release(44);
        assertEquals(45, ids.next(Set.of()));
        now += Duration.ofDays(7).toNanos() - 1;
        assertEquals(46, ids.next(Set.of()));
        now += 2;
        assertEquals(44, ids.next(Set.of()));
    }

    @Test
    @DisplayName("a number that rested long enough and is used again is forgotten until it is free")
    void forgotten() {
        DisposableIds ids = drawing(66, 66);
        ids.release(66);
        now += Duration.ofDays(7).toNanos() + 1;
        assertEquals(66, ids.next(Set.of()));
        assertEquals(66, ids.next(Set.of()));
    }

    @Test
    @DisplayName("0 never rests, as the original takes it for none")
    void zero() {
        DisposableIds ids = drawing(0);
        ids.release(0);
        assertEquals(0, ids.next(Set.of()));
    }

    @Test
    @DisplayName("a hundred tries without luck are enough")
    void noLuck() {
        int[] tries = new int[1];
        DisposableIds ids =
                new DisposableIds(
                        () -> {
                            tries[0]++;
                            return 7;
                        },
                        () -> now);
        assertThrows(NoSuchElementException.class, () -> ids.next(Set.of(7)));
        assertEquals(100, tries[0]);
    }
}
