package qubes.admin.policy;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The qubes that a policy is asked about (spec policy.md §4). Reading it never blocks. */
interface SystemInfo {
    /** The qube of that name. */
    Optional<? extends KnownQube> find(String name);

    /** The qube with that uuid. */
    Optional<? extends KnownQube> find(UUID uuid);

    /** All of them, dom0 too. */
    List<? extends KnownQube> qubes();
}
