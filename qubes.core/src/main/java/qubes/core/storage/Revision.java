package qubes.core.storage;

import java.time.Instant;

/**
 * An earlier committed state of a volume.
 *
 * @param id unique in the volume
 * @param created when the state was superseded
 */
public record Revision(String id, Instant created) {}
