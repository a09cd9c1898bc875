package qubes.core.hypervisor;

import qubes.core.storage.BlockSource;

/**
 * A disk of a guest.
 *
 * @param volume name of the volume
 * @param target device name in the guest's order: {@code xvda}, {@code xvdb}, …; a template may map
 *     it to another bus
 */
public record GuestDisk(String volume, BlockSource source, String target) {}
