package qubes.core.vm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import qubes.core.state.VolumeRecord;
import qubes.core.storage.VolumeKind;

/** The volumes that a domain of a klass has when it is created, in order. */
public final class VolumeLayout {
    private static final long GIB = 1L << 30;

    /**
     * One volume of the layout.
     *
     * @param sizeBytes 0 for a snapshot, whose size is its source's, and for the kernel volume
     * @param fromTemplate true if it is a snapshot of the template's volume of that name
     */
    public record Entry(
            String name, VolumeKind kind, boolean writable, long sizeBytes, boolean fromTemplate) {}

    /** No volumes at all. */
    public static final VolumeLayout NONE = new VolumeLayout(List.of(), false);

    private final List<Entry> entries;
    private final boolean likeTemplate;

    private VolumeLayout(List<Entry> entries, boolean likeTemplate) {
        this.entries = List.copyOf(entries);
        this.likeTemplate = likeTemplate;
    }

    /**
     * {@return the layout so far and a volume that is a copy of the template's at every start}
     *
     * @param name name of the volume
     */
    public VolumeLayout snapshot(String name) {
        return and(new Entry(name, VolumeKind.SNAPSHOT, true, 0, true));
    }

    /**
     * {@return the layout so far and a volume whose content persists}
     *
     * @param name name of the volume
     * @param gibibytes its size
     */
    public VolumeLayout persistent(String name, long gibibytes) {
        return and(new Entry(name, VolumeKind.ORIGIN, true, gibibytes * GIB, false));
    }

    /**
     * {@return the layout so far and a volume that is empty at every start}
     *
     * @param name name of the volume
     * @param gibibytes its size
     */
    public VolumeLayout scratch(String name, long gibibytes) {
        return and(new Entry(name, VolumeKind.VOLATILE, true, gibibytes * GIB, false));
    }

    /** {@return the layout so far and the read-only kernel volume} */
    public VolumeLayout kernel() {
        return and(new Entry("kernel", VolumeKind.VOLATILE, false, 0, false));
    }

    /**
     * {@return the layout so far, with volumes in the pools of the template's, and read-only or
     * ephemeral where those are}
     */
    public VolumeLayout likeTemplate() {
        return new VolumeLayout(entries, true);
    }

    /**
     * {@return true if a volume is in the pool of the template's volume of that name, unless told
     * otherwise}
     */
    public boolean isLikeTemplate() {
        return likeTemplate;
    }

    /**
     * What a store holds of a volume, and what it leaves out as the layout has it: a store may name
     * no more than what differs (spec vm-classes §8).
     */
    VolumeRecord completed(VolumeRecord stored) {
        return entries.stream()
                .filter(entry -> entry.name().equals(stored.name()))
                .findFirst()
                .map(entry -> completed(stored, entry))
                .orElse(stored);
    }

    private static VolumeRecord completed(VolumeRecord stored, Entry entry) {
        Map<String, String> usual =
                Map.of(
                        "rw", flag(entry.writable()),
                        "save_on_stop", flag(entry.kind().saveOnStop()),
                        "snap_on_start", flag(entry.kind().snapOnStart()),
                        "size", Long.toString(entry.sizeBytes()));
        VolumeRecord whole = stored;
        for (Map.Entry<String, String> attribute : usual.entrySet()) {
            if (stored.text(attribute.getKey()).isEmpty()) {
                whole = whole.with(attribute.getKey(), Optional.of(attribute.getValue()));
            }
        }
        return whole;
    }

    /** A flag as the store has it. */
    static String flag(boolean value) {
        return value ? "True" : "False";
    }

    /** {@return the volumes, in order} */
    public List<Entry> entries() {
        return entries;
    }

    private VolumeLayout and(Entry entry) {
        List<Entry> all = new ArrayList<>(entries);
        all.add(entry);
        return new VolumeLayout(all, likeTemplate);
    }
}
