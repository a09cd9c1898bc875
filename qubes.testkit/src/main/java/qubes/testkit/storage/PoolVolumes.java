package qubes.testkit.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import qubes.core.error.QubesException;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolCapability;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeKind;
import qubes.core.storage.VolumeOwner;
import qubes.core.storage.VolumeSpec;
import qubes.core.value.DomainName;

/** Volumes for tests of pools, and short sessions of a guest with them. All methods block. */
public final class PoolVolumes {
    /** Size of the volumes, in bytes. */
    public static final long SIZE = 8L << 20;

    /** What five bytes of an empty disk read as. */
    public static final String ZEROES = "\0\0\0\0\0";

    private PoolVolumes() {}

    /**
     * {@return a domain that is no template}
     *
     * @param domain name of the domain
     */
    public static VolumeOwner owner(String domain) {
        return new VolumeOwner(new DomainName(domain), "appvms");
    }

    /**
     * {@return a writable volume of {@link #SIZE} that keeps one revision and has no source}
     *
     * @param name name of the volume
     * @param vid its id in the pool
     * @param kind what happens to its content
     */
    public static VolumeSpec spec(String name, String vid, VolumeKind kind) {
        return new VolumeSpec(name, vid, kind, SIZE, true, Optional.empty(), 1);
    }

    /**
     * {@return a persistent volume of the domain {@code work}}
     *
     * @param pool the pool under test
     * @param name name of the volume
     * @param revisionsToKeep how many
     */
    public static VolumeSpec origin(Pool pool, String name, int revisionsToKeep) {
        String vid = pool.newVid(owner("work"), name);
        return new VolumeSpec(
                name, vid, VolumeKind.ORIGIN, SIZE, true, Optional.empty(), revisionsToKeep);
    }

    /**
     * {@return a persistent volume of the domain {@code work} that keeps one revision, already
     * created}
     *
     * @param pool the pool under test
     * @param name name of the volume
     */
    public static Volume created(Pool pool, String name) {
        Volume volume = pool.volume(origin(pool, name, 1));
        volume.create();
        return volume;
    }

    /**
     * {@return a snapshot of {@code source}, of the domain {@code leaf}}
     *
     * @param pool the pool under test
     * @param source the volume to copy at start
     */
    public static Volume snapshotOf(Pool pool, Volume source) {
        String vid = pool.newVid(owner("leaf"), "root");
        return pool.volume(
                new VolumeSpec(
                        "root",
                        vid,
                        VolumeKind.SNAPSHOT,
                        SIZE,
                        true,
                        Optional.of(source.spec().vid()),
                        0));
    }

    /**
     * {@return a volatile volume of the domain {@code work}}
     *
     * @param pool the pool under test
     */
    public static Volume volatileVolume(Pool pool) {
        String vid = pool.newVid(owner("work"), "volatile");
        return pool.volume(
                new VolumeSpec(
                        "volatile", vid, VolumeKind.VOLATILE, SIZE, true, Optional.empty(), 0));
    }

    /**
     * Starts a volume, lets its guest write {@code text} at the beginning of the disk, stops it.
     *
     * @param volume one that is not started
     * @param text five characters
     */
    public static void session(Volume volume, String text) {
        volume.start();
        DiskContent.of(volume).write(0, text);
        volume.stop();
    }

    /**
     * Starts a volume, reads five bytes at the beginning of the disk, stops it.
     *
     * @param volume one that is not started
     * @return the five bytes
     */
    public static String readOnce(Volume volume) {
        volume.start();
        String text = DiskContent.of(volume).read(0, 5);
        volume.stop();
        return text;
    }

    /** Claims the refusal of a pool that holds no data of guests; false for any other pool. */
    static boolean refusesGuestsData(Pool pool) {
        if (pool.capabilities().contains(PoolCapability.WRITE)) {
            return false;
        }
        assertThrows(
                QubesException.class, () -> pool.volume(spec("private", "1.0", VolumeKind.ORIGIN)));
        assertEquals(List.of(), List.copyOf(pool.capabilities()));
        return true;
    }
}
