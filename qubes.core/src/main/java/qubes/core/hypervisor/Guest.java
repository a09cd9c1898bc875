package qubes.core.hypervisor;

import java.util.UUID;

/**
 * A guest that the hypervisor holds, as last seen.
 *
 * @param id the hypervisor's number for the running guest; -1 if it is not active
 */
public record Guest(UUID uuid, String name, GuestState state, int id) {}
