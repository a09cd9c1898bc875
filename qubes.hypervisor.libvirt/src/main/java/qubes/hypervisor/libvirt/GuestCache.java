package qubes.hypervisor.libvirt;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import qubes.core.hypervisor.Guest;
import qubes.core.hypervisor.GuestState;

/**
 * Guests as last seen. Reads wait for nobody. A look at a guest and the note of what was seen are
 * one step for everybody else who looks at it, so an older sight never replaces a newer one.
 */
final class GuestCache {
    private final Map<UUID, Guest> guests = new ConcurrentHashMap<>(); // domain's uuid to its guest
    private final ReentrantLock[] looking =
            Stream.generate(ReentrantLock::new).limit(64).toArray(ReentrantLock[]::new);

    Optional<Guest> guest(UUID uuid) {
        return Optional.ofNullable(guests.get(uuid));
    }

    List<Guest> guests() {
        return List.copyOf(guests.values());
    }

    /** Looks at the guest through the link; blocks. */
    Optional<Guest> refresh(Link link, UUID uuid) throws VirtException {
        ReentrantLock lock = looking[Math.floorMod(uuid.hashCode(), looking.length)];
        lock.lock();
        try {
            Optional<Guest> seen = link.look(uuid);
            seen.ifPresentOrElse(guest -> guests.put(uuid, guest), () -> guests.remove(uuid));
            return seen;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Looks at all guests, at those the link lists and at those known so far; blocks.
     *
     * @return guests that are not active, known so far or listed
     */
    List<Guest> refreshAll(Link link) throws VirtException {
        List<Guest> before = guests();
        Set<UUID> all = new HashSet<>(link.list());
        before.forEach(guest -> all.add(guest.uuid()));
        for (UUID uuid : all) {
            refresh(link, uuid);
        }
        Stream<Guest> gone =
                before.stream()
                        .filter(guest -> !guests.containsKey(guest.uuid()))
                        .map(g -> new Guest(g.uuid(), g.name(), GuestState.HALTED, -1));
        Stream<Guest> inactive = guests().stream().filter(guest -> !guest.state().active());
        return Stream.concat(gone, inactive).toList();
    }
}
