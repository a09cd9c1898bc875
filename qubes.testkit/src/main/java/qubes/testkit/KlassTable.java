package qubes.testkit;

import java.util.StringJoiner;
import qubes.core.property.Property;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.VolumeLayout;

/** What a klass declares, as text tables for tests that read like a specification. */
public final class KlassTable {
    private static final long GIB = 1L << 30;

    private KlassTable() {}

    /**
     * {@return the properties that {@code klass} declares or overrides beyond {@code parent}, one a
     * line: name, type, load stage, default in words, and {@code rw}, {@code ro} or {@code wo} for
     * writable, computed or write-once}
     *
     * @param klass what a klass declares
     * @param parent what it extends
     */
    public static String ownProperties(KlassTraits klass, KlassTraits parent) {
        StringJoiner lines = new StringJoiner("\n", "", "\n");
        for (Property<?> property : klass.properties()) {
            if (parent.property(property.name()).filter(same -> same == property).isEmpty()) {
                lines.add(line(property));
            }
        }
        return lines.toString();
    }

    /**
     * {@return all property names of {@code klass}, in the order clients see them, separated by
     * blanks}
     *
     * @param klass what a klass declares
     */
    public static String propertyNames(KlassTraits klass) {
        StringJoiner names = new StringJoiner(" ");
        klass.properties().forEach(property -> names.add(property.name()));
        return names.toString();
    }

    /**
     * {@return the volumes of a new domain, one a line: name, snap_on_start, save_on_stop, rw,
     * whether the template's volume is the source, and the size in GiB}
     *
     * @param klass what a klass declares
     */
    public static String volumes(KlassTraits klass) {
        StringJoiner lines = new StringJoiner("\n", "", "\n");
        for (VolumeLayout.Entry volume : klass.volumes().entries()) {
            lines.add(
                    String.join(
                            " | ",
                            volume.name(),
                            yes(volume.kind().snapOnStart()),
                            yes(volume.kind().saveOnStop()),
                            yes(volume.writable()),
                            volume.fromTemplate() ? "template" : "-",
                            volume.sizeBytes() == 0 ? "-" : volume.sizeBytes() / GIB + " GiB"));
        }
        return lines.toString();
    }

    /**
     * {@return the names of the lineage, most derived first, as the specification lists them}
     *
     * @param klass what a klass declares
     */
    public static String lineage(KlassTraits klass) {
        StringBuilder names = new StringBuilder();
        for (KlassTraits.Level level : klass.lineage()) {
            names.insert(0, names.isEmpty() ? level.name() : level.name() + ", ");
        }
        return names.toString();
    }

    private static String line(Property<?> property) {
        return String.join(
                " | ",
                property.name(),
                property.type().wireTag(),
                Integer.toString(property.loadStage()),
                property.defaultWords().isEmpty() ? "-" : property.defaultWords(),
                property.computed() ? "ro" : property.writeOnce() ? "wo" : "rw");
    }

    private static String yes(boolean value) {
        return value ? "yes" : "no";
    }
}
