package qubes.core.storage;

import qubes.core.value.DomainName;

/**
 * Whose volume it is, as far as a driver needs to know to choose where it lives.
 *
 * @param domain the domain's name
 * @param directory {@code vm-templates} for templates, {@code appvms} for all others
 */
public record VolumeOwner(DomainName domain, String directory) {}
