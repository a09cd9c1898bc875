package qubes.core.internal.migration;

import java.util.List;
import qubes.core.state.SystemState;

/**
 * All migrations, in their order (spec domain-model §3.4, qubes-xml §2). They need no klass, so
 * that domains whose klass is away are migrated as well, and doing them twice is doing them once.
 */
public final class Migrations {
    private static final List<Migration> ALL =
            List.of(
                    OldLabels::colors,
                    Migration.ofEachDomain(OldLabels::byIndex),
                    OldReferences::byUuid,
                    Migration.ofEachDomain(OldKlasses::networkKlasses),
                    Migration.ofEachDomain(OldProperties::hvm),
                    Migration.ofEachDomain(OldProperties::dispvmAllowed),
                    Migration.ofEachDomain(OldProperties::meminfoWriter),
                    Migration.ofEachDomain(OldVolumes::internal),
                    Migration.ofEachDomain(OldVolumes::kernelWithoutSource),
                    Migration.ofEachDomain(OldDevices::attributes),
                    OldNetwork::firewallDefault,
                    Disposables::unflaggedDefaults,
                    Migration.ofEachDomain(OldNetwork::loops),
                    Migration.ofEachDomain(Disposables::queueOfTheGone));

    private Migrations() {}

    /** The state of a store as it is used today. Does no I/O. */
    public static SystemState migrate(SystemState stored, Notes notes) {
        SystemState state = stored;
        for (Migration migration : ALL) {
            state = migration.apply(state, notes);
        }
        return state;
    }
}
