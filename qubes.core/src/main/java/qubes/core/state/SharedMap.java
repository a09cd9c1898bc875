package qubes.core.state;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map that is cheap to change one key of: the changed copy shares all but one of its
 * parts with this one. Looking a key up takes constant time.
 */
final class SharedMap<K, V> {
    private static final int PARTS = 256; // a power of two

    private final List<Map<K, V>> parts; // by hash of the key

    private SharedMap(List<Map<K, V>> parts) {
        this.parts = parts;
    }

    /** A map without any key. */
    static <K, V> SharedMap<K, V> empty() {
        return new SharedMap<>(Collections.nCopies(PARTS, Map.of()));
    }

    /** A map with the same entries as {@code map} has now. */
    static <K, V> SharedMap<K, V> of(Map<K, V> map) {
        List<Map<K, V>> parts = new ArrayList<>(PARTS);
        for (int i = 0; i < PARTS; i++) {
            parts.add(new HashMap<>());
        }
        map.forEach((key, value) -> parts.get(part(key)).put(key, value));
        return new SharedMap<>(parts);
    }

    @Nullable V get(K key) {
        return parts.get(part(key)).get(key);
    }

    /** This map with a key set, or removed if {@code value} is null. */
    SharedMap<K, V> with(K key, @Nullable V value) {
        int part = part(key);
        Map<K, V> changed = new HashMap<>(parts.get(part));
        if (value == null) {
            changed.remove(key);
        } else {
            changed.put(key, value);
        }
        List<Map<K, V>> all = new ArrayList<>(parts);
        all.set(part, changed);
        return new SharedMap<>(all);
    }

    private static int part(Object key) {
        int hash = key.hashCode() * 0x9E3779B9; // spreads what differs in a few bits only
        return hash >>> (Integer.SIZE - Integer.numberOfTrailingZeros(PARTS));
    }
}
