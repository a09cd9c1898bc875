package qubes.testkit;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import qubes.core.vm.BaseVM;
import qubes.core.vm.GuestDatabase;

/**
 * The databases of guests, in memory, for tests: what a guest would have written, a test writes;
 * and it sees what was asked for.
 */
public final class MemoryGuestDatabase implements GuestDatabase {
    private final Map<UUID, Map<String, byte[]>> databases = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    /** A database without entries for every domain. */
    public MemoryGuestDatabase() {}

    /**
     * Writes bytes as the domain would.
     *
     * @param vm whose database it is
     * @param path the whole path
     * @param value what is written there
     */
    public void write(BaseVM vm, String path, byte[] value) {
        databases
                .computeIfAbsent(vm.uuid(), uuid -> new ConcurrentSkipListMap<>())
                .put(path, value.clone());
    }

    /**
     * Writes text as the domain would.
     *
     * @param vm whose database it is
     * @param path the whole path
     * @param value what is written there
     */
    public void write(BaseVM vm, String path, String value) {
        write(vm, path, value.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Forgets the domain's entries.
     *
     * @param vm whose database it is
     */
    public void clear(BaseVM vm) {
        databases.remove(vm.uuid());
    }

    /** {@return what was asked for, in order: {@code list PREFIX} and {@code read PATH}} */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    @Override
    public List<String> list(BaseVM vm, String prefix) {
        asked.add("list " + prefix);
        return new TreeMap<>(databases.getOrDefault(vm.uuid(), Map.of()))
                .keySet().stream().filter(path -> path.startsWith(prefix)).toList();
    }

    @Override
    public Optional<byte[]> read(BaseVM vm, String path) {
        asked.add("read " + path);
        return Optional.ofNullable(databases.getOrDefault(vm.uuid(), Map.of()).get(path))
                .map(byte[]::clone);
    }
}
